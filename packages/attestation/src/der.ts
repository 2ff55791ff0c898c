/** Strict DER (X.690 section 10) as far as X.509 needs it. All bytes are attacker-controlled. */
import { ByteReader } from "@cloister/codec";
import { demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Identifier octets. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  version: 0xa0,
  extensions: 0xa3,
} as const;

/** One value: what it holds, and all its bytes, as they are signed and compared. */
export interface DerValue {
  readonly tag: number;
  readonly content: Bytes;
  readonly encoded: Bytes;
}

/** Values one after the other, as in a SEQUENCE. */
export class DerReader {
  readonly #reader: ByteReader;

  constructor(bytes: Uint8Array) {
    this.#reader = new ByteReader(bytes, "CERTIFICATE_FORMAT");
  }

  /** The next value, which must have this tag. @throws BaseError `CERTIFICATE_FORMAT` */
  value(tag: number): DerValue {
    const head = [this.#reader.byte()];
    demand(head[0] === tag, "CERTIFICATE_FORMAT");
    const length = this.#length(head);
    const content = this.#reader.take(length);
    return { tag, content, encoded: Uint8Array.from([...head, ...content]) };
  }

  /** The next value if it has this tag. */
  optional(tag: number): DerValue | undefined {
    return this.#reader.peek() === tag ? this.value(tag) : undefined;
  }

  /** The members of the next SEQUENCE, or of what has another tag. */
  open(tag: number = Tag.sequence): DerReader {
    return new DerReader(this.value(tag).content);
  }

  get done(): boolean {
    return this.#reader.remaining === 0;
  }

  /** @throws BaseError `CERTIFICATE_FORMAT` when something is left */
  end(): void {
    demand(this.done, "CERTIFICATE_FORMAT");
  }

  /** Definite and shortest (X.690 section 10.1). Two length bytes hold every certificate here. */
  #length(head: number[]): number {
    const first = this.#reader.byte();
    head.push(first);
    if (first < 0x80) return first;
    const bytesCount = first & 0x7f;
    demand(bytesCount === 1 || bytesCount === 2, "CERTIFICATE_FORMAT");
    let length = 0;
    for (let at = 0; at < bytesCount; at += 1) {
      const byte = this.#reader.byte();
      head.push(byte);
      length = length * 256 + byte;
    }
    demand(length >= (bytesCount === 1 ? 0x80 : 0x100), "CERTIFICATE_FORMAT");
    return length;
  }
}

/** TRUE is 0xff, FALSE is 0 (X.690 section 11.1). */
export function readBoolean({ content }: DerValue): boolean {
  const [byte] = content;
  demand(content.length === 1 && (byte === 0 || byte === 0xff), "CERTIFICATE_FORMAT");
  return byte === 0xff;
}

/** A shortest INTEGER of at most four bytes, not negative. */
export function readSmallInteger({ content }: DerValue): number {
  checkInteger(content);
  demand(content.length <= 4, "CERTIFICATE_FORMAT");
  return content.reduce((value, byte) => value * 256 + byte, 0);
}

/** A positive INTEGER as `bytesCount` big-endian bytes. */
export function readUnsigned({ content }: DerValue, bytesCount: number): Bytes {
  checkInteger(content);
  const digits = content[0] === 0 ? content.subarray(1) : content;
  demand(digits.length <= bytesCount, "CERTIFICATE_FORMAT");
  const out = new Uint8Array(bytesCount);
  out.set(digits, bytesCount - digits.length);
  return out;
}

function checkInteger(content: Bytes): void {
  const [first, second] = content;
  demand(first !== undefined && first < 0x80, "CERTIFICATE_FORMAT");
  demand(first !== 0 || second === undefined || second >= 0x80, "CERTIFICATE_FORMAT");
}

/** A BIT STRING of whole bytes. */
export function readBitString({ content }: DerValue): Bytes {
  demand(content.length > 1 && content[0] === 0, "CERTIFICATE_FORMAT");
  return content.slice(1);
}

/** Named bits, the first as 0x80 of the first byte. */
export function readBits({ content }: DerValue): number {
  const [unused, first] = content;
  demand(
    unused !== undefined && unused < 8 && first !== undefined && content.length <= 3,
    "CERTIFICATE_FORMAT",
  );
  return first;
}

const utcTime = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const generalizedTime = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;

/** Time in milliseconds since 1970 (RFC 5280 section 4.1.2.5: to the second, UTC). */
export function readTime({ tag, content }: DerValue): number {
  const text = String.fromCodePoint(...content);
  const match = (tag === Tag.utcTime ? utcTime : generalizedTime).exec(text);
  demand(match !== null, "CERTIFICATE_FORMAT");
  const [year = 0, month = 0, ...rest] = match.slice(1).map(Number);
  const [day = 0, hour = 0, minute = 0, second = 0] = rest;
  const fullYear = tag === Tag.generalizedTime ? year : year < 50 ? 2000 + year : 1900 + year;
  const ms = Date.UTC(fullYear, month - 1, day, hour, minute, second);
  const back = new Date(ms).toISOString().slice(5, 19).replaceAll(/\D/g, "");
  demand(back === text.slice(-11, -1), "CERTIFICATE_FORMAT"); // no 31 February
  return ms;
}
