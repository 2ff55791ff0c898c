import { BaseError, concatBytes, fromUtf8, readUint32, toUtf8, uint32 } from "@cloister/bytes";

const nameBytesCount = 16;
const nonceBytesCount = 12;

/** Keys that scripts can use and nobody can read: the browser keeps them, the database refers to them. */
export interface StoreKeys {
  /** HMAC-SHA256. */
  readonly names: CryptoKey;
  /** AES-256-GCM. */
  readonly values: CryptoKey;
}

/** Where a row lies: both parts are 16 bytes and say nothing without the key. */
export type RowKey = [collection: ArrayBuffer, name: ArrayBuffer];

/** A row as it lies in the database. */
export interface SealedRow {
  readonly key: RowKey;
  readonly value: ArrayBuffer;
}

/** Makes the two keys of a new store, not extractable. */
export async function makeKeys(): Promise<StoreKeys> {
  const [names, values] = await Promise.all([
    crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
    crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
  ]);
  return { names, values };
}

/**
 * Names rows by HMAC-SHA256 and seals values by AES-256-GCM with the row's name as associated data, so that
 * neither can be read and rows cannot be exchanged. A random nonce for each value: good for 2^32 of them.
 */
export class Seal {
  readonly #keys: StoreKeys;

  constructor(keys: StoreKeys) {
    this.#keys = keys;
  }

  collection(collection: string): Promise<ArrayBuffer> {
    return this.#hash(toUtf8(collection));
  }

  async name(collection: string, key: string): Promise<RowKey> {
    const hashed = await this.collection(collection);
    return [hashed, await this.#hash(concatBytes(new Uint8Array(hashed), toUtf8(key)))];
  }

  async seal(collection: string, key: string, value: Uint8Array): Promise<SealedRow> {
    const name = toUtf8(key);
    const plaintext = concatBytes(uint32(name.length), name, value);
    const rowKey = await this.name(collection, key);
    const iv = crypto.getRandomValues(new Uint8Array(nonceBytesCount));
    const sealed = await crypto.subtle.encrypt(parameters(iv, rowKey), this.#keys.values, plaintext);
    return { key: rowKey, value: concatBytes(iv, new Uint8Array(sealed)).buffer };
  }

  /** @throws BaseError `STORE_CORRUPT` */
  async open(row: SealedRow): Promise<{ readonly key: string; readonly value: Uint8Array }> {
    try {
      const iv = new Uint8Array(row.value.slice(0, nonceBytesCount));
      const sealed = row.value.slice(nonceBytesCount);
      const plaintext = new Uint8Array(
        await crypto.subtle.decrypt(parameters(iv, row.key), this.#keys.values, sealed),
      );
      const end = 4 + readUint32(plaintext);
      return { key: fromUtf8(plaintext.subarray(4, end)), value: plaintext.slice(end) };
    } catch (cause) {
      throw new BaseError("Verification", "STORE_CORRUPT", "the store was changed or damaged", { cause });
    }
  }

  async #hash(text: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
    return (await crypto.subtle.sign("HMAC", this.#keys.names, text)).slice(0, nameBytesCount);
  }
}

function parameters(iv: Uint8Array<ArrayBuffer>, [collection, name]: RowKey): AesGcmParams {
  const additionalData = concatBytes(new Uint8Array(collection), new Uint8Array(name));
  return { name: "AES-GCM", iv, additionalData };
}
