/**
 * CBOR as enclaves write it (RFC 8949), read strictly: definite and indefinite lengths, integer and text
 * keys, one optional tag. Everything is bounded, and a map with a key twice is refused, which common
 * decoders let pass. All bytes are attacker-controlled.
 */
import { fromUtf8 } from "@cloister/bytes";
import { ByteReader, Major, readInitial } from "@cloister/codec";
import { broken, demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A tagged item; evidence has one at most, around everything. */
export class CborTag {
  readonly tag: number | bigint;
  readonly value: EvidenceCbor;

  constructor(tag: number | bigint, value: EvidenceCbor) {
    this.tag = tag;
    this.value = value;
  }
}

/** What evidence consists of. */
export type EvidenceCbor =
  | number
  | bigint
  | boolean
  | null
  | string
  | Bytes
  | readonly EvidenceCbor[]
  | ReadonlyMap<EvidenceKey, EvidenceCbor>
  | CborTag;

type EvidenceKey = number | bigint | string;

const MAX_DEPTH = 8;
const MAX_ITEMS = 1024;
const INDEFINITE = 31;
const BREAK = 0xff;

/** Reads exactly one item. @throws BaseError `EVIDENCE_CBOR`, `EVIDENCE_DUPLICATE_KEY` */
export function decodeEvidenceCbor(bytes: Uint8Array): EvidenceCbor {
  const reader = new ByteReader(bytes, "EVIDENCE_CBOR");
  const value = new Decoder(reader).item(0);
  demand(reader.remaining === 0, "EVIDENCE_CBOR");
  return value;
}

class Decoder {
  readonly #reader: ByteReader;
  #itemsCount = 0;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  item(depth: number): EvidenceCbor {
    this.#itemsCount += 1;
    demand(this.#itemsCount <= MAX_ITEMS && depth <= MAX_DEPTH, "EVIDENCE_CBOR");
    const { major, info } = readInitial(this.#reader);
    switch (major) {
      case Major.unsigned:
        return this.#argument(info);
      case Major.negative:
        return negative(this.#argument(info));
      case Major.bytes:
        return this.#string(info, Major.bytes);
      case Major.text:
        return text(this.#string(info, Major.text));
      case Major.array:
        return this.#list(info, depth + 1);
      case Major.map:
        return this.#map(info, depth + 1);
      case Major.tag:
        return new CborTag(this.#argument(info), this.item(depth + 1));
      default:
        return simple(info);
    }
  }

  /** Not only the shortest form: signers outside our reach write eight bytes for what fits into four. */
  #argument(info: number): number | bigint {
    if (info < 24) return info;
    demand(info <= 27, "EVIDENCE_CBOR");
    if (info < 27) return this.#reader.uint(1 << (info - 24));
    const value = BigInt(this.#reader.uint(4)) * 0x1_0000_0000n + BigInt(this.#reader.uint(4));
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  /** An indefinite string is a run of definite ones of its own kind (RFC 8949 section 3.2.3). */
  #string(info: number, major: number): Bytes {
    if (info !== INDEFINITE) return this.#reader.take(this.#argument(info));
    const chunks: number[] = [];
    for (;;) {
      const byte = this.#reader.byte();
      if (byte === BREAK) return Uint8Array.from(chunks);
      demand(byte >> 5 === major && (byte & 31) !== INDEFINITE, "EVIDENCE_CBOR");
      this.#itemsCount += 1;
      demand(this.#itemsCount <= MAX_ITEMS, "EVIDENCE_CBOR");
      chunks.push(...this.#reader.take(this.#argument(byte & 31)));
    }
  }

  #list(info: number, depth: number): EvidenceCbor[] {
    const out: EvidenceCbor[] = [];
    this.#each(info, () => out.push(this.item(depth)));
    return out;
  }

  #map(info: number, depth: number): ReadonlyMap<EvidenceKey, EvidenceCbor> {
    const out = new Map<EvidenceKey, EvidenceCbor>();
    this.#each(info, () => {
      const key = this.item(depth);
      demand(typeof key === "string" || typeof key === "number" || typeof key === "bigint", "EVIDENCE_CBOR");
      demand(!out.has(key), "EVIDENCE_DUPLICATE_KEY");
      out.set(key, this.item(depth));
    });
    return out;
  }

  /** Runs `read` for each member: as many as the head says, or up to the break. */
  #each(info: number, read: () => void): void {
    if (info !== INDEFINITE) {
      const count = this.#argument(info);
      // A member takes a byte at least: a count beyond the input is refused before anything is read.
      demand(count <= this.#reader.remaining, "EVIDENCE_CBOR");
      for (let at = 0; at < count; at += 1) read();
      return;
    }
    while (this.#reader.peek() !== BREAK) read();
    this.#reader.skip(1);
  }
}

function text(bytes: Bytes): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw broken("EVIDENCE_CBOR", cause);
  }
}

function negative(argument: number | bigint): number | bigint {
  return typeof argument === "number" && argument < Number.MAX_SAFE_INTEGER
    ? -1 - argument
    : -1n - BigInt(argument);
}

/** false, true, null (RFC 8949 section 3.3). */
function simple(info: number): boolean | null {
  demand(info >= 20 && info <= 22, "EVIDENCE_CBOR");
  return info === 22 ? null : info === 21;
}
