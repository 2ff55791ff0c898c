import { BaseError, zeroise } from "@cloister/bytes";
import { ed25519KeyPair, ed25519Sign } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import {
  KEY_BYTES,
  type KeyProvider,
  type KeyScope,
  keyError,
  unwrapLocally,
  type WrappedKey,
  wrapLocally,
} from "@cloister/keys";
import { type Keyset, openKeyset } from "./keyset.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Where the keys are, and what opens them. */
export interface FileKeysOptions {
  /** A folder of their own, apart from the data that they guard and from its backups. */
  readonly folder: string;
  readonly passphrase: Uint8Array;
  readonly production: boolean;
  /** Says that files are what this organisation wants in production too. */
  readonly allowInProduction?: boolean;
}

/**
 * Keys in files, sealed under a passphrase with Argon2id: for one machine and for trying out. Whoever has
 * the folder and the passphrase has the keys, which is why production needs a flag.
 * @throws BaseError `KEY_FILE_PRODUCTION`, `KEY_DENIED`, `KEY_FILE_EXPOSED`, `KEY_CONFIGURATION`
 */
export async function openFileKeys(options: FileKeysOptions): Promise<KeyProvider> {
  if (options.production && options.allowInProduction !== true) {
    throw new BaseError(
      "Policy",
      "KEY_FILE_PRODUCTION",
      "keys in files are refused in production; use pkcs11, vault or aws-kms, or allow files on purpose",
    );
  }
  return new FileKeys(await openKeyset(options.folder, options.passphrase));
}

class FileKeys implements KeyProvider {
  readonly #keyset: Keyset;

  constructor(keyset: Keyset) {
    this.#keyset = keyset;
  }

  async status() {
    const seed = await this.#keyset.signSeed();
    const { publicKey } = ed25519KeyPair(seed);
    zeroise(seed);
    return { kind: "file", version: await this.#current(), signingKey: publicKey } as const;
  }

  async wrap(key: Uint8Array, scope: KeyScope): Promise<WrappedKey> {
    const version = await this.#current();
    const bytes = await this.#withKek(version, (kek) =>
      wrapLocally({ kek, key, scope, random: systemRandom }),
    );
    return { version, bytes };
  }

  unwrap({ version, bytes }: WrappedKey, scope: KeyScope): Promise<Bytes> {
    return this.#withKek(version, (kek) => unwrapLocally({ kek, wrapped: bytes, scope }));
  }

  async dataKey(scope: KeyScope) {
    const key = systemRandom(KEY_BYTES);
    return { key, wrapped: await this.wrap(key, scope) };
  }

  async rewrap(wrapped: WrappedKey, scope: KeyScope): Promise<WrappedKey> {
    const key = await this.unwrap(wrapped, scope);
    try {
      return await this.wrap(key, scope);
    } finally {
      zeroise(key);
    }
  }

  async sign(message: Uint8Array): Promise<Bytes> {
    const seed = await this.#keyset.signSeed();
    try {
      return ed25519Sign(seed, message);
    } finally {
      zeroise(seed);
    }
  }

  async rotate(): Promise<string> {
    const next = Number(await this.#current()) + 1;
    await this.#keyset.makeKek(next);
    return String(next);
  }

  async close(): Promise<void> {
    this.#keyset.close();
  }

  async #current(): Promise<string> {
    const version = (await this.#keyset.versions()).at(-1);
    if (version === undefined) throw keyError("KEY_MISSING");
    return String(version);
  }

  async #withKek<T>(version: string, use: (kek: Bytes) => T): Promise<T> {
    const kek = await this.#keyset.kek(Number(version));
    if (!kek) throw keyError("KEY_MISSING", { detail: "that version's file is not there" });
    try {
      return use(kek);
    } finally {
      zeroise(kek);
    }
  }
}
