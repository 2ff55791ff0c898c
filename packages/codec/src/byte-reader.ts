import { BaseError } from "@cloister/bytes";

/** A cursor over attacker-controlled bytes that never reads past their end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #truncatedCode: string;
  #at = 0;

  /** `truncatedCode` is the code of the errors thrown here. */
  constructor(bytes: Uint8Array, truncatedCode: string) {
    // A plain view, because what Node's Buffer calls a slice is no copy.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#truncatedCode = truncatedCode;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  truncated(): BaseError {
    return new BaseError("Decode", this.#truncatedCode, "input ends too early; drop it");
  }

  /** The next byte without moving on; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#at];
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw this.truncated();
    this.#at += 1;
    return value;
  }

  /** A big-endian integer of 1 to 6 bytes. */
  uint(bytesCount: number): number {
    let value = 0;
    for (let at = 0; at < bytesCount; at += 1) value = value * 256 + this.byte();
    return value;
  }

  /** A copy of the next `count` bytes. The count may be any claimed length. */
  take(count: number | bigint): Uint8Array<ArrayBuffer> {
    const start = this.#at;
    this.skip(count);
    return this.#bytes.slice(start, this.#at);
  }

  /** The next `count` bytes, in the memory of the input. The count may be any claimed length. */
  view(count: number | bigint): Uint8Array {
    const start = this.#at;
    this.skip(count);
    return this.#bytes.subarray(start, this.#at);
  }

  skip(count: number | bigint): void {
    if (count > this.remaining) throw this.truncated();
    this.#at += Number(count);
  }
}
