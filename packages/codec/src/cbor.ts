import { BaseError, fromUtf8, toUtf8 } from "@cloister/bytes";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { Major, readArgument, readInitial, writeHead } from "./cbor-head.ts";

/** A map with text keys. Decoded maps have no prototype, so a hostile key cannot shadow anything. */
export interface CborMap {
  readonly [key: string]: CborValue;
}

/** What the default profile carries: integers, text, byte strings, lists, maps with text keys, true, false, null. */
export type CborValue =
  | number
  | bigint
  | boolean
  | null
  | string
  | Uint8Array
  | readonly CborValue[]
  | CborMap;

/** Bounds for {@link decodeCbor}. */
export interface CborLimits {
  /** How deep lists and maps may nest; a list of integers has depth 1. Default 16. */
  readonly maxDepth?: number;
  /** How many data items there may be in all, keys included. Default 65,536. */
  readonly maxItems?: number;
}

const DEFAULT_MAX_DEPTH = 16;
const DEFAULT_MAX_ITEMS = 65_536;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Deterministic CBOR (RFC 8949 section 4.2.1): shortest integers, definite lengths, map keys sorted
 * by their encodings. Integers from -2^63 to 2^64-1; nesting up to 16.
 * @throws BaseError `CBOR_UNSUPPORTED` for fractions, undefined, lone surrogates, class instances;
 * `CBOR_LIMIT` for nesting beyond 16 (a cycle)
 */
export function encodeCbor(value: CborValue): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writeItem(writer, value, 0);
  return writer.finish();
}

function writeItem(writer: ByteWriter, value: CborValue, depth: number): void {
  if (depth > DEFAULT_MAX_DEPTH) throw new BaseError("Usage", "CBOR_LIMIT", "value nests too deeply");
  if (typeof value === "number" || typeof value === "bigint") writeInteger(writer, value);
  else if (typeof value === "string") writeText(writer, value);
  else if (typeof value === "boolean") writeHead(writer, Major.simple, value ? 21 : 20);
  else if (value === null) writeHead(writer, Major.simple, 22);
  else if (value instanceof Uint8Array) {
    writeHead(writer, Major.bytes, value.length);
    writer.bytes(value);
  } else if (isList(value)) {
    writeHead(writer, Major.array, value.length);
    for (const item of value) writeItem(writer, item, depth + 1);
  } else writeMap(writer, value, depth);
}

function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}

function writeInteger(writer: ByteWriter, value: number | bigint): void {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw unsupported("numbers must be safe integers; use bigint beyond 2^53");
  }
  if (value < INT64_MIN || value > UINT64_MAX) throw unsupported("integer needs more than 64 bits");
  if (value >= 0) writeHead(writer, Major.unsigned, value);
  else writeHead(writer, Major.negative, typeof value === "number" ? -1 - value : -1n - value);
}

function writeText(writer: ByteWriter, text: string): void {
  if (LONE_SURROGATE.test(text)) throw unsupported("text holds a lone surrogate");
  const utf8 = toUtf8(text);
  writeHead(writer, Major.text, utf8.length);
  writer.bytes(utf8);
}

function writeMap(writer: ByteWriter, map: CborMap, depth: number): void {
  const prototype: unknown = typeof map === "object" ? Object.getPrototypeOf(map) : undefined;
  if (prototype !== null && prototype !== Object.prototype) {
    throw unsupported("value has no CBOR form here; pass a plain object, list, byte string or scalar");
  }
  const keyWriter = new ByteWriter();
  const entries = Object.entries(map).map(([key, value]) => {
    writeText(keyWriter, key);
    return { key: keyWriter.finish(), value };
  });
  entries.sort((a, b) => compareBytes(a.key, b.key));
  writeHead(writer, Major.map, entries.length);
  for (const { key, value } of entries) {
    writer.bytes(key);
    writeItem(writer, value, depth + 1);
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function unsupported(message: string): BaseError {
  return new BaseError("Usage", "CBOR_UNSUPPORTED", message);
}

/**
 * Decodes exactly one item in deterministic encoding; `encodeCbor(decodeCbor(b))` equals `b`.
 * Integers come as numbers when safe, else as bigints. `bytes` is attacker-controlled.
 * @throws BaseError `CBOR_TRUNCATED`, `CBOR_NOT_CANONICAL` (long integers, indefinite lengths, unsorted
 * keys), `CBOR_UNSUPPORTED` (floats, tags, undefined, other simple values, keys that are not text,
 * integers beyond 64 bits, bad UTF-8), `CBOR_DUPLICATE_KEY`, `CBOR_TRAILING`, `CBOR_LIMIT`
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits = {}): CborValue {
  const reader = new ByteReader(bytes, "CBOR_TRUNCATED");
  const value = new Decoder(reader, limits).item(0);
  if (reader.remaining > 0) throw refused("CBOR_TRAILING", "bytes follow the value");
  return value;
}

function refused(code: string, message: string): BaseError {
  return new BaseError("Decode", code, `${message}; drop the input`);
}

class Decoder {
  readonly #reader: ByteReader;
  readonly #maxDepth: number;
  #itemsLeft: number;

  constructor(reader: ByteReader, limits: CborLimits) {
    this.#reader = reader;
    this.#maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH;
    this.#itemsLeft = limits.maxItems ?? DEFAULT_MAX_ITEMS;
  }

  item(depth: number): CborValue {
    this.#countItem();
    const { major, info } = readInitial(this.#reader);
    if (major === Major.simple) return simple(info);
    if (major === Major.tag) throw refused("CBOR_UNSUPPORTED", "tags are not accepted");
    const argument = readArgument(this.#reader, info);
    switch (major) {
      case Major.unsigned:
        return argument;
      case Major.negative:
        return negative(argument);
      case Major.bytes:
        return this.#reader.take(argument);
      case Major.text:
        return this.#utf8(argument);
      case Major.array:
        return this.#list(argument, depth + 1);
      default:
        return this.#map(argument, depth + 1);
    }
  }

  #countItem(): void {
    if (this.#itemsLeft <= 0) throw refused("CBOR_LIMIT", "too many items");
    this.#itemsLeft -= 1;
  }

  /** Each item takes a byte at least, so a count beyond the input is refused before memory is spent on it. */
  #checkContainer(leastBytes: number | bigint, depth: number): void {
    if (depth > this.#maxDepth) throw refused("CBOR_LIMIT", "nesting is too deep");
    if (leastBytes > this.#reader.remaining) throw this.#reader.truncated();
  }

  #utf8(length: number | bigint): string {
    const bytes = this.#reader.take(length);
    try {
      return fromUtf8(bytes);
    } catch {
      throw refused("CBOR_UNSUPPORTED", "text is not valid UTF-8");
    }
  }

  #list(count: number | bigint, depth: number): readonly CborValue[] {
    this.#checkContainer(count, depth);
    const out: CborValue[] = [];
    for (let i = 0; i < count; i += 1) out.push(this.item(depth));
    return out;
  }

  #map(count: number | bigint, depth: number): CborMap {
    this.#checkContainer(2n * BigInt(count), depth);
    const out = Object.create(null) as Record<string, CborValue>;
    let previous: Uint8Array | undefined;
    for (let i = 0; i < count; i += 1) {
      const key = this.#key();
      // RFC 8949 section 4.2.1: encoded keys ascend bytewise. Equal lengths have equal heads, and a
      // longer text has the greater head, so length first and then the text's bytes is that order.
      const order = previous ? key.length - previous.length || compareBytes(key, previous) : 1;
      if (order === 0) throw refused("CBOR_DUPLICATE_KEY", "a map key appears twice");
      if (order < 0) throw refused("CBOR_NOT_CANONICAL", "map keys are not sorted");
      previous = key;
      out[this.#keyText(key)] = this.item(depth);
    }
    return out;
  }

  #key(): Uint8Array {
    this.#countItem();
    const { major, info } = readInitial(this.#reader);
    if (major !== Major.text) throw refused("CBOR_UNSUPPORTED", "map keys must be text");
    return this.#reader.take(readArgument(this.#reader, info));
  }

  #keyText(key: Uint8Array): string {
    try {
      return fromUtf8(key);
    } catch {
      throw refused("CBOR_UNSUPPORTED", "text is not valid UTF-8");
    }
  }
}

function simple(info: number): boolean | null {
  if (info === 20 || info === 21) return info === 21;
  if (info === 22) return null;
  throw info === 31
    ? refused("CBOR_NOT_CANONICAL", "indefinite lengths are not accepted")
    : refused("CBOR_UNSUPPORTED", "only true, false and null are accepted as simple values");
}

function negative(argument: number | bigint): number | bigint {
  if (typeof argument === "number" && argument < Number.MAX_SAFE_INTEGER) return -1 - argument;
  const value = -1n - BigInt(argument);
  if (value < INT64_MIN) throw refused("CBOR_UNSUPPORTED", "integer is below -2^63");
  return value;
}
