/**
 * A session record as bytes for a store: deterministic CBOR, format 1. It is full of secrets; the store
 * must encrypt it. Reading trusts nothing, because a store may be damaged or rolled back.
 */
import { concatBytes, readUint32, uint32 } from "@cloister/bytes";
import {
  type CborMap,
  type CborValue,
  decodeCbor,
  encodeCbor,
  type FieldReader,
  readMap,
} from "@cloister/codec";
import { KEM_BYTES, PUBLIC_KEY_BYTES, rawKem, rawPublicKey } from "./keys.ts";
import { MAX_ARCHIVED_COUNT, MAX_RECEIVING_CHAINS_COUNT, MAX_SKIPPED_COUNT, MAX_UINT32 } from "./limits.ts";
import type { RatchetState, SendingChain } from "./ratchet.ts";
import type { ReceivingChain } from "./receiving-chain.ts";
import { broken, demand } from "./rules.ts";
import {
  type PendingPreKey,
  type Session,
  type SessionOrigin,
  type SessionRecord,
  sessionsOf,
} from "./session.ts";
import type { SpqrState } from "./spqr.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const FORMAT = 1;
const SECRET = { length: 32 };
const SKIPPED_BYTES = 4 + SECRET.length;
const UINT32 = { max: MAX_UINT32 };
/** A chain that was used up stands one past its last counter. */
const NEXT_COUNTER = { max: MAX_UINT32 + 1 };

/** Writes a record. */
export function serializeSessionRecord(record: SessionRecord): Bytes {
  const sessions = sessionsOf(record).map(writeSession);
  return encodeCbor({ format: FORMAT, active: record.active !== undefined, sessions });
}

/**
 * Reads a record.
 * @throws BaseError `SESSION-002` when it is damaged, `SESSION-003` when another format wrote it
 */
export function parseSessionRecord(bytes: Uint8Array): SessionRecord {
  return guarded(() => {
    const fields = readMap(decodeCbor(bytes));
    demand(fields.uint("format") === FORMAT, "SESSION-003");
    const hasActive = fields.bool("active");
    const maxCount = MAX_ARCHIVED_COUNT + (hasActive ? 1 : 0);
    const sessions = fields.list("sessions", readSession, { maxCount });
    fields.end();
    if (!hasActive) return { active: undefined, archived: sessions };
    const [active, ...archived] = sessions;
    demand(active !== undefined, "SESSION-002");
    return { active, archived };
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

function writeSession(session: Session): CborMap {
  const { ratchet } = session;
  return {
    version: session.version,
    origin: writeOrigin(session.origin),
    baseKey: session.baseKey,
    localIdentityKey: session.localIdentityKey,
    remoteIdentityKey: session.remoteIdentityKey,
    localRegistrationId: session.localRegistrationId,
    remoteRegistrationId: session.remoteRegistrationId,
    rootKey: ratchet.rootKey,
    sending: writeSending(ratchet.sending),
    receiving: ratchet.receiving.map(writeReceiving),
    spqr: writeSpqr(ratchet.spqr),
  };
}

function readSession(value: CborValue): Session {
  const fields = readMap(value);
  demand(fields.uint("version") === 4, "SESSION-002");
  const session: Session = {
    version: 4,
    origin: fields.map("origin", readOrigin),
    baseKey: readPublicKey(fields, "baseKey"),
    localIdentityKey: readPublicKey(fields, "localIdentityKey"),
    remoteIdentityKey: readPublicKey(fields, "remoteIdentityKey"),
    localRegistrationId: fields.uint("localRegistrationId", UINT32),
    remoteRegistrationId: fields.uint("remoteRegistrationId", UINT32),
    ratchet: readRatchet(fields),
  };
  fields.end();
  return session;
}

function writeOrigin(origin: SessionOrigin): CborMap {
  if (origin.role === "responder") return { role: origin.role, headerDigest: origin.headerDigest };
  if (!origin.pending) return { role: origin.role };
  const { preKeyId, ...pending } = origin.pending;
  return { role: origin.role, pending: { ...pending, ...(preKeyId === undefined ? {} : { preKeyId }) } };
}

function readOrigin(fields: FieldReader): SessionOrigin {
  const role = fields.oneOf("role", ["initiator", "responder"]);
  if (role === "responder") return { role, headerDigest: fields.bytes("headerDigest", SECRET) };
  return { role, pending: fields.optional("pending", (key) => fields.map(key, readPending)) };
}

function readPending(fields: FieldReader): PendingPreKey {
  const kyberCiphertext = fields.bytes("kyberCiphertext", { length: KEM_BYTES });
  rawKem(kyberCiphertext);
  return {
    preKeyId: fields.optional("preKeyId", (key) => fields.uint(key, UINT32)),
    signedPreKeyId: fields.uint("signedPreKeyId", UINT32),
    kyberPreKeyId: fields.uint("kyberPreKeyId", UINT32),
    kyberCiphertext,
    startedAtMs: fields.uint("startedAtMs"),
  };
}

function readRatchet(fields: FieldReader): RatchetState {
  const sending = fields.map("sending", readSending);
  const receiving = fields.list("receiving", readReceiving, { maxCount: MAX_RECEIVING_CHAINS_COUNT });
  demand(sending.kind === "open" || receiving.length > 0, "SESSION-002");
  return {
    rootKey: fields.bytes("rootKey", SECRET),
    sending,
    receiving,
    spqr: fields.map("spqr", readSpqr),
  };
}

function writeSending(sending: SendingChain): CborMap {
  if (sending.kind === "due") return { ...sending };
  const { ratchetKeyPair, ...chain } = sending;
  return { ...chain, ratchetKey: ratchetKeyPair.publicKey, privateKey: ratchetKeyPair.privateKey };
}

function readSending(fields: FieldReader): SendingChain {
  const kind = fields.oneOf("kind", ["due", "open"]);
  const previousCounter = fields.uint("previousCounter", UINT32);
  if (kind === "due") return { kind, previousCounter };
  return {
    kind,
    ratchetKeyPair: {
      publicKey: readPublicKey(fields, "ratchetKey"),
      privateKey: fields.bytes("privateKey", SECRET),
    },
    chainKey: fields.bytes("chainKey", SECRET),
    counter: fields.uint("counter", NEXT_COUNTER),
    previousCounter,
  };
}

function writeReceiving(chain: ReceivingChain): CborMap {
  const { chainKey, skipped, ...rest } = chain;
  return {
    ...rest,
    ...(chainKey ? { chainKey } : {}),
    skipped: packKeys(skipped.map(({ counter, seed }) => [counter, seed])),
  };
}

function readReceiving(value: CborValue): ReceivingChain {
  const fields = readMap(value);
  const counter = fields.uint("counter", NEXT_COUNTER);
  const chain: ReceivingChain = {
    ratchetKey: readPublicKey(fields, "ratchetKey"),
    chainKey: fields.optional("chainKey", (key) => fields.bytes(key, SECRET)),
    counter,
    skipped: readKeys(fields, counter).map(([at, seed]) => ({ counter: at, seed })),
    forgottenBelow: fields.uint("forgottenBelow", { max: counter }),
  };
  fields.end();
  return chain;
}

function writeSpqr({ kind, sending, receiving }: SpqrState): CborMap {
  return {
    kind,
    sending: { ...sending },
    receiving: {
      chainKey: receiving.chainKey,
      index: receiving.index,
      skipped: packKeys(receiving.skipped.map(({ index, key }) => [index, key])),
    },
  };
}

function readSpqr(fields: FieldReader): SpqrState {
  return {
    kind: fields.oneOf("kind", ["epoch-0"]),
    sending: fields.map("sending", (chain) => ({
      chainKey: chain.bytes("chainKey", SECRET),
      index: chain.uint("index", UINT32),
    })),
    receiving: fields.map("receiving", (chain) => {
      const index = chain.uint("index", UINT32);
      return {
        chainKey: chain.bytes("chainKey", SECRET),
        index,
        skipped: readKeys(chain, index).map(([at, key]) => ({ index: at, key })),
      };
    }),
  };
}

/** Held keys in one byte string, each its number (4 bytes) and 32 bytes of key: thousands stay cheap. */
function packKeys(keys: readonly (readonly [at: number, key: Bytes])[]): Bytes {
  return concatBytes(...keys.flatMap(([at, key]) => [uint32(at), key]));
}

function readKeys(fields: FieldReader, below: number): [at: number, key: Bytes][] {
  const packed = fields.bytes("skipped", { maxBytes: MAX_SKIPPED_COUNT * SKIPPED_BYTES });
  demand(packed.length % SKIPPED_BYTES === 0, "SESSION-002");
  let previous = -1;
  return Array.from({ length: packed.length / SKIPPED_BYTES }, (_, entry) => {
    const start = entry * SKIPPED_BYTES;
    const at = readUint32(packed, start);
    demand(at > previous && at < below, "SESSION-002");
    previous = at;
    return [at, packed.slice(start + 4, start + SKIPPED_BYTES)];
  });
}

function readPublicKey(fields: FieldReader, key: string): Bytes {
  const bytes = fields.bytes(key, { length: PUBLIC_KEY_BYTES });
  rawPublicKey(bytes);
  return bytes;
}
