import { BaseError, zeroise } from "@cloister/bytes";
import { type CborValue, decodeCbor, encodeCbor, readMap } from "@cloister/codec";

type Bytes = Uint8Array<ArrayBuffer>;

/** Whose memory: one patient's, in one conversation. Everybody who could see an answer there saw what is in it. */
export interface MemoryRef {
  readonly tenant: string;
  readonly patient: string;
  readonly conversation: string;
}

/** One question of the patient's and what they were answered. */
export interface Remembered {
  /** The question's id: the same question again takes its own place. */
  readonly id: string;
  readonly atMs: number;
  readonly question: string;
  readonly answer: string;
}

/** A shard as it rests: which key it is under, and the envelope. Attacker-controlled until it is opened. */
export interface SealedShard {
  /** Random; names the keys, so that shredding them is shredding the memory. */
  readonly keys: string;
  readonly envelope: Uint8Array;
}

/** Turns that one shard holds; the oldest go first. */
export const maxRememberedCount = 100;
/** Bytes that one shard has in the clear; the oldest turns go first. */
export const maxShardBytes = 262_144;
const maxQuestionLength = 2_000;
const maxAnswerLength = 4_000;
const maxTextBytes = 4 * maxAnswerLength;
const maxIdBytes = 64;
const maxEnvelopeBytes = maxShardBytes + 1_024;
const version = 1;

/** Adds a turn in its place, cut to its bounds. */
export function remember(turns: readonly Remembered[], turn: Remembered): readonly Remembered[] {
  const added = {
    ...turn,
    question: turn.question.slice(0, maxQuestionLength),
    answer: turn.answer.slice(0, maxAnswerLength),
  };
  return [...turns.filter(({ id }) => id !== turn.id), added]
    .toSorted((a, b) => a.atMs - b.atMs)
    .slice(-maxRememberedCount);
}

/** Format 1, deterministic CBOR; without the oldest turns where they are too long. Overwrite it after use. */
export function encodeTurns(turns: readonly Remembered[]): Bytes {
  const bytes = encodeCbor({ v: version, turns: turns.map((turn) => ({ ...turn })) });
  if (bytes.length <= maxShardBytes || turns.length === 0) return bytes;
  zeroise(bytes);
  return encodeTurns(turns.slice(Math.ceil(turns.length / 8)));
}

/** @throws BaseError `MEMORY_FORMAT` */
export function decodeTurns(bytes: Uint8Array): readonly Remembered[] {
  return reading(bytes, (fields) => fields.list("turns", readTurn, { maxCount: maxRememberedCount }));
}

/** The shard as a store keeps it. */
export function encodeShard({ keys, envelope }: SealedShard): Bytes {
  return encodeCbor({ v: version, keys, envelope });
}

/** Takes a stored shard apart; nothing in it is authentic yet. @throws BaseError `MEMORY_FORMAT` */
export function decodeShard(bytes: Uint8Array): SealedShard {
  return reading(bytes, (fields) => ({
    keys: fields.text("keys", { maxBytes: maxIdBytes }),
    envelope: fields.bytes("envelope", { maxBytes: maxEnvelopeBytes }),
  }));
}

/** What the envelope is bound to beside its keys: a shard that is put in another's place does not open. */
export function shardContext({ tenant, patient, conversation }: MemoryRef): Bytes {
  return encodeCbor({ context: "cloister patient memory", v: version, tenant, patient, conversation });
}

function reading<T>(bytes: Uint8Array, read: (fields: ReturnType<typeof readMap>) => T): T {
  try {
    const fields = readMap(decodeCbor(bytes));
    if (fields.uint("v") !== version) throw new BaseError("Decode", "MEMORY_FORMAT", "unknown version");
    const value = read(fields);
    fields.end();
    return value;
  } catch (cause) {
    const message = "a memory shard is damaged or of another version; shred it, the rest goes on";
    throw new BaseError("Decode", "MEMORY_FORMAT", message, { cause });
  }
}

function readTurn(item: CborValue): Remembered {
  const fields = readMap(item);
  const turn = {
    id: fields.text("id", { maxBytes: maxIdBytes }),
    atMs: fields.uint("atMs"),
    question: fields.text("question", { maxBytes: maxTextBytes }),
    answer: fields.text("answer", { maxBytes: maxTextBytes }),
  };
  fields.end();
  return turn;
}
