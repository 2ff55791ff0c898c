import { concatBytes } from "@cloister/bytes";

const newline = 0x0a;

/**
 * The lines of a byte stream without their newline; `undefined` stands for one longer than `maxBytes`.
 * No more than that is ever held. The last line needs no newline.
 */
export async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array | undefined> {
  const line = new PartialLine(maxBytes);
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      line.add(chunk.subarray(from, end));
      yield line.take();
      from = end + 1;
    }
    line.add(chunk.subarray(from));
  }
  if (line.begun) yield line.take();
}

/** What has arrived of a line. */
class PartialLine {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #lengthBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get begun(): boolean {
    return this.#lengthBytes > 0;
  }

  add(part: Uint8Array): void {
    this.#lengthBytes += part.length;
    if (this.#lengthBytes > this.#maxBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  take(): Uint8Array | undefined {
    const whole = this.#lengthBytes > this.#maxBytes ? undefined : concatBytes(...this.#parts);
    this.#parts = [];
    this.#lengthBytes = 0;
    return whole;
  }
}
