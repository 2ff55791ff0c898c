/** AWS KMS for tests: checks every signature and every shape, encrypts for real, answers as documented. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  generateKeyPairSync,
  randomBytes,
  sign,
} from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { isSigned } from "@cloister/keys/sigv4";
import { misfits, requestShapes, responseShapes } from "./shapes.ts";

type Body = Readonly<Record<string, unknown>>;

class Refusal extends Error {}

/** Credentials of the tests. */
export const credentials = {
  accessKeyId: "AKIATEST",
  secretAccessKey: "test-secret",
  sessionToken: "session",
};

/** Starts a fake with two keys, `wrap` and `sign`. */
export async function startFakeKms() {
  const materials = [randomBytes(32)];
  const pair = generateKeyPairSync("ed25519");
  const seen: { operation: string; body: Body; signed: boolean }[] = [];
  /** Answers in place of the next ones; "pass" leaves one as it is. */
  const disturbances: ({ status: number; type?: string } | "pass")[] = [];
  /** How many questions pass before a rotation is done. */
  const rotation = { delay: 0, pending: 0 };

  const idOf = (material: Buffer) => createHash("sha256").update(material).digest("hex");
  const current = () => materials.at(-1) ?? Buffer.alloc(0);
  const seal = (plaintext: Buffer, context: unknown) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", current(), nonce).setAAD(aad(context));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    return Buffer.concat([Buffer.from(idOf(current()), "hex"), nonce, sealed]).toString("base64");
  };
  const open = (blob: unknown, context: unknown) => {
    const bytes = Buffer.from(String(blob), "base64");
    const material = materials.find((one) => idOf(one) === bytes.subarray(0, 32).toString("hex"));
    if (!material || bytes.length < 60) throw new Refusal("InvalidCiphertextException");
    try {
      const decipher = createDecipheriv("aes-256-gcm", material, bytes.subarray(32, 44)).setAAD(aad(context));
      decipher.setAuthTag(bytes.subarray(-16));
      const plaintext = Buffer.concat([decipher.update(bytes.subarray(44, -16)), decipher.final()]);
      return { plaintext, materialId: idOf(material) };
    } catch {
      throw new Refusal("InvalidCiphertextException");
    }
  };
  const algorithm = { EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };

  const operations: Readonly<Record<string, (body: Body) => object>> = {
    DescribeKey: () => {
      if (rotation.pending > 0) {
        rotation.pending -= 1;
        if (rotation.pending === 0) materials.push(randomBytes(32));
      }
      const KeySpec = "SYMMETRIC_DEFAULT";
      return {
        KeyMetadata: {
          KeyId: "wrap",
          CurrentKeyMaterialId: idOf(current()),
          KeySpec,
          KeyUsage: "ENCRYPT_DECRYPT",
        },
      };
    },
    Encrypt: ({ Plaintext, EncryptionContext }) => ({
      CiphertextBlob: seal(Buffer.from(String(Plaintext), "base64"), EncryptionContext),
      KeyId: "wrap",
      ...algorithm,
    }),
    Decrypt: ({ CiphertextBlob, EncryptionContext }) => {
      const { plaintext, materialId } = open(CiphertextBlob, EncryptionContext);
      return {
        KeyId: "wrap",
        Plaintext: plaintext.toString("base64"),
        KeyMaterialId: materialId,
        ...algorithm,
      };
    },
    GenerateDataKey: ({ EncryptionContext }) => {
      const key = randomBytes(32);
      return {
        CiphertextBlob: seal(key, EncryptionContext),
        Plaintext: key.toString("base64"),
        KeyId: "wrap",
        KeyMaterialId: idOf(current()),
      };
    },
    ReEncrypt: ({ CiphertextBlob, SourceEncryptionContext, DestinationEncryptionContext }) => {
      const { plaintext, materialId } = open(CiphertextBlob, SourceEncryptionContext);
      return {
        CiphertextBlob: seal(plaintext, DestinationEncryptionContext),
        SourceKeyId: "wrap",
        KeyId: "wrap",
        SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
        DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
        SourceKeyMaterialId: materialId,
        DestinationKeyMaterialId: idOf(current()),
      };
    },
    Sign: ({ Message }) => ({
      KeyId: "sign",
      Signature: sign(null, Buffer.from(String(Message), "base64"), pair.privateKey).toString("base64"),
      SigningAlgorithm: "ED25519_SHA_512",
    }),
    GetPublicKey: ({ KeyId }) => {
      if (KeyId !== "sign") throw new Refusal("NotFoundException");
      return {
        KeyId: "sign",
        PublicKey: pair.publicKey.export({ type: "spki", format: "der" }).toString("base64"),
        KeySpec: "ECC_NIST_EDWARDS25519",
        KeyUsage: "SIGN_VERIFY",
        SigningAlgorithms: ["ED25519_SHA_512"],
      };
    },
    RotateKeyOnDemand: () => {
      rotation.pending = rotation.delay + 1;
      return { KeyId: "wrap" };
    },
  };

  const answer = (operation: string, body: Body, signed: boolean): { status: number; body: object } => {
    seen.push({ operation, body, signed });
    const disturbance = disturbances.shift();
    if (disturbance && disturbance !== "pass")
      return { status: disturbance.status, body: disturbance.type ? { __type: disturbance.type } : {} };
    if (!signed) return { status: 400, body: { __type: "InvalidSignatureException" } };
    const wrong = misfits(requestShapes[operation], body);
    if (wrong.length > 0)
      return { status: 400, body: { __type: "ValidationException", message: wrong.join() } };
    if (!["wrap", "sign"].includes(String(body["KeyId"] ?? body["DestinationKeyId"]))) {
      return { status: 400, body: { __type: "com.amazonaws.kms#NotFoundException" } };
    }
    try {
      const response = operations[operation]?.(body) ?? {};
      const unlike = misfits(responseShapes[operation], response as Body);
      return unlike.length === 0 ? { status: 200, body: response } : { status: 500, body: { unlike } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: 400, body: { __type: error.message } };
    }
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const bytes = Buffer.concat(chunks);
      const headers = request.headers as Record<string, string>;
      const { host = "", "x-amz-target": target = "" } = headers;
      const signed = isSigned(
        { method: request.method ?? "", host, headers, body: new Uint8Array(bytes) },
        {
          region: "eu-central-1",
          service: "kms",
          atMs: Date.now(),
          credentials: (id) => (id === credentials.accessKeyId ? credentials : undefined),
        },
      );
      const parsed = JSON.parse(bytes.toString()) as Body;
      const { status, body } = answer(target.replace("TrentService.", ""), parsed, signed);
      response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    disturbances,
    rotation,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** The context as KMS binds it: the order of its entries does not matter. */
function aad(context: unknown): Buffer {
  const entries = Object.entries((context ?? {}) as Record<string, string>);
  return Buffer.from(JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
