import { BaseError, concatBytes, readUint32, uint32 } from "@cloister/bytes";

const lengthBytesCount = 4;

/** A message on a stream: uint32 length, then its bytes. */
export function frameMessage(message: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(uint32(message.length), message);
}

/** Puts messages of at most `maxBytes` together from a stream's parts. */
export class MessageReader {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #bytesCount = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Nothing of an unfinished message is here. */
  get isEmpty(): boolean {
    return this.#bytesCount === 0;
  }

  /** The messages that are whole now. @throws BaseError `CHANNEL_MESSAGE` when one is too long */
  push(part: Uint8Array): readonly Uint8Array[] {
    this.#parts.push(part);
    this.#bytesCount += part.length;
    const messages: Uint8Array[] = [];
    for (let message = this.#next(); message; message = this.#next()) messages.push(message);
    return messages;
  }

  #next(): Uint8Array | undefined {
    if (this.#bytesCount < lengthBytesCount) return undefined;
    if ((this.#parts[0]?.length ?? 0) < lengthBytesCount) this.#parts = [concatBytes(...this.#parts)];
    const end = lengthBytesCount + readUint32(this.#parts[0] ?? new Uint8Array(), 0);
    if (end - lengthBytesCount > this.#maxBytes) {
      throw new BaseError("Decode", "CHANNEL_MESSAGE", "the message is too long");
    }
    if (this.#bytesCount < end) return undefined;
    const all = concatBytes(...this.#parts);
    this.#parts = [all.subarray(end)];
    this.#bytesCount -= end;
    return all.slice(lengthBytesCount, end);
  }
}
