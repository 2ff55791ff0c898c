/**
 * A key store as a folder: `store.json` says how the passphrase becomes a key, `kek-<n>` and `sign` hold
 * one secret each, sealed with it. No file is ever replaced, so that no rotation can lose a version.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { concatBytes, fromBase64, isBaseError, toBase64, toUtf8, zeroise } from "@cloister/bytes";
import { aesGcmOpen, aesGcmSeal } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { keyError } from "@cloister/keys";
import { type Argon2Cost, argon2id, defaultCost } from "./argon2id.ts";
import { readSecret, writeSecretOnce } from "./index.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const SECRET_BYTES = 32;
/** What a store may ask for at most: a file from elsewhere must not exhaust the machine. */
const MAX_COST: Argon2Cost = { memoryKib: 1_048_576, passes: 16, lanes: 16 };
/** OWASP's least for Argon2id; a store with less was tampered with. */
const MIN_MEMORY_KIB = 19_456;
const kekName = /^kek-([1-9]\d{0,8})$/;

/** The secrets of one folder, opened with its passphrase. */
export interface Keyset {
  /** Versions that are there, ascending. */
  versions(): Promise<readonly number[]>;
  /** A key-encryption key; undefined where there is none. */
  kek(version: number): Promise<Bytes | undefined>;
  /** Makes a version; does nothing when another process was faster. */
  makeKek(version: number): Promise<void>;
  signSeed(): Promise<Bytes>;
  close(): void;
}

/** Opens a folder, or makes it. @throws BaseError `KEY_DENIED` when the passphrase is another one */
export async function openKeyset(folder: string, passphrase: Uint8Array): Promise<Keyset> {
  await writeSecretOnce(join(folder, "store.json"), () =>
    JSON.stringify({ format: 1, kdf: "argon2id", salt: toBase64(systemRandom(SALT_BYTES)), ...defaultCost }),
  );
  const { salt, cost } = parseStore(await readSecret(join(folder, "store.json")));
  const sealingKey = argon2id(passphrase, salt, cost);
  const load = (name: string) => readSealed(folder, name, sealingKey);
  const make = (name: string) =>
    writeSecretOnce(join(folder, name), () => {
      const secret = systemRandom(SECRET_BYTES);
      const text = seal(secret, name, sealingKey);
      zeroise(secret);
      return text;
    });
  await make("sign");
  await make("kek-1");
  // Wrong passphrases show here, before anything is made under them.
  zeroise(await load("sign"));
  return {
    versions: () => listVersions(folder),
    kek: async (version) =>
      (await listVersions(folder)).includes(version) ? load(`kek-${version}`) : undefined,
    makeKek: (version) => make(`kek-${version}`),
    signSeed: () => load("sign"),
    close: () => zeroise(sealingKey),
  };
}

async function listVersions(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder);
  return names
    .flatMap((name) => kekName.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

function parseStore(text: string): { readonly salt: Bytes; readonly cost: Argon2Cost } {
  try {
    const { format, kdf, salt, memoryKib, passes, lanes } = JSON.parse(text) as Record<string, unknown>;
    const within = (value: unknown, least: number, most: number): number => {
      if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
        throw invalid();
      return value;
    };
    if (format !== 1 || kdf !== "argon2id" || typeof salt !== "string") throw invalid();
    const saltBytes = fromBase64(salt);
    if (saltBytes.length !== SALT_BYTES) throw invalid();
    const cost = {
      memoryKib: within(memoryKib, MIN_MEMORY_KIB, MAX_COST.memoryKib),
      passes: within(passes, 1, MAX_COST.passes),
      lanes: within(lanes, 1, MAX_COST.lanes),
    };
    return { salt: saltBytes, cost };
  } catch (cause) {
    throw isBaseError(cause, "KEY_CONFIGURATION") ? cause : invalid(cause);
  }
}

function invalid(cause?: unknown): Error {
  return keyError("KEY_CONFIGURATION", { detail: "store.json is damaged; restore it from your copy", cause });
}

/** The name is authenticated: one file cannot stand in for another. */
function seal(secret: Uint8Array, name: string, key: Uint8Array): string {
  const nonce = systemRandom(NONCE_BYTES);
  const ciphertext = aesGcmSeal({ key, nonce, plaintext: secret, associatedData: toUtf8(name) });
  return toBase64(concatBytes(nonce, ciphertext));
}

async function readSealed(folder: string, name: string, key: Uint8Array): Promise<Bytes> {
  const text = await readSecret(join(folder, name));
  try {
    const sealed = fromBase64(text.trim());
    const nonce = sealed.subarray(0, NONCE_BYTES);
    return aesGcmOpen({
      key,
      nonce,
      ciphertext: sealed.subarray(NONCE_BYTES),
      associatedData: toUtf8(name),
    });
  } catch (cause) {
    const detail = "wrong passphrase, or a damaged key file; restore it from your copy";
    throw keyError("KEY_DENIED", { detail, cause });
  }
}
