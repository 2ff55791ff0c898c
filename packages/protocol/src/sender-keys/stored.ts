/**
 * Sender keys as bytes for a store: deterministic CBOR, format 1. They are full of secrets; the store must
 * encrypt them. Reading trusts nothing, because a store may be damaged or rolled back.
 */
import { isBaseError } from "@cloister/bytes";
import {
  ByteReader,
  ByteWriter,
  type CborMap,
  type CborValue,
  decodeCbor,
  encodeCbor,
  type FieldReader,
  readMap,
} from "@cloister/codec";
import { HeldKeys } from "../held-keys.ts";
import { PUBLIC_KEY_BYTES, rawPublicKey } from "../keys.ts";
import { MAX_SKIPPED_COUNT, MAX_UINT32 } from "../limits.ts";
import { broken, demand } from "../rules.ts";
import { checkMembers, MAX_MEMBERS_COUNT, type SenderKey } from "./sender-key.ts";
import {
  MAX_SENDER_KEY_STATES_COUNT,
  type OpenChain,
  type SenderKeyRecord,
  type SenderKeyState,
} from "./sender-key-record.ts";
import { CHAIN_KEY_BYTES, DISTRIBUTION_ID_BYTES, MAX_CHAIN_ID } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const FORMAT = 1;
const SECRET = { length: CHAIN_KEY_BYTES };
const DISTRIBUTION_ID = { length: DISTRIBUTION_ID_BYTES };
const CHAIN_ID = { max: MAX_CHAIN_ID };
/** A chain that was used up stands one past its last counter. */
const NEXT_COUNTER = { max: MAX_UINT32 + 1 };
/** A count, then each key with its counter. */
const MAX_SKIPPED_BYTES = 2 + MAX_SKIPPED_COUNT * (4 + CHAIN_KEY_BYTES);

/** Writes this device's own sender key. */
export function serializeSenderKey(senderKey: SenderKey): Bytes {
  const { signingKeyPair, ...rest } = senderKey;
  const { publicKey, privateKey } = signingKeyPair;
  return encodeCbor({ format: FORMAT, ...rest, signingKey: publicKey, privateKey });
}

/** Reads it. @throws BaseError `GROUP-008` when damaged, `GROUP-009` when another format wrote it */
export function parseSenderKey(bytes: Uint8Array): SenderKey {
  return guarded(bytes, (fields) => ({
    distributionId: fields.bytes("distributionId", DISTRIBUTION_ID),
    chainId: fields.uint("chainId", CHAIN_ID),
    iteration: fields.uint("iteration", NEXT_COUNTER),
    chainKey: fields.bytes("chainKey", SECRET),
    signingKeyPair: {
      publicKey: readPublicKey(fields),
      privateKey: fields.bytes("privateKey", SECRET),
    },
    members: checkMembers(fields.list("members", readMember, { maxCount: MAX_MEMBERS_COUNT })),
  }));
}

/** Writes what is held of one sender. */
export function serializeSenderKeyRecord({ distributionId, states }: SenderKeyRecord): Bytes {
  return encodeCbor({ format: FORMAT, distributionId, states: states.map(writeState) });
}

/** Reads it. @throws BaseError `GROUP-008` when damaged, `GROUP-009` when another format wrote it */
export function parseSenderKeyRecord(bytes: Uint8Array): SenderKeyRecord {
  return guarded(bytes, (fields) => {
    const distributionId = fields.bytes("distributionId", DISTRIBUTION_ID);
    const states = fields.list("states", readState, { maxCount: MAX_SENDER_KEY_STATES_COUNT });
    demand(new Set(states.map((state) => state.chainId)).size === states.length, "GROUP-008");
    return { distributionId, states };
  });
}

/** Whatever is wrong inside, the caller learns that the state is damaged, or of another format. */
function guarded<T>(bytes: Uint8Array, read: (fields: FieldReader) => T): T {
  try {
    const fields = readMap(decodeCbor(bytes));
    demand(fields.uint("format") === FORMAT, "GROUP-009");
    const out = read(fields);
    fields.end();
    return out;
  } catch (cause) {
    if (isBaseError(cause) && cause.code === "GROUP-009") throw cause;
    throw broken("GROUP-008", cause);
  }
}

function writeState({ chain, ...state }: SenderKeyState): CborMap {
  const writer = new ByteWriter();
  chain.skipped.write(writer);
  return { ...state, ...chain, skipped: writer.finish() };
}

function readState(value: CborValue): SenderKeyState {
  const fields = readMap(value);
  const counter = fields.uint("counter", NEXT_COUNTER);
  const state = {
    chainId: fields.uint("chainId", CHAIN_ID),
    firstIteration: fields.uint("firstIteration", { max: counter }),
    signingKey: readPublicKey(fields),
    chain: {
      chainKey: fields.bytes("chainKey", SECRET),
      counter,
      skipped: readSkipped(fields, counter),
      forgottenBelow: fields.uint("forgottenBelow", { max: counter }),
    },
  };
  fields.end();
  return state;
}

function readSkipped(fields: FieldReader, below: number): OpenChain["skipped"] {
  const packed = fields.bytes("skipped", { maxBytes: MAX_SKIPPED_BYTES });
  const reader = new ByteReader(packed, "GROUP-008");
  const keys = HeldKeys.read(reader, below);
  demand(reader.remaining === 0, "GROUP-008");
  return keys;
}

function readPublicKey(fields: FieldReader): Bytes {
  const bytes = fields.bytes("signingKey", { length: PUBLIC_KEY_BYTES });
  rawPublicKey(bytes);
  return bytes;
}

function readMember(value: CborValue): string {
  demand(typeof value === "string", "GROUP-008");
  return value;
}
