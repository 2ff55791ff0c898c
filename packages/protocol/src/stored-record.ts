/**
 * A session record as bytes for a store, format 3: fixed fields in a fixed order, integers big-endian, a
 * byte before what may be absent, a count before lists. It is full of secrets; the store must encrypt it.
 * Reading trusts nothing, because a store may be damaged or rolled back.
 */
import { ByteReader, ByteWriter } from "@cloister/codec";
import { grades, higherOf } from "./grades.ts";
import { HeldKeys } from "./held-keys.ts";
import { KEM_BYTES, PUBLIC_KEY_BYTES, rawKem, rawPublicKey } from "./keys.ts";
import { MAX_ARCHIVED_COUNT, MAX_RECEIVING_CHAINS_COUNT, MAX_UINT32 } from "./limits.ts";
import type { RatchetState, SendingChain } from "./ratchet.ts";
import type { AgeMark, ReceivingChain } from "./receiving-chain.ts";
import { broken, demand } from "./rules.ts";
import {
  gradeOf,
  type PendingPreKey,
  type Session,
  type SessionOrigin,
  type SessionRecord,
  sessionsOf,
} from "./session.ts";
import { readSpqr, writeSpqr } from "./spqr/stored.ts";
import { readFlag, SECRET_BYTES, UINT32_BYTES } from "./stored-fields.ts";
import type { KemFields, SessionVersion } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const FORMAT = 3;
/** A chain that was used up stands one past its last counter. */
const MAX_NEXT_COUNTER = MAX_UINT32 + 1;
const NEXT_COUNTER_BYTES = 5;
const TIME_BYTES = 6;

const ANSWERED = 0;
const PENDING = 1;
const RESPONDER = 2;

/** Writes a record. */
export function serializeSessionRecord(record: SessionRecord): Bytes {
  const writer = new ByteWriter();
  writer.byte(FORMAT);
  // 0 for none, else the grade's place in their order.
  writer.byte(record.highestGrade ? 1 + grades.indexOf(record.highestGrade) : 0);
  writer.byte(record.active ? 1 : 0);
  writer.byte(record.archived.length);
  for (const session of sessionsOf(record)) writeSession(writer, session);
  return writer.finish();
}

/**
 * Reads a record.
 * @throws BaseError `SESSION-002` when it is damaged, `SESSION-003` when another format wrote it
 */
export function parseSessionRecord(bytes: Uint8Array): SessionRecord {
  const reader = new ByteReader(bytes, "SESSION-002");
  return guarded(() => {
    demand(reader.byte() === FORMAT, "SESSION-003");
    const grade = reader.byte();
    demand(grade <= grades.length, "SESSION-002");
    const hasActive = readFlag(reader);
    const archivedCount = reader.byte();
    demand(archivedCount <= MAX_ARCHIVED_COUNT, "SESSION-002");
    const active = hasActive ? readSession(reader) : undefined;
    const archived = Array.from({ length: archivedCount }, () => readSession(reader));
    demand(reader.remaining === 0, "SESSION-002");
    const record = { active, archived, highestGrade: grades[grade - 1] };
    for (const session of sessionsOf(record)) {
      demand(higherOf(gradeOf(session), record.highestGrade) === record.highestGrade, "SESSION-002");
    }
    return record;
  });
}

/** Whatever is wrong inside, the caller learns that the state is damaged, or of another format. */
function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "SESSION-003") throw cause;
    throw broken("SESSION-002", cause);
  }
}

function writeSession(writer: ByteWriter, session: Session): void {
  writer.byte(session.version);
  writeOrigin(writer, session.origin);
  writer.bytes(session.baseKey);
  writer.bytes(session.localIdentityKey);
  writer.bytes(session.remoteIdentityKey);
  writer.uint(session.localRegistrationId, UINT32_BYTES);
  writer.uint(session.remoteRegistrationId, UINT32_BYTES);
  writeRatchet(writer, session.ratchet);
}

function readSession(reader: ByteReader): Session {
  const version = reader.byte();
  demand(version === 3 || version === 4, "SESSION-002");
  const session: Session = {
    version,
    origin: readOrigin(reader, version),
    baseKey: readPublicKey(reader),
    localIdentityKey: readPublicKey(reader),
    remoteIdentityKey: readPublicKey(reader),
    localRegistrationId: reader.uint(UINT32_BYTES),
    remoteRegistrationId: reader.uint(UINT32_BYTES),
    ratchet: readRatchet(reader),
  };
  demand(version === 4 || session.ratchet.spqr.kind === "absent", "SESSION-002");
  return session;
}

function writeOrigin(writer: ByteWriter, origin: SessionOrigin): void {
  if (origin.role === "responder") {
    writer.byte(RESPONDER);
    writer.bytes(origin.headerDigest);
  } else if (origin.pending) {
    writer.byte(PENDING);
    writePending(writer, origin.pending);
  } else {
    writer.byte(ANSWERED);
  }
}

function readOrigin(reader: ByteReader, version: SessionVersion): SessionOrigin {
  const kind = reader.byte();
  if (kind === RESPONDER) return { role: "responder", headerDigest: reader.take(SECRET_BYTES) };
  if (kind === PENDING) return { role: "initiator", pending: readPending(reader, version) };
  demand(kind === ANSWERED, "SESSION-002");
  return { role: "initiator", pending: undefined };
}

function writePending(writer: ByteWriter, pending: PendingPreKey): void {
  const { preKeyId } = pending;
  writer.byte(preKeyId === undefined ? 0 : 1);
  if (preKeyId !== undefined) writer.uint(preKeyId, UINT32_BYTES);
  writer.uint(pending.signedPreKeyId, UINT32_BYTES);
  if (pending.kem) {
    writer.uint(pending.kem.kyberPreKeyId, UINT32_BYTES);
    writer.bytes(pending.kem.kyberCiphertext);
  }
  writer.uint(pending.startedAtMs, TIME_BYTES);
}

function readPending(reader: ByteReader, version: SessionVersion): PendingPreKey {
  return {
    preKeyId: readFlag(reader) ? reader.uint(UINT32_BYTES) : undefined,
    signedPreKeyId: reader.uint(UINT32_BYTES),
    kem: version === 4 ? readKem(reader) : undefined,
    startedAtMs: reader.uint(TIME_BYTES),
  };
}

function readKem(reader: ByteReader): KemFields {
  const kyberPreKeyId = reader.uint(UINT32_BYTES);
  const kyberCiphertext = reader.take(KEM_BYTES);
  rawKem(kyberCiphertext);
  return { kyberPreKeyId, kyberCiphertext };
}

function writeRatchet(writer: ByteWriter, ratchet: RatchetState): void {
  writer.bytes(ratchet.rootKey);
  writeSending(writer, ratchet.sending);
  writer.byte(ratchet.receiving.length);
  for (const chain of ratchet.receiving) writeReceiving(writer, chain);
  writeSpqr(writer, ratchet.spqr);
}

function readRatchet(reader: ByteReader): RatchetState {
  const rootKey = reader.take(SECRET_BYTES);
  const sending = readSending(reader);
  const chainsCount = reader.byte();
  demand(chainsCount <= MAX_RECEIVING_CHAINS_COUNT, "SESSION-002");
  demand(sending.kind === "open" || chainsCount > 0, "SESSION-002");
  const receiving = Array.from({ length: chainsCount }, () => readReceiving(reader));
  return { rootKey, sending, receiving, spqr: readSpqr(reader) };
}

function writeSending(writer: ByteWriter, sending: SendingChain): void {
  writer.uint(sending.previousCounter, UINT32_BYTES);
  writer.byte(sending.kind === "open" ? 1 : 0);
  if (sending.kind === "due") return;
  writer.bytes(sending.ratchetKeyPair.publicKey);
  writer.bytes(sending.ratchetKeyPair.privateKey);
  writer.bytes(sending.chainKey);
  writer.uint(sending.counter, NEXT_COUNTER_BYTES);
}

function readSending(reader: ByteReader): SendingChain {
  const previousCounter = reader.uint(UINT32_BYTES);
  if (!readFlag(reader)) return { kind: "due", previousCounter };
  return {
    kind: "open",
    ratchetKeyPair: { publicKey: readPublicKey(reader), privateKey: reader.take(SECRET_BYTES) },
    chainKey: reader.take(SECRET_BYTES),
    counter: readNextCounter(reader),
    previousCounter,
  };
}

function writeReceiving(writer: ByteWriter, chain: ReceivingChain): void {
  writer.bytes(chain.ratchetKey);
  writer.byte(chain.chainKey ? 1 : 0);
  if (chain.chainKey) writer.bytes(chain.chainKey);
  writer.uint(chain.counter, NEXT_COUNTER_BYTES);
  writer.uint(chain.forgottenBelow, NEXT_COUNTER_BYTES);
  writer.byte(chain.ageMark ? 1 : 0);
  if (chain.ageMark) writeAgeMark(writer, chain.ageMark);
  chain.skipped.write(writer);
}

function readReceiving(reader: ByteReader): ReceivingChain {
  const ratchetKey = readPublicKey(reader);
  const chainKey = readFlag(reader) ? reader.take(SECRET_BYTES) : undefined;
  const counter = readNextCounter(reader);
  const forgottenBelow = reader.uint(NEXT_COUNTER_BYTES);
  demand(forgottenBelow <= counter, "SESSION-002");
  const ageMark = readFlag(reader) ? readAgeMark(reader, counter) : undefined;
  const skipped = HeldKeys.read(reader, counter);
  return { ratchetKey, chainKey, counter, skipped, forgottenBelow, ageMark };
}

function writeAgeMark(writer: ByteWriter, { belowCounter, atMs }: AgeMark): void {
  writer.uint(belowCounter, NEXT_COUNTER_BYTES);
  writer.uint(atMs, TIME_BYTES);
}

function readAgeMark(reader: ByteReader, counter: number): AgeMark {
  const belowCounter = reader.uint(NEXT_COUNTER_BYTES);
  demand(belowCounter <= counter, "SESSION-002");
  return { belowCounter, atMs: reader.uint(TIME_BYTES) };
}

function readNextCounter(reader: ByteReader): number {
  const counter = reader.uint(NEXT_COUNTER_BYTES);
  demand(counter <= MAX_NEXT_COUNTER, "SESSION-002");
  return counter;
}

function readPublicKey(reader: ByteReader): Bytes {
  const key = reader.take(PUBLIC_KEY_BYTES);
  rawPublicKey(key);
  return key;
}
