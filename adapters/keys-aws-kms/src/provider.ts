import { isBaseError } from "@cloister/bytes";
import { KEY_BYTES, type KeyProvider, type KeyScope, keyError, type WrappedKey } from "@cloister/keys";
import { z } from "zod/mini";
import { blob, KmsClient, type KmsOptions, toBlob } from "./client.ts";
import { encryptionContext } from "./context.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const MAX_MESSAGE_BYTES = 4_096;
/** SubjectPublicKeyInfo of Ed25519 before its 32 bytes (RFC 8410 section 4). */
const SPKI_BYTES = 44;
const id = z.string().check(z.minLength(1), z.maxLength(256));
const described = z.object({
  KeyMetadata: z.object({ CurrentKeyMaterialId: id, KeySpec: z.string(), KeyUsage: z.string() }),
});
const encrypted = z.object({ CiphertextBlob: blob });
const decrypted = z.object({ Plaintext: blob });
const generated = z.object({ CiphertextBlob: blob, Plaintext: blob, KeyMaterialId: id });
const reencrypted = z.object({ CiphertextBlob: blob, DestinationKeyMaterialId: id });
const signed = z.object({ Signature: blob });
const publicKey = z.object({ PublicKey: blob, KeySpec: z.string() });

/** Which keys. Ids or ARNs; an alias may come to mean another key. */
export interface AwsKeysOptions extends KmsOptions {
  /** A symmetric key; one tenant, one key. */
  readonly wrappingKey: string;
  /** An ECC_NIST_EDWARDS25519 key. */
  readonly signingKey: string;
  /** How long a rotation is waited for. AWS makes the new material within seconds; 60 s unless told. */
  readonly rotationMs?: number;
}

/**
 * Keys in AWS KMS. The scope is the encryption context.
 * @throws BaseError `KEY_CONFIGURATION`, `KEY_MISSING`, `KEY_DENIED`, `KEY_UNAVAILABLE`
 */
export async function openAwsKeys(options: AwsKeysOptions): Promise<KeyProvider> {
  const keys = new AwsKeys(options);
  await keys.status();
  return keys;
}

const POLL_MS = 1_000;

class AwsKeys implements KeyProvider {
  readonly #kms: KmsClient;
  readonly #options: AwsKeysOptions;

  constructor(options: AwsKeysOptions) {
    this.#kms = new KmsClient(options);
    this.#options = options;
  }

  async status() {
    const key = { operation: "GetPublicKey", body: { KeyId: this.#options.signingKey } };
    const [version, { PublicKey, KeySpec }] = await Promise.all([
      this.#version(),
      this.#kms.ask(key, publicKey),
    ]);
    if (KeySpec !== "ECC_NIST_EDWARDS25519" || PublicKey.length !== SPKI_BYTES) {
      throw keyError("KEY_CONFIGURATION", { detail: "the signing key must be ECC_NIST_EDWARDS25519" });
    }
    return { kind: "aws-kms", version, signingKey: PublicKey.slice(-KEY_BYTES) } as const;
  }

  async wrap(key: Uint8Array, scope: KeyScope): Promise<WrappedKey> {
    if (key.length !== KEY_BYTES) throw keyError("KEY_LENGTH");
    const context = { EncryptionContext: encryptionContext(scope) };
    // Asked before: Encrypt does not say it. A rotation in between leaves an old name, which a rewrap mends.
    const version = await this.#version();
    const body = { ...this.#key, ...context, Plaintext: toBlob(key) };
    const { CiphertextBlob } = await this.#kms.ask({ operation: "Encrypt", body }, encrypted);
    return { version, bytes: CiphertextBlob };
  }

  async unwrap(wrapped: WrappedKey, scope: KeyScope): Promise<Bytes> {
    const body = {
      ...this.#key,
      EncryptionContext: encryptionContext(scope),
      CiphertextBlob: ciphertextOf(wrapped),
    };
    const { Plaintext } = await this.#kms.ask({ operation: "Decrypt", body }, decrypted);
    if (Plaintext.length !== KEY_BYTES) throw keyError("KEY_UNWRAP");
    return Plaintext;
  }

  async dataKey(scope: KeyScope) {
    const body = { ...this.#key, EncryptionContext: encryptionContext(scope), KeySpec: "AES_256" };
    const answer = await this.#kms.ask({ operation: "GenerateDataKey", body }, generated);
    if (answer.Plaintext.length !== KEY_BYTES) throw keyError("KEY_ANSWER");
    return {
      key: answer.Plaintext,
      wrapped: { version: answer.KeyMaterialId, bytes: answer.CiphertextBlob },
    };
  }

  /** Inside KMS: the data key does not come out. */
  async rewrap(wrapped: WrappedKey, scope: KeyScope): Promise<WrappedKey> {
    const context = encryptionContext(scope);
    const { wrappingKey } = this.#options;
    const body = {
      CiphertextBlob: ciphertextOf(wrapped),
      SourceKeyId: wrappingKey,
      SourceEncryptionContext: context,
      DestinationKeyId: wrappingKey,
      DestinationEncryptionContext: context,
    };
    const answer = await this.#kms.ask({ operation: "ReEncrypt", body }, reencrypted);
    return { version: answer.DestinationKeyMaterialId, bytes: answer.CiphertextBlob };
  }

  async sign(message: Uint8Array): Promise<Bytes> {
    if (message.length > MAX_MESSAGE_BYTES) throw keyError("KEY_MESSAGE");
    const body = {
      KeyId: this.#options.signingKey,
      Message: toBlob(message),
      MessageType: "RAW",
      SigningAlgorithm: "ED25519_SHA_512",
    };
    return (await this.#kms.ask({ operation: "Sign", body }, signed)).Signature;
  }

  async rotate(): Promise<string> {
    const before = await this.#version();
    try {
      await this.#kms.call({ operation: "RotateKeyOnDemand", body: this.#key }, z.object({}));
    } catch (cause) {
      throw isBaseError(cause, "KEY_UNAVAILABLE") ? keyError("KEY_ROTATION_UNCERTAIN", { cause }) : cause;
    }
    return this.#versionAfter(before);
  }

  async close(): Promise<void> {}

  get #key() {
    return { KeyId: this.#options.wrappingKey };
  }

  async #version(): Promise<string> {
    const { KeyMetadata } = await this.#kms.ask({ operation: "DescribeKey", body: this.#key }, described);
    if (KeyMetadata.KeySpec !== "SYMMETRIC_DEFAULT" || KeyMetadata.KeyUsage !== "ENCRYPT_DECRYPT") {
      throw keyError("KEY_CONFIGURATION", { detail: "the wrapping key must be a symmetric one" });
    }
    return KeyMetadata.CurrentKeyMaterialId;
  }

  /** The rotation was accepted and happens soon. */
  async #versionAfter(before: string): Promise<string> {
    const { rotationMs = 60_000, now = Date.now } = this.#options;
    const untilMs = now() + rotationMs;
    for (;;) {
      const version = await this.#version();
      if (version !== before) return version;
      if (now() >= untilMs) throw keyError("KEY_ROTATION_UNCERTAIN");
      await new Promise((resolve) => setTimeout(resolve, Math.min(POLL_MS, rotationMs)));
    }
  }
}

function ciphertextOf({ bytes }: WrappedKey): string {
  // 1 to 6,144 bytes is what KMS takes (API reference, Decrypt).
  if (bytes.length === 0 || bytes.length > 6_144) throw keyError("KEY_UNWRAP");
  return toBlob(bytes);
}
