import { BaseError, readUint64, uint64 } from "@cloister/bytes";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;
const MAX_FIELD_NUMBER = 2 ** 29 - 1;
const MAX_UNKNOWN_FIELDS = 64;
const UINT32_MAX = 2 ** 32 - 1;
const UINT64_MAX = 2n ** 64n - 1n;

interface ProtoTypes {
  uint32: number;
  uint64: bigint;
  fixed64: bigint;
  bytes: Uint8Array<ArrayBuffer>;
  /** Bytes too, in the memory of the input. */
  view: Uint8Array;
}

/** Field name → [field number, type]; no field repeats. */
export interface ProtoSchema {
  readonly [name: string]: readonly [fieldNumber: number, type: keyof ProtoTypes];
}

/** What {@link readProto} returns: every field of the schema, undefined where the message has none. */
export type ProtoMessage<S extends ProtoSchema> = {
  readonly [Name in keyof S]: ProtoTypes[S[Name][1]] | undefined;
};

const WIRE_TYPES: Record<keyof ProtoTypes, number> = {
  uint32: WIRE_VARINT,
  uint64: WIRE_VARINT,
  fixed64: WIRE_FIXED64,
  bytes: WIRE_BYTES,
  view: WIRE_BYTES,
};

/** Writes protobuf fields in the order of the calls (proto2, wire types 0, 1 and 2). */
export class ProtoWriter {
  readonly #writer = new ByteWriter();

  /** `framing` goes in front of the message. */
  constructor(framing?: Uint8Array) {
    if (framing) this.#writer.bytes(framing);
  }

  /** @throws BaseError `PROTO_RANGE` unless 0 to 2^32-1 */
  uint32(fieldNumber: number, value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > UINT32_MAX) throw usage("value is not a uint32");
    return this.uint64(fieldNumber, value);
  }

  /** @throws BaseError `PROTO_RANGE` unless 0 to 2^64-1 (2^53-1 for a number) */
  uint64(fieldNumber: number, value: number | bigint): this {
    checkUint64(value);
    this.#tag(fieldNumber, WIRE_VARINT);
    this.#varint(value);
    return this;
  }

  /** Eight bytes, little-endian. @throws BaseError `PROTO_RANGE` unless 0 to 2^64-1 (2^53-1 for a number) */
  fixed64(fieldNumber: number, value: number | bigint): this {
    checkUint64(value);
    this.#tag(fieldNumber, WIRE_FIXED64);
    this.#writer.bytes(uint64(value).toReversed());
    return this;
  }

  /** A length-delimited field: bytes, UTF-8 text or a nested message. */
  bytes(fieldNumber: number, value: Uint8Array): this {
    this.#tag(fieldNumber, WIRE_BYTES);
    this.#varint(value.length);
    this.#writer.bytes(value);
    return this;
  }

  /** The message with so many zeros behind it, room for a trailer; the writer is empty afterwards. */
  finish(trailerBytes = 0): Uint8Array<ArrayBuffer> {
    this.#writer.zeros(trailerBytes);
    return this.#writer.finish();
  }

  #tag(fieldNumber: number, wireType: number): void {
    if (!Number.isInteger(fieldNumber) || fieldNumber < 1 || fieldNumber > MAX_FIELD_NUMBER) {
      throw usage("field numbers are 1 to 2^29-1");
    }
    this.#varint(fieldNumber * 8 + wireType);
  }

  #varint(value: number | bigint): void {
    let big = value;
    for (; big > Number.MAX_SAFE_INTEGER; big = BigInt(big) >> 7n) {
      this.#writer.byte(Number(BigInt(big) & 0x7fn) | 0x80);
    }
    let rest = Number(big);
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#writer.byte((rest % 128) | 0x80);
    this.#writer.byte(rest);
  }
}

function checkUint64(value: number | bigint): void {
  const exact = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!exact || value < 0 || value > UINT64_MAX) throw usage("value is not a uint64");
}

function usage(message: string): BaseError {
  return new BaseError("Usage", "PROTO_RANGE", message);
}

function refused(code: string, message: string): BaseError {
  return new BaseError("Decode", code, `${message}; drop the input`);
}

/**
 * Reads a protobuf message strictly. Unknown fields of wire types 0, 1, 2 and 5 are skipped, 64 at most.
 * `bytes` is attacker-controlled.
 * @throws BaseError `PROTO_TRUNCATED`, `PROTO_VARINT` (overlong or beyond 64 bits), `PROTO_RANGE` (a
 * uint32 beyond 32 bits), `PROTO_FIELD_NUMBER`, `PROTO_WIRE_TYPE` (groups, or not the schema's type),
 * `PROTO_DUPLICATE_FIELD`, `PROTO_LIMIT`
 */
export function readProto<const S extends ProtoSchema>(bytes: Uint8Array, schema: S): ProtoMessage<S> {
  const reader = new ByteReader(bytes, "PROTO_TRUNCATED");
  const names = Object.keys(schema);
  const out: Record<string, number | bigint | Uint8Array | undefined> = {};
  for (const name of names) out[name] = undefined;
  let unknownCount = 0;
  while (reader.remaining > 0) {
    const { fieldNumber, wireType } = readTag(reader);
    const name = names.find((candidate) => schema[candidate]?.[0] === fieldNumber);
    const type = name === undefined ? undefined : schema[name]?.[1];
    if (name !== undefined && type !== undefined) {
      if (out[name] !== undefined) throw refused("PROTO_DUPLICATE_FIELD", "a field appears twice");
      out[name] = readField(reader, wireType, type);
    } else {
      unknownCount += 1;
      if (unknownCount > MAX_UNKNOWN_FIELDS) throw refused("PROTO_LIMIT", "too many unknown fields");
      skipField(reader, wireType);
    }
  }
  return out as ProtoMessage<S>;
}

function readTag(reader: ByteReader): { fieldNumber: number; wireType: number } {
  const tag = Number(readVarint(reader));
  const fieldNumber = Math.floor(tag / 8);
  if (tag > UINT32_MAX || fieldNumber === 0) throw refused("PROTO_FIELD_NUMBER", "bad field number");
  return { fieldNumber, wireType: tag % 8 };
}

function readField(
  reader: ByteReader,
  wireType: number,
  type: keyof ProtoTypes,
): number | bigint | Uint8Array {
  if (wireType !== WIRE_TYPES[type]) throw refused("PROTO_WIRE_TYPE", "a field has the wrong wire type");
  if (type === "fixed64") return readUint64(reader.take(8).toReversed());
  const value = readVarint(reader);
  if (type === "bytes") return reader.take(value);
  if (type === "view") return reader.view(value);
  if (type === "uint64") return BigInt(value);
  if (value > UINT32_MAX) throw refused("PROTO_RANGE", "a uint32 field needs more than 32 bits");
  return Number(value);
}

function skipField(reader: ByteReader, wireType: number): void {
  if (wireType === WIRE_VARINT) readVarint(reader);
  else if (wireType === WIRE_FIXED64) reader.skip(8);
  else if (wireType === WIRE_BYTES) reader.skip(readVarint(reader));
  else if (wireType === WIRE_FIXED32) reader.skip(4);
  else throw refused("PROTO_WIRE_TYPE", "groups and unknown wire types are not accepted");
}

/** Shortest form only, so that a message has one encoding of each number. A number up to 28 bits, then a bigint. */
function readVarint(reader: ByteReader): number | bigint {
  let small = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = reader.byte();
    small |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte === 0 && shift > 0) throw badVarint();
      return small;
    }
  }
  let value = BigInt(small);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    const byte = reader.byte();
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte === 0 || value > UINT64_MAX) break;
      return value;
    }
  }
  throw badVarint();
}

function badVarint(): BaseError {
  return refused("PROTO_VARINT", "a number is overlong or beyond 64 bits");
}
