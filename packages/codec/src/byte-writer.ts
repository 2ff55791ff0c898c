/** A growing byte buffer. */
export class ByteWriter {
  #buffer = new Uint8Array(64);
  #length = 0;

  #reserve(bytesCount: number): number {
    const start = this.#length;
    this.#length += bytesCount;
    if (this.#length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length));
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

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
  }

  /** A copy of what was written; the writer's own buffer is overwritten and starts empty again. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = this.#buffer.slice(0, this.#length);
    this.#buffer.fill(0);
    this.#length = 0;
    return out;
  }
}
