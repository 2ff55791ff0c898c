import { fromUtf8, isBaseError, toUtf8 } from "@cloister/bytes";
import {
  KEY_BYTES,
  type KeyProvider,
  type KeyScope,
  keyError,
  scopeBytes,
  type WrappedKey,
} from "@cloister/keys";
import { type VaultOptions, VaultSession } from "./session.ts";
import { Transit, versionOf } from "./transit.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Which keys of which transit engine. */
export interface VaultKeysOptions extends VaultOptions {
  /** `transit` unless told. */
  readonly mount?: string;
  /** Name of a derived `aes256-gcm96` key; one tenant, one key. */
  readonly wrappingKey: string;
  /** Name of an `ed25519` key. */
  readonly signingKey: string;
}

/**
 * Keys in Vault's or OpenBao's transit engine. The scope is the context of a derived key: transit's own
 * `associated_data` cannot be rewrapped. Both keys must be there: a mistyped name would be made by `encrypt`.
 * @throws BaseError `KEY_CONFIGURATION`, `KEY_MISSING`, `KEY_DENIED`, `KEY_UNAVAILABLE`
 */
export async function openVaultKeys(options: VaultKeysOptions): Promise<KeyProvider> {
  for (const name of [options.wrappingKey, options.signingKey]) {
    if (!/^[\w.-]{1,128}$/.test(name))
      throw keyError("KEY_CONFIGURATION", { detail: "a key's name is not one" });
  }
  const keys = new VaultKeys(options);
  await keys.check();
  return keys;
}

class VaultKeys implements KeyProvider {
  readonly #session: VaultSession;
  readonly #transit: Transit;
  readonly #wrappingKey: string;
  readonly #signingKey: string;

  constructor(options: VaultKeysOptions) {
    this.#session = new VaultSession(options);
    this.#transit = new Transit(this.#session, options.mount);
    this.#wrappingKey = options.wrappingKey;
    this.#signingKey = options.signingKey;
  }

  /** That the keys are what this adapter relies on. */
  async check(): Promise<void> {
    const { type, derived, exportable, deletionAllowed } = await this.#transit.readKey(this.#wrappingKey);
    if (type !== "aes256-gcm96" || !derived) {
      throw keyError("KEY_CONFIGURATION", { detail: "the wrapping key must be a derived aes256-gcm96 key" });
    }
    if (exportable || deletionAllowed) {
      throw keyError("KEY_CONFIGURATION", { detail: "the wrapping key must not be exportable or deletable" });
    }
    await this.status();
  }

  async status() {
    const [{ latestVersion }, { type, publicKey }] = await Promise.all([
      this.#transit.readKey(this.#wrappingKey),
      this.#transit.readKey(this.#signingKey),
    ]);
    if (type !== "ed25519" || publicKey?.length !== KEY_BYTES) {
      throw keyError("KEY_CONFIGURATION", { detail: "the signing key must be an ed25519 key" });
    }
    return { kind: "vault", version: String(latestVersion), signingKey: publicKey } as const;
  }

  async wrap(key: Uint8Array, scope: KeyScope): Promise<WrappedKey> {
    if (key.length !== KEY_BYTES) throw keyError("KEY_LENGTH");
    return wrappedOf(await this.#transit.encrypt(this.#wrappingKey, key, scopeBytes(scope)));
  }

  async unwrap(wrapped: WrappedKey, scope: KeyScope): Promise<Bytes> {
    const context = scopeBytes(scope);
    const key = await this.#transit.decrypt(this.#wrappingKey, ciphertextOf(wrapped), context);
    if (key.length !== KEY_BYTES) throw keyError("KEY_UNWRAP");
    return key;
  }

  async dataKey(scope: KeyScope) {
    const { key, ciphertext } = await this.#transit.dataKey(this.#wrappingKey, {
      context: scopeBytes(scope),
    });
    if (key.length !== KEY_BYTES) throw keyError("KEY_ANSWER");
    return { key, wrapped: wrappedOf(ciphertext) };
  }

  /** Inside Vault: the data key does not come out. */
  async rewrap(wrapped: WrappedKey, scope: KeyScope): Promise<WrappedKey> {
    const context = scopeBytes(scope);
    return wrappedOf(await this.#transit.rewrap(this.#wrappingKey, ciphertextOf(wrapped), context));
  }

  sign(message: Uint8Array): Promise<Bytes> {
    return this.#transit.sign(this.#signingKey, message);
  }

  async rotate(): Promise<string> {
    try {
      await this.#transit.rotate(this.#wrappingKey);
    } catch (cause) {
      throw isBaseError(cause, "KEY_UNAVAILABLE") ? keyError("KEY_ROTATION_UNCERTAIN", { cause }) : cause;
    }
    return (await this.status()).version;
  }

  async close(): Promise<void> {
    this.#session.close();
  }
}

function wrappedOf(ciphertext: string): WrappedKey {
  const version = versionOf(ciphertext);
  if (version === undefined) throw keyError("KEY_ANSWER");
  return { version, bytes: toUtf8(ciphertext) };
}

/** Checked here, so that nothing but a ciphertext is ever sent. */
function ciphertextOf({ bytes }: WrappedKey): string {
  const text = bytes.every((byte) => byte < 0x80) ? fromUtf8(bytes) : "";
  if (versionOf(text) === undefined) throw keyError("KEY_UNWRAP");
  return text;
}
