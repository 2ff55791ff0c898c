/** BER (X.690 section 8) as far as a key service's answers use it. All bytes are attacker-controlled. */
import { isBaseError } from "@cloister/bytes";
import { ByteReader } from "@cloister/codec";
import { demand, keyError } from "../rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const MAX_MESSAGE_BYTES = 16_384;
const MAX_DEPTH = 12;
const MAX_VALUES = 128;
const CONSTRUCTED = 0x20;
const INDEFINITE = 0x80;
const LONG_TAG = 0x1f;

/** One value: what it holds, or the values inside it. */
export type BerValue =
  | { readonly tag: number; readonly content: Bytes }
  | { readonly tag: number; readonly members: readonly BerValue[] };

/** Reads exactly one value. Definite lengths must be shortest; indefinite ones may be anywhere. */
export function readBer(bytes: Uint8Array): BerValue {
  demand(bytes.length <= MAX_MESSAGE_BYTES, "CMS_FORMAT");
  try {
    const parser = new Parser(new ByteReader(bytes, "CMS_FORMAT"));
    const value = parser.value(0);
    demand(parser.isDone, "CMS_FORMAT");
    return value;
  } catch (cause) {
    if (isBaseError(cause, "CMS_FORMAT")) throw keyError("CMS_FORMAT");
    throw cause;
  }
}

class Parser {
  readonly #reader: ByteReader;
  #valuesLeft = MAX_VALUES;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  get isDone(): boolean {
    return this.#reader.remaining === 0;
  }

  value(depth: number): BerValue {
    demand(depth <= MAX_DEPTH && this.#valuesLeft > 0, "CMS_FORMAT");
    this.#valuesLeft -= 1;
    const tag = this.#reader.byte();
    demand(tag !== 0 && (tag & LONG_TAG) !== LONG_TAG, "CMS_FORMAT");
    const length = this.#length();
    if ((tag & CONSTRUCTED) === 0) {
      demand(length !== INDEFINITE_LENGTH, "CMS_FORMAT");
      return { tag, content: this.#reader.take(length) };
    }
    return { tag, members: this.#members(length, depth + 1) };
  }

  #members(length: number, depth: number): readonly BerValue[] {
    const members: BerValue[] = [];
    if (length === INDEFINITE_LENGTH) {
      while (this.#reader.peek() !== 0) members.push(this.value(depth));
      // End-of-contents octets (X.690 section 8.1.5).
      this.#reader.byte();
      demand(this.#reader.byte() === 0, "CMS_FORMAT");
      return members;
    }
    const end = this.#reader.remaining - length;
    while (this.#reader.remaining > end) members.push(this.value(depth));
    demand(this.#reader.remaining === end, "CMS_FORMAT");
    return members;
  }

  #length(): number {
    const first = this.#reader.byte();
    if (first < INDEFINITE) return first;
    if (first === INDEFINITE) return INDEFINITE_LENGTH;
    const bytesCount = first & 0x7f;
    demand(bytesCount === 1 || bytesCount === 2, "CMS_FORMAT");
    const length = this.#reader.uint(bytesCount);
    demand(length >= (bytesCount === 1 ? 0x80 : 0x100), "CMS_FORMAT");
    demand(length <= this.#reader.remaining, "CMS_FORMAT");
    return length;
  }
}

const INDEFINITE_LENGTH = -1;
