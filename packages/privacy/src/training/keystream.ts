import { aesCtr } from "@cloister/crypto";

const CHUNK_BYTES = 65_536;
const BLOCK_BYTES = 16;
const zeros = new Uint8Array(CHUNK_BYTES);

/**
 * Unpredictable words from a key: AES-256 in counter mode. The same key gives the same words, so a key
 * serves for one thing only.
 */
export class Keystream {
  readonly #key: Uint8Array;
  readonly #counter = new DataView(new ArrayBuffer(BLOCK_BYTES));
  #words = new Uint32Array(0);
  #at = 0;

  /** @param key 32 secret bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** 0 to 2^32 - 1, uniform. */
  next(): number {
    if (this.#at === this.#words.length) this.#refill();
    const word = this.#words[this.#at] ?? 0;
    this.#at += 1;
    return word;
  }

  #refill(): void {
    const bytes = aesCtr({ key: this.#key, iv: new Uint8Array(this.#counter.buffer), data: zeros });
    // 2^64 blocks are never met.
    const used = this.#counter.getBigUint64(8) + BigInt(CHUNK_BYTES / BLOCK_BYTES);
    this.#counter.setBigUint64(8, used);
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, CHUNK_BYTES / 4);
    this.#at = 0;
  }
}
