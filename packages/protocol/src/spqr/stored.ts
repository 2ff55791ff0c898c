/**
 * The ratchet's state as part of a stored session, in the form of stored-record.ts. Reading trusts nothing:
 * what no session could have left behind is refused.
 */
import { uint64 } from "@cloister/bytes";
import type { ByteReader, ByteWriter } from "@cloister/codec";
import { HeldKeys } from "../held-keys.ts";
import { demand } from "../rules.ts";
import { readFlag, SECRET_BYTES, UINT32_BYTES } from "../stored-fields.ts";
import { type Braid, type BraidIn, CT1_BYTES, CT2_BYTES, HEADER_BYTES, VECTOR_BYTES } from "./braid.ts";
import { CHUNK_BYTES, type Chunk, type Encoder } from "./erasure-code.ts";
import { type ActiveSpqr, absentSpqr, type SpqrState } from "./index.ts";
import type { Chain, ChainEpoch, KeySchedule } from "./key-schedule.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const EPOCH_BYTES = 8;
const INDEX_BYTES = 2;
const MAX_EPOCHS_COUNT = 3;

/** How one value is stored. */
interface Field<T> {
  write(writer: ByteWriter, value: T): void;
  read(reader: ByteReader): T;
}

const fixed = (lengthBytes: number): Field<Bytes> => ({
  write: (writer, value) => writer.bytes(value),
  read: (reader) => reader.take(lengthBytes),
});

const encoder = (lengthBytes: number): Field<Encoder> => ({
  write(writer, { source, next }) {
    writer.bytes(source);
    writer.uint(next, INDEX_BYTES);
  },
  read: (reader) => ({ source: reader.take(lengthBytes), next: reader.uint(INDEX_BYTES) }),
});

/** Fewer chunks than would complete the string, each with a number of its own. */
const collected = (lengthBytes: number): Field<readonly Chunk[]> => ({
  write(writer, chunks) {
    writer.byte(chunks.length);
    for (const { index, data } of chunks) {
      writer.uint(index, INDEX_BYTES);
      writer.bytes(data);
    }
  },
  read(reader) {
    const count = reader.byte();
    demand(count * CHUNK_BYTES < lengthBytes, "SESSION-002");
    const read = () => ({ index: reader.uint(INDEX_BYTES), data: reader.take(CHUNK_BYTES) });
    const chunks = Array.from({ length: count }, read);
    demand(new Set(chunks.map(({ index }) => index)).size === count, "SESSION-002");
    return chunks;
  },
});

const secret = fixed(SECRET_BYTES);
const seed = fixed(64);
const header = fixed(64);

type Kind = Braid["kind"];
type OwnName<K extends Kind> = Exclude<keyof BraidIn<K>, "kind" | "epoch" | "authenticator">;

/** What each state holds beside the epoch and the authenticator. The order here is the stored one. */
const layouts: { readonly [K in Kind]: { readonly [F in OwnName<K>]: Field<BraidIn<K>[F]> } } = {
  "keys-unsampled": {},
  "keys-sampled": { seed, header: encoder(HEADER_BYTES) },
  "header-sent": { seed, vector: encoder(VECTOR_BYTES), ct1: collected(CT1_BYTES) },
  "ct1-received": { seed, vector: encoder(VECTOR_BYTES), ct1: fixed(CT1_BYTES) },
  "vector-sent": { seed, ct1: fixed(CT1_BYTES), ct2: collected(CT2_BYTES) },
  "no-header-received": { header: collected(HEADER_BYTES) },
  "header-received": { header },
  "ct1-sampled": { header, message: secret, ct1: encoder(CT1_BYTES), vector: collected(VECTOR_BYTES) },
  "vector-received": { ct1: encoder(CT1_BYTES), ct2: fixed(CT2_BYTES) },
  "ct1-acknowledged": { header, message: secret, ct1: fixed(CT1_BYTES), vector: collected(VECTOR_BYTES) },
  "ct2-sampled": { ct2: encoder(CT2_BYTES) },
};
const kinds = Object.keys(layouts) as Kind[];
const fieldsOf = kinds.map((kind): readonly [string, Field<unknown>][] => Object.entries(layouts[kind]));

/** Appends a state. */
export function writeSpqr(writer: ByteWriter, state: SpqrState): void {
  writer.byte(state.kind === "active" ? 1 : 0);
  if (state.kind === "absent") return;
  writer.byte(state.role === "initiator" ? 1 : 0);
  writer.byte(state.minimum === "spqr" ? 1 : 0);
  writer.byte(state.settled ? 1 : 0);
  writeBraid(writer, state.braid);
  writeSchedule(writer, state.schedule);
}

/** Reads a state. @throws BaseError `SESSION-002` */
export function readSpqr(reader: ByteReader): SpqrState {
  if (!readFlag(reader)) return absentSpqr;
  const role = readFlag(reader) ? "initiator" : "responder";
  const minimum = readFlag(reader) ? "spqr" : "pqxdh";
  const settled = readFlag(reader);
  const braid = readBraid(reader);
  const state: ActiveSpqr = { kind: "active", role, minimum, settled, braid, schedule: readSchedule(reader) };
  demand(isPossible(state), "SESSION-002");
  return state;
}

/** Roles alternate; the schedule reaches as far as the agreement has come. */
function isPossible({ role, braid, schedule }: ActiveSpqr): boolean {
  const kind = kinds.indexOf(braid.kind);
  const ownsKey = kind < kinds.indexOf("no-header-received");
  if (ownsKey !== ((role === "initiator") === (braid.epoch % 2n === 1n))) return false;
  const newest = kind >= kinds.indexOf("ct1-sampled") ? braid.epoch : braid.epoch - 1n;
  return schedule.firstEpoch + BigInt(schedule.epochs.length) - 1n === newest;
}

function writeBraid(writer: ByteWriter, braid: Braid): void {
  const kind = kinds.indexOf(braid.kind);
  writer.byte(kind);
  writeEpoch(writer, braid.epoch);
  writer.bytes(braid.authenticator.root);
  writer.bytes(braid.authenticator.mac);
  for (const [name, field] of fieldsOf[kind] ?? []) field.write(writer, Reflect.get(braid, name));
}

function readBraid(reader: ByteReader): Braid {
  const number = reader.byte();
  const [kind, fields] = [kinds[number], fieldsOf[number]];
  demand(kind !== undefined && fields !== undefined, "SESSION-002");
  const epoch = readEpoch(reader);
  demand(epoch > 0n, "SESSION-002");
  const authenticator = { root: secret.read(reader), mac: secret.read(reader) };
  const braid: Record<string, unknown> = { kind, epoch, authenticator };
  for (const [name, field] of fields) braid[name] = field.read(reader);
  // The table's type ties each kind to its fields.
  return braid as unknown as Braid;
}

function writeSchedule(writer: ByteWriter, { root, firstEpoch, epochs }: KeySchedule): void {
  writer.bytes(root);
  writeEpoch(writer, firstEpoch);
  writer.byte(epochs.length);
  for (const { sending, receiving } of epochs) {
    writer.byte(sending ? 1 : 0);
    if (sending) writeChain(writer, sending);
    writeChain(writer, receiving);
    receiving.skipped.write(writer);
  }
}

/** Only the oldest of several epochs can have lost its sending chain. */
function readSchedule(reader: ByteReader): KeySchedule {
  const root = reader.take(SECRET_BYTES);
  const firstEpoch = readEpoch(reader);
  const count = reader.byte();
  demand(count > 0 && count <= MAX_EPOCHS_COUNT, "SESSION-002");
  const epochs = Array.from({ length: count }, () => readChainEpoch(reader));
  demand(
    epochs.every(({ sending }, index) => sending || (index === 0 && count > 1)),
    "SESSION-002",
  );
  return { root, firstEpoch, epochs };
}

function readChainEpoch(reader: ByteReader): ChainEpoch {
  const sending = readFlag(reader) ? readChain(reader) : undefined;
  const receiving = readChain(reader);
  return { sending, receiving: { ...receiving, skipped: HeldKeys.read(reader, receiving.index) } };
}

function writeChain(writer: ByteWriter, { chainKey, index }: Chain): void {
  writer.bytes(chainKey);
  writer.uint(index, UINT32_BYTES);
}

function readChain(reader: ByteReader): Chain {
  return { chainKey: reader.take(SECRET_BYTES), index: reader.uint(UINT32_BYTES) };
}

/** By way of numbers where that is exact: bigints are slow. */
function writeEpoch(writer: ByteWriter, epoch: bigint): void {
  if (epoch <= Number.MAX_SAFE_INTEGER) writer.uint(Number(epoch), EPOCH_BYTES);
  else writer.bytes(uint64(epoch));
}

function readEpoch(reader: ByteReader): bigint {
  const [high, low] = [reader.uint(UINT32_BYTES), reader.uint(UINT32_BYTES)];
  const value = high * 2 ** 32 + low;
  return value <= Number.MAX_SAFE_INTEGER ? BigInt(value) : (BigInt(high) << 32n) | BigInt(low);
}
