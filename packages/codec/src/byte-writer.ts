import { BaseError } from "@cloister/bytes";

const CAPACITY_BYTES = 2048;
const MAX_SPARE_BYTES = 65_536;
const nothing = new Uint8Array();

/** The buffer of the last writer that finished, all zeros. New memory is most of what writing a message costs. */
let spare: Uint8Array<ArrayBuffer> = nothing;

/** A growing byte buffer. */
export class ByteWriter {
  #buffer = spare;
  #length = 0;

  constructor() {
    spare = nothing;
  }

  #reserve(bytesCount: number): number {
    const start = this.#length;
    this.#length += bytesCount;
    if (this.#length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(CAPACITY_BYTES, 2 * this.#buffer.length, this.#length));
      grown.set(this.#buffer);
      this.#buffer.fill(0); // what is encoded may be secret
      this.#buffer = grown;
    }
    return start;
  }

  byte(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  zeros(count: number): void {
    this.#reserve(count);
  }

  /** Big-endian, 1 to 8 bytes, of a safe integer. @throws BaseError `INTEGER_RANGE` */
  uint(value: number, bytesCount: number): void {
    const start = this.#reserve(bytesCount);
    let rest = value;
    for (let at = start + bytesCount - 1; at >= start; at -= 1) {
      this.#buffer[at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    if (rest !== 0 || !Number.isInteger(value)) {
      throw new BaseError("Usage", "INTEGER_RANGE", `integer does not fit ${bytesCount} bytes`);
    }
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
  }

  /** A copy of what was written; the writer's own buffer is overwritten and starts empty again. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = this.#buffer.slice(0, this.#length);
    this.#buffer.fill(0, 0, this.#length);
    this.#length = 0;
    if (this.#buffer.length <= MAX_SPARE_BYTES) spare = this.#buffer;
    this.#buffer = nothing;
    return out;
  }
}
