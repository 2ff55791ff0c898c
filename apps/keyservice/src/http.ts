import { fromBase64, isBaseError, toBase64 } from "@cloister/bytes";
import { type KeyCode, keyError } from "@cloister/keys";
import { type AwsCredentials, isSigned } from "@cloister/keys/sigv4";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod/mini";
import { EvidenceRefused, type KeyRequest, type KeyServicePorts, makeKey, releaseKey } from "./service.ts";

const MAX_BODY_BYTES = 65_536;
const text = z.string().check(z.minLength(1), z.maxLength(256));
const blob = z.string().check(z.maxLength(48_000));
const wholeNumber = z.string().check(z.regex(/^\d{1,15}$/));
/** The members of AWS KMS that are used; Decrypt and GenerateDataKey share most. */
const requestSchema = z.strictObject({
  KeyId: text,
  EncryptionContext: z.strictObject({
    tenant: text,
    conversation: text,
    epoch: wholeNumber,
    version: wholeNumber,
  }),
  Recipient: z.optional(
    z.strictObject({ KeyEncryptionAlgorithm: z.literal("RSAES_OAEP_SHA_256"), AttestationDocument: blob }),
  ),
  CiphertextBlob: z.optional(blob),
  KeySpec: z.optional(z.literal("AES_256")),
});

/** Who may ask at all, and what answers. */
export interface HttpPorts extends KeyServicePorts {
  readonly region: string;
  readonly credentials: (accessKeyId: string) => AwsCredentials | undefined;
}

/** Names of AWS's exceptions, so that its clients know what to do. */
const exceptions: Partial<Record<KeyCode, readonly [status: 400 | 503, name: string]>> = {
  KEY_UNWRAP: [400, "InvalidCiphertextException"],
  KEY_MISSING: [400, "NotFoundException"],
  KEY_SCOPE: [400, "ValidationException"],
  KEY_RETIRED: [400, "KMSInvalidStateException"],
  KEY_UNAVAILABLE: [503, "DependencyTimeoutException"],
};

/** The protocol of AWS KMS, as far as a key for an enclave needs it. */
export function createHttp(ports: HttpPorts): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.post("/", async (context) => {
    const body = new Uint8Array(await context.req.arrayBuffer());
    const headers = context.req.header();
    const { host = "", "x-amz-target": target = "" } = headers;
    const { region, credentials } = ports;
    const scope = { region, service: "kms", atMs: ports.now(), credentials };
    if (!isSigned({ method: "POST", host, headers, body }, scope)) {
      return context.json({ __type: "InvalidSignatureException" }, 400);
    }
    const request = readRequest(body, headers["x-cloister-manifest"]);
    switch (target) {
      case "TrentService.GenerateDataKey": {
        const { ciphertext, forRecipient } = await makeKey(request, ports);
        return context.json({
          KeyId: request.key,
          CiphertextBlob: toBase64(ciphertext),
          CiphertextForRecipient: toBase64(forRecipient),
        });
      }
      case "TrentService.Decrypt": {
        const { forRecipient } = await releaseKey(request, ports);
        return context.json({
          KeyId: request.key,
          EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
          CiphertextForRecipient: toBase64(forRecipient),
        });
      }
      default:
        return context.json({ __type: "UnknownOperationException" }, 400);
    }
  });
  app.onError((error, context) => {
    if (error instanceof EvidenceRefused) {
      return context.json({ __type: "AccessDeniedException", message: error.message }, 400);
    }
    const known = isBaseError(error) ? exceptions[error.code as KeyCode] : undefined;
    // Whatever else went wrong, the log being down included: no key, and no detail.
    const [status, name] = known ?? ([500, "KMSInternalException"] as const);
    return context.json({ __type: name }, status);
  });
  return app;
}

function readRequest(body: Uint8Array, manifest: string | undefined): KeyRequest {
  const parsed = requestSchema.safeParse(parse(body));
  if (!parsed.success) throw keyError("KEY_SCOPE");
  const { KeyId, EncryptionContext, Recipient, CiphertextBlob } = parsed.data;
  return {
    key: KeyId,
    scope: {
      ...EncryptionContext,
      epoch: Number(EncryptionContext.epoch),
      version: Number(EncryptionContext.version),
    },
    evidence: { document: decoded(Recipient?.AttestationDocument), manifest: decoded(manifest) },
    ...(CiphertextBlob === undefined ? {} : { ciphertext: decoded(CiphertextBlob) ?? new Uint8Array() }),
  };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** Undefined for what is no base64: evidence like that is evidence that is missing. */
function decoded(base64: string | undefined): Uint8Array | undefined {
  try {
    return base64 === undefined ? undefined : fromBase64(base64);
  } catch {
    return undefined;
  }
}
