/**
 * Field 5 of a message. Unlike everywhere else, varints need not be minimal and trailing bytes are ignored,
 * because that is the format; the message's MAC covers them.
 */
import { MAX_UINT32 } from "../limits.ts";
import { broken, demand } from "../rules.ts";
import { CHUNK_BYTES, CHUNK_COUNT, type Chunk } from "./erasure-code.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What is spoken here. */
const SPQR_VERSION = 1;
const VARINT_BYTES = 10;
/** Version, epoch, index, type, chunk index, chunk. */
const MAX_FIELD_BYTES = 1 + VARINT_BYTES + 5 + 1 + 3 + CHUNK_BYTES;
const MAX_UINT64 = 2n ** 64n - 1n;

/** In the order of their numbers: 0 to 6. */
const types = ["none", "header", "vector", "vector-ack", "ack", "ct1", "ct2"] as const;

/**
 * One step of the key agreement. "vector-ack" is a chunk of the key's vector that also says that ct1
 * arrived, "ack" says the latter alone.
 */
export type Payload =
  | { readonly type: "none" | "ack" }
  | { readonly type: "header" | "vector" | "vector-ack" | "ct1" | "ct2"; readonly chunk: Chunk };

/** Which key a message has: chain epoch `epoch - 1`, at `index`. */
interface Position {
  /** The key agreement in progress, from 1. */
  readonly epoch: bigint;
  readonly index: number;
}

export interface SpqrMessage extends Position {
  readonly payload: Payload;
}

/** What a field says, by its version: none at all, this one, or a newer one, of which only the position is read. */
export type SpqrField =
  | { readonly kind: "versionless" }
  | { readonly kind: "newer"; readonly position: Position }
  | { readonly kind: "version-1"; readonly message: SpqrMessage };

export function writeSpqrField({ epoch, index, payload }: SpqrMessage): Bytes {
  const out = new Uint8Array(MAX_FIELD_BYTES);
  out[0] = SPQR_VERSION;
  let at = putVarint(out, 1, epoch);
  at = putVarint(out, at, index);
  at = putVarint(out, at, types.indexOf(payload.type));
  if (!("chunk" in payload)) return out.slice(0, at);
  at = putVarint(out, at, payload.chunk.index);
  out.set(payload.chunk.data, at);
  return out.slice(0, at + CHUNK_BYTES);
}

/** Reads the field, which is attacker-controlled. @throws BaseError `SPQR-002` */
export function parseSpqrField(field: Uint8Array | undefined): SpqrField {
  const version = field?.[0] ?? 0;
  if (field === undefined || version === 0) return { kind: "versionless" };
  const reader = { field, at: 1 };
  const epoch = readVarint(reader);
  const index = readVarint(reader);
  demand(epoch > 0n && epoch <= MAX_UINT64 && index <= MAX_UINT32, "SPQR-002");
  const position = { epoch, index: Number(index) };
  if (version > SPQR_VERSION) return { kind: "newer", position };
  return { kind: "version-1", message: { ...position, payload: readPayload(reader) } };
}

interface Reader {
  readonly field: Uint8Array;
  at: number;
}

function readPayload(reader: Reader): Payload {
  const number = reader.field[reader.at] ?? types.length;
  const type = types[number];
  demand(type !== undefined, "SPQR-002");
  reader.at += 1;
  if (type === "none" || type === "ack") return { type };
  const index = readVarint(reader);
  demand(index < CHUNK_COUNT, "SPQR-002");
  const data = new Uint8Array(reader.field.subarray(reader.at, reader.at + CHUNK_BYTES));
  demand(data.length === CHUNK_BYTES, "SPQR-002");
  return { type, chunk: { index: Number(index), data } };
}

/** Groups of 7 bits, lowest first; the high bit says that more follow. Gives where to go on. */
function putVarint(out: Bytes, start: number, value: bigint | number): number {
  let at = start;
  let big = value;
  for (; big > Number.MAX_SAFE_INTEGER; at += 1, big = BigInt(big) >> 7n) {
    out[at] = Number(BigInt(big) & 0x7fn) | 0x80;
  }
  let rest = Number(big);
  for (; rest > 0x7f; at += 1, rest = Math.floor(rest / 128)) out[at] = (rest % 128) | 0x80;
  out[at] = rest;
  return at + 1;
}

/** Bigints throughout: 64 bits do not fit a double. */
function readVarint(reader: Reader): bigint {
  let value = 0n;
  for (let count = 0; count < VARINT_BYTES; count += 1) {
    const byte = reader.field[reader.at];
    demand(byte !== undefined, "SPQR-002");
    reader.at += 1;
    value |= BigInt(byte & 0x7f) << BigInt(7 * count);
    if (byte < 0x80) return value;
  }
  throw broken("SPQR-002");
}
