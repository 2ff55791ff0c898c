/**
 * Enough of Vault for the port's suite, with its real cryptography and its refusals. `transcript.test.ts`
 * holds it to the recording of a real one.
 */
import {
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { listen, type SeenRequest } from "./listen.ts";

interface FakeKey {
  readonly type: string;
  readonly derived: boolean;
  readonly versions: (Buffer | { readonly privateKey: KeyObject; readonly publicKey: KeyObject })[];
  minDecryption: number;
}

type Body = Readonly<Record<string, string | number | boolean | undefined>>;
type Answer = { readonly status: number; readonly body: unknown };

const done: Answer = { status: 204, body: null };
const refused = (status: number, ...errors: string[]): Answer => ({ status, body: { errors } });
const data = (value: object): Answer => ({
  status: 200,
  body: {
    request_id: "0",
    lease_id: "",
    renewable: false,
    lease_duration: 0,
    data: value,
    wrap_info: null,
    warnings: null,
    auth: null,
  },
});

/** The engine without HTTP. */
export class FakeVault {
  readonly keys = new Map<string, FakeKey>();
  readonly requests: SeenRequest[] = [];
  /** Answers in place of the next ones. */
  readonly disturbances: Answer[] = [];
  readonly tokens = new Set<string>(["test-root"]);
  isSealed = false;
  leaseSeconds = 3;
  renewedSeconds = 3;
  logins = 0;

  readonly answer = (request: SeenRequest): Answer => {
    this.requests.push(request);
    const disturbance = this.disturbances.shift();
    if (disturbance) return disturbance;
    const path = request.path.replace("/v1/", "");
    const body = (request.body ?? {}) as Body;
    if (this.isSealed) return refused(503, "error performing token check: Vault is sealed");
    if (/^auth\/(approle|kubernetes)\/login$/.test(path)) return this.#login(body);
    if (!this.tokens.has(String(request.headers["x-vault-token"]))) return refused(403, "permission denied");
    if (path === "auth/token/renew-self") return this.#auth(this.renewedSeconds);
    const [, operation = "", name = "", action] =
      /^transit\/(datakey\/\w+|\w+)\/([\w.-]+)(?:\/(\w+))?$/.exec(path) ?? [];
    return operation === ""
      ? refused(404, `no handler for route '${path}'`)
      : this.#transit(operation, name, { ...body, action, method: request.method });
  };

  #login({ secret_id: secret, role_id: role }: Body): Answer {
    if (role === "x") return refused(400, "invalid role ID");
    if (secret === "exhausted-4711") return refused(400, "invalid secret id");
    this.logins += 1;
    this.tokens.add(`token-${this.logins}`);
    return this.#auth(this.leaseSeconds);
  }

  #auth(seconds: number): Answer {
    const auth = { client_token: `token-${this.logins}`, lease_duration: seconds, renewable: true };
    return { status: 200, body: { data: null, auth } };
  }

  #transit(operation: string, name: string, body: Body): Answer {
    const key = this.keys.get(name);
    if (operation === "keys") return this.#manage(name, key, body);
    if (!key) return refused(400, "encryption key not found");
    const known = key.versions.length;
    if (operation === "sign") return this.#sign(key, String(body["input"]));
    const context = body["context"];
    if (key.derived && context === undefined) {
      return refused(400, "missing 'context' for key derivation; the key was created using a derived key");
    }
    if (operation === "encrypt")
      return data({ ciphertext: seal(key, context, decode(body["plaintext"])), key_version: known });
    if (operation.startsWith("datakey/")) {
      const plaintext = randomBytes(Number(body["bits"] ?? 256) / 8);
      const answer = { ciphertext: seal(key, context, plaintext), key_version: known };
      return data(
        operation === "datakey/plaintext" ? { ...answer, plaintext: plaintext.toString("base64") } : answer,
      );
    }
    const opened = open(key, context, String(body["ciphertext"]));
    if (!Buffer.isBuffer(opened)) return opened;
    if (operation === "decrypt") return data({ plaintext: opened.toString("base64") });
    return data({ ciphertext: seal(key, context, opened), key_version: known });
  }

  #sign(key: FakeKey, input: string): Answer {
    const pair = key.versions.at(-1);
    if (!pair || Buffer.isBuffer(pair)) return refused(400, "key does not support signing");
    const signature = sign(null, decode(input), pair.privateKey).toString("base64");
    return data({ key_version: 1, signature: `vault:v1:${signature}` });
  }

  #manage(name: string, key: FakeKey | undefined, body: Body): Answer {
    const { action, method } = body;
    if (method === "GET") return key ? data(describe(name, key)) : refused(404);
    if (method === "DELETE")
      return refused(400, `error deleting policy ${name}: deletion is not allowed for this key`);
    if (action === "config" && key) key.minDecryption = Number(body["min_decryption_version"]);
    else if (action === "rotate" && key) key.versions.push(randomBytes(32));
    else this.keys.set(name, create(String(body["type"]), body["derived"] === true));
    return done;
  }
}

/** A server of one. */
export async function startFakeVault() {
  const vault = new FakeVault();
  return { vault, ...(await listen(vault.answer)) };
}

function create(type: string, derived: boolean): FakeKey {
  const first = type === "ed25519" ? generateKeyPairSync("ed25519") : randomBytes(32);
  return { type, derived, versions: [first], minDecryption: 1 };
}

function describe(name: string, { type, derived, versions, minDecryption }: FakeKey): object {
  const isPair = type === "ed25519";
  const entries = versions.map((version, at) => [
    String(at + 1),
    Buffer.isBuffer(version)
      ? 1_795_345_110
      : {
          creation_time: "2026-11-22T10:58:30Z",
          name: type,
          public_key: version.publicKey
            .export({ type: "spki", format: "der" })
            .subarray(-32)
            .toString("base64"),
        },
  ]);
  return {
    allow_plaintext_backup: false,
    deletion_allowed: false,
    derived,
    exportable: false,
    keys: Object.fromEntries(entries) as object,
    latest_version: versions.length,
    min_available_version: 0,
    min_decryption_version: minDecryption,
    min_encryption_version: 0,
    name,
    supports_decryption: !isPair,
    supports_derivation: true,
    supports_encryption: !isPair,
    supports_signing: isPair,
    type,
  };
}

const decode = (text: string | number | boolean | undefined): Buffer => Buffer.from(String(text), "base64");

function keyFor(key: FakeKey, version: number, context: Body[string]): Buffer {
  const secret = key.versions[version - 1];
  if (!Buffer.isBuffer(secret)) throw new TypeError("no symmetric key");
  return key.derived ? Buffer.from(hkdfSync("sha256", secret, "", decode(context), 32)) : secret;
}

function seal(key: FakeKey, context: Body[string], plaintext: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyFor(key, key.versions.length, context), nonce);
  const parts = [nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  return `vault:v${key.versions.length}:${Buffer.concat(parts).toString("base64")}`;
}

function open(key: FakeKey, context: Body[string], ciphertext: string): Buffer | Answer {
  const [, version, text = ""] = /^vault:v(\d+):(.*)$/.exec(ciphertext) ?? [];
  if (version === undefined) return refused(400, "invalid ciphertext: no prefix");
  if (Number(version) < key.minDecryption) {
    return refused(400, "ciphertext or signature version is disallowed by policy (too old)");
  }
  const bytes = decode(text);
  if (bytes.length < 28) return refused(400, "invalid ciphertext length");
  const decipher = createDecipheriv(
    "aes-256-gcm",
    keyFor(key, Number(version), context),
    bytes.subarray(0, 12),
  );
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  } catch {
    return refused(500, "1 error occurred:\n\t* cipher: message authentication failed\n\n");
  }
}
