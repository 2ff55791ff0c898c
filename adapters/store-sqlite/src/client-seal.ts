import { BaseError, concatBytes, fromUtf8, readUint32, toUtf8, uint32 } from "@cloister/bytes";
import { aesGcmOpen, aesGcmSeal, hkdfSha256, hmacSha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import type { RowName, SealedRow } from "./client-database.ts";

const nameBytesCount = 16;
const nonceBytesCount = 12;
const keyBytesCount = 32;

/**
 * Names rows by HMAC-SHA256 and seals values by AES-256-GCM, the row's name authenticated with them, so that
 * neither can be read and rows cannot be exchanged. A random nonce for each value: good for 2^32 of them.
 */
export class Seal {
  readonly #nameKey: Uint8Array;
  readonly #valueKey: Uint8Array;

  /** @throws BaseError `STORE_KEY_LENGTH` unless the key has 32 bytes */
  constructor(key: Uint8Array) {
    if (key.length !== keyBytesCount) {
      throw new BaseError("Usage", "STORE_KEY_LENGTH", "a store's key has 32 bytes");
    }
    const derive = (info: string) =>
      hkdfSha256({ ikm: key, salt: new Uint8Array(), info, lengthBytes: keyBytesCount });
    this.#nameKey = derive("Cloister client store v1 names");
    this.#valueKey = derive("Cloister client store v1 values");
  }

  collection(collection: string): Uint8Array {
    return this.#hash(toUtf8(collection));
  }

  name(collection: string, key: string): RowName {
    const hashed = this.collection(collection);
    return { collection: hashed, name: this.#hash(concatBytes(hashed, toUtf8(key))) };
  }

  seal(collection: string, key: string, value: Uint8Array): SealedRow {
    const row = this.name(collection, key);
    const name = toUtf8(key);
    const nonce = systemRandom(nonceBytesCount);
    const plaintext = concatBytes(uint32(name.length), name, value);
    const associatedData = concatBytes(row.collection, row.name);
    const sealed = aesGcmSeal({ key: this.#valueKey, nonce, plaintext, associatedData });
    return { ...row, value: concatBytes(nonce, sealed) };
  }

  /** @throws BaseError `STORE_CORRUPT` */
  open(row: SealedRow): { readonly key: string; readonly value: Uint8Array } {
    try {
      const plaintext = aesGcmOpen({
        key: this.#valueKey,
        nonce: row.value.subarray(0, nonceBytesCount),
        ciphertext: row.value.subarray(nonceBytesCount),
        associatedData: concatBytes(row.collection, row.name),
      });
      const end = 4 + readUint32(plaintext);
      return { key: fromUtf8(plaintext.subarray(4, end)), value: plaintext.slice(end) };
    } catch (cause) {
      throw new BaseError("Verification", "STORE_CORRUPT", "the store was changed or damaged", { cause });
    }
  }

  #hash(text: Uint8Array): Uint8Array {
    return hmacSha256(this.#nameKey, text).subarray(0, nameBytesCount);
  }
}
