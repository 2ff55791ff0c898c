/**
 * The post-quantum ratchet's place in a session (ML-KEM Braid). What is here is its symmetric part for
 * chain epoch 0: every message is keyed by a chain that starts from the PQXDH secret, and the ML-KEM
 * exchange that would renew it is never offered. Current libsignal accepts such a peer. The handshake is
 * post-quantum; healing after a stolen state rests on X25519 alone. The full exchange will be another
 * member of {@link SpqrState}.
 */
import { concatBytes, toUtf8, uint32, zeroise } from "@cloister/bytes";
import { hkdfSha256 } from "@cloister/crypto";
import { MAX_JUMP_COUNT, MAX_SKIPPED_COUNT, MAX_UINT32 } from "./limits.ts";
import { demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const VERSION = 1;
const TYPE_NONE = 0;
const TYPE_MAX = 6;
/** Types hdr, ek, ek + acknowledgement, ct1, ct2 carry a chunk. */
const CHUNK_TYPES: ReadonlySet<number> = new Set([1, 2, 3, 5, 6]);
const CHUNK_BYTES = 32;
const MAX_CHUNK_INDEX = 65_535;
const FIRST_EPOCH = 1n;
const VARINT_BYTES = 10;
const START_INFO = "Signal PQ Ratchet V1 Chain  Start";
const NEXT_INFO = toUtf8("Signal PQ Ratchet V1 Chain Next");
const ZERO_SALT = new Uint8Array(32);

/** A key held for a message that has not arrived. */
interface SpqrSkippedKey {
  readonly index: number;
  readonly key: Bytes;
}

/** One direction. `index` is the last one used; the first message has 1. */
interface SpqrChain {
  readonly chainKey: Bytes;
  readonly index: number;
}

/** State of the post-quantum ratchet, by what it can do. */
export type SpqrState = {
  readonly kind: "epoch-0";
  readonly sending: SpqrChain;
  readonly receiving: SpqrChain & { readonly skipped: readonly SpqrSkippedKey[] };
};

/** Starts chain epoch 0 from the last 32 bytes of PQXDH. Directions follow who initiated. */
export function startSpqr(initialKey: Uint8Array, role: "initiator" | "responder"): SpqrState {
  const keys = hkdfSha256({ ikm: initialKey, salt: ZERO_SALT, info: START_INFO, lengthBytes: 96 });
  const fromInitiator = { chainKey: keys.slice(32, 64), index: 0 };
  const fromResponder = { chainKey: keys.slice(64), index: 0 };
  zeroise(keys);
  const [sending, receiving] =
    role === "initiator" ? [fromInitiator, fromResponder] : [fromResponder, fromInitiator];
  return { kind: "epoch-0", sending, receiving: { ...receiving, skipped: [] } };
}

/** Every secret in a state, to overwrite when its session is given up. */
export function spqrSecrets({ sending, receiving }: SpqrState): Bytes[] {
  return [sending.chainKey, receiving.chainKey, ...receiving.skipped.map((entry) => entry.key)];
}

/** A step of the ratchet: the next state, the key for one message and what the step made obsolete. */
export interface SpqrStep {
  readonly state: SpqrState;
  readonly key: Bytes;
  readonly erase: readonly Bytes[];
}

/** The field and key of the next outgoing message. @throws BaseError `SPQR-007` */
export function sendSpqr(state: SpqrState): SpqrStep & { readonly field: Bytes } {
  const { sending } = state;
  demand(sending.index < MAX_UINT32, "SPQR-007");
  const { chain, key } = advance(sending);
  const field = concatBytes(
    Uint8Array.of(VERSION),
    writeVarint(FIRST_EPOCH),
    writeVarint(BigInt(chain.index)),
    Uint8Array.of(TYPE_NONE),
  );
  return { state: { ...state, sending: chain }, key, field, erase: [sending.chainKey] };
}

/**
 * The key of an incoming message. `field` is attacker-controlled until the message's MAC was verified;
 * commit `state` only then.
 * @throws BaseError `SPQR-001` to `SPQR-006`
 */
export function receiveSpqr(state: SpqrState, field: Uint8Array | undefined): SpqrStep {
  const { epoch, index } = parseSpqrField(field);
  // The field names the epoch being agreed; the message is keyed by the chain of the one before.
  demand(epoch === FIRST_EPOCH, "SPQR-003");
  const last = state.receiving.index;
  if (index > last) return skipTo(state, index);
  demand(index + MAX_SKIPPED_COUNT >= last, "SPQR-006");
  const { skipped } = state.receiving;
  const found = skipped.find((entry) => entry.index === index);
  demand(found !== undefined, "SPQR-005");
  const receiving = { ...state.receiving, skipped: skipped.filter((entry) => entry !== found) };
  return { state: { ...state, receiving }, key: found.key.slice(), erase: [found.key] };
}

function skipTo(state: SpqrState, index: number): SpqrStep {
  const { receiving } = state;
  demand(index - receiving.index <= MAX_JUMP_COUNT, "SPQR-004");
  const oldest = index - MAX_SKIPPED_COUNT;
  const keep = receiving.skipped.filter((entry) => entry.index >= oldest);
  const erase = receiving.skipped.filter((entry) => entry.index < oldest).map((entry) => entry.key);
  erase.push(receiving.chainKey);
  let chain: SpqrChain = receiving;
  for (;;) {
    const step = advance(chain);
    if (chain !== receiving) zeroise(chain.chainKey);
    chain = step.chain;
    if (chain.index === index) {
      return { state: { ...state, receiving: { ...chain, skipped: keep } }, key: step.key, erase };
    }
    if (chain.index >= oldest) keep.push({ index: chain.index, key: step.key });
    else zeroise(step.key);
  }
}

function advance(chain: SpqrChain): { chain: SpqrChain; key: Bytes } {
  const index = chain.index + 1;
  const info = concatBytes(uint32(index), NEXT_INFO);
  const keys = hkdfSha256({ ikm: chain.chainKey, salt: ZERO_SALT, info, lengthBytes: 64 });
  const out = { chain: { chainKey: keys.slice(0, 32), index }, key: keys.slice(32) };
  zeroise(keys);
  return out;
}

/**
 * Reads field 5 of a message. Unlike everywhere else, varints need not be minimal and trailing bytes are
 * ignored, because that is the format; the message's MAC covers them. Attacker-controlled.
 */
export function parseSpqrField(field: Uint8Array | undefined): {
  epoch: bigint;
  index: number;
  type: number;
} {
  demand(field !== undefined && field[0] === VERSION, "SPQR-001");
  const reader = { field, at: 1 };
  const epoch = readVarint(reader);
  const index = readVarint(reader);
  const type = field[reader.at];
  reader.at += 1;
  demand(epoch > 0n && index > 0n && index <= MAX_UINT32, "SPQR-002");
  demand(type !== undefined && type <= TYPE_MAX, "SPQR-002");
  if (CHUNK_TYPES.has(type)) {
    demand(readVarint(reader) <= MAX_CHUNK_INDEX, "SPQR-002");
    demand(field.length >= reader.at + CHUNK_BYTES, "SPQR-002");
  }
  return { epoch, index: Number(index), type };
}

function writeVarint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  out.push(Number(rest));
  return Uint8Array.from(out);
}

function readVarint(reader: { readonly field: Uint8Array; at: number }): bigint {
  let value = 0n;
  for (let count = 0; count < VARINT_BYTES; count += 1) {
    const byte = reader.field[reader.at];
    demand(byte !== undefined, "SPQR-002");
    reader.at += 1;
    value |= BigInt(byte & 0x7f) << BigInt(7 * count);
    if (byte < 0x80) return value;
  }
  demand(false, "SPQR-002");
  return value;
}
