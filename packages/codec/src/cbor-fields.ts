import { BaseError, toUtf8 } from "@cloister/bytes";
import type { CborMap, CborValue } from "./cbor.ts";

/** Bounds of a byte string: exactly `length`, or at most `maxBytes`. */
export type BytesBound = { readonly length: number } | { readonly maxBytes: number };

/**
 * Takes the fields of a decoded map one by one, typed and bounded; {@link FieldReader.end} refuses what
 * nobody asked for. All errors are BaseError `CBOR_FIELD` and name the schema's key, never a value.
 */
export class FieldReader {
  readonly #map: CborMap;
  readonly #read = new Set<string>();

  constructor(map: CborMap) {
    this.#map = map;
  }

  /** The raw value of a field that must be there. */
  value(key: string): CborValue {
    this.#read.add(key);
    const value = Object.hasOwn(this.#map, key) ? this.#map[key] : undefined;
    if (value === undefined) throw fieldError(key, "is missing");
    return value;
  }

  /** Text of at most `maxBytes` bytes of UTF-8. */
  text(key: string, bound: { readonly maxBytes: number }): string {
    const value = this.value(key);
    if (typeof value !== "string") throw fieldError(key, "must be text");
    if (toUtf8(value).length > bound.maxBytes) throw fieldError(key, "is too long");
    return value;
  }

  /** One of the given texts. */
  oneOf<const T extends string>(key: string, choices: readonly T[]): T {
    const value = this.value(key);
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw fieldError(key, "is not one of the known choices");
    return choice;
  }

  /** A byte string of exactly `length` or at most `maxBytes` bytes. */
  bytes(key: string, bound: BytesBound): Uint8Array<ArrayBuffer> {
    const value = this.value(key);
    if (!(value instanceof Uint8Array)) throw fieldError(key, "must be a byte string");
    const fits = "length" in bound ? value.length === bound.length : value.length <= bound.maxBytes;
    if (!fits) throw fieldError(key, "has a wrong length");
    return new Uint8Array(value);
  }

  /** An integer from 0 to `max`, itself at most 2^53-1 (which is the default). */
  uint(key: string, bound: { readonly max: number } = { max: Number.MAX_SAFE_INTEGER }): number {
    const value = this.value(key);
    if (typeof value !== "number" || value < 0 || value > bound.max) {
      throw fieldError(key, "must be an integer in its range");
    }
    return value;
  }

  /** true or false. */
  bool(key: string): boolean {
    const value = this.value(key);
    if (typeof value !== "boolean") throw fieldError(key, "must be true or false");
    return value;
  }

  /** A list, each item read by `read`; at most `maxCount` items where given. */
  list<T>(key: string, read: (item: CborValue) => T, bound?: { readonly maxCount: number }): T[] {
    const value = this.value(key);
    if (!Array.isArray(value)) throw fieldError(key, "must be a list");
    if (bound && value.length > bound.maxCount) throw fieldError(key, "has too many items");
    return (value as readonly CborValue[]).map((item) => read(item));
  }

  /** A nested map; its unknown keys are refused after `read`. */
  map<T>(key: string, read: (fields: FieldReader) => T): T {
    const value = this.value(key);
    if (!isMap(value)) throw fieldError(key, "must be a map");
    const fields = new FieldReader(value);
    const out = read(fields);
    fields.end();
    return out;
  }

  /**
   * Reads a field that may be absent:
   * `fields.optional("note", (key) => fields.text(key, { maxBytes: 64 }))`.
   */
  optional<T>(key: string, read: (key: string) => T): T | undefined {
    return Object.hasOwn(this.#map, key) ? read(key) : undefined;
  }

  /** Refuses keys that were not read. Call it last. */
  end(): void {
    for (const key of Object.keys(this.#map)) {
      // The name of an unknown key is the sender's; it stays out of the message.
      if (!this.#read.has(key)) throw new BaseError("Decode", "CBOR_FIELD", "the map has an unknown field");
    }
  }
}

/**
 * Starts reading a decoded value that must be a map.
 * @throws BaseError `CBOR_FIELD`
 */
export function readMap(value: CborValue): FieldReader {
  if (!isMap(value)) throw new BaseError("Decode", "CBOR_FIELD", "the value must be a map");
  return new FieldReader(value);
}

function isMap(value: CborValue): value is CborMap {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function fieldError(key: string, problem: string): BaseError {
  return new BaseError("Decode", "CBOR_FIELD", `field "${key}" ${problem}`);
}
