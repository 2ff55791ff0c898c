/**
 * The keys of messages: in each chain epoch one chain for each direction, and a root that the secret of
 * the next epoch enters. Which chain sends follows from who began the session, never from an epoch's role.
 */
import { concatBytes, toUtf8, uint32, zeroise } from "@cloister/bytes";
import { hkdfSha256Keys } from "@cloister/crypto";
import { type HeldKey, HeldKeys } from "../held-keys.ts";
import { MAX_JUMP_COUNT, MAX_SKIPPED_COUNT, MAX_UINT32 } from "../limits.ts";
import { demand } from "../rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Who began the session. */
export type SpqrRole = "initiator" | "responder";

/** `index` is the last one used; the first message has 1. */
export interface Chain {
  readonly chainKey: Bytes;
  readonly index: number;
}

/** The peer's direction. `skipped`, by index, lies within the window behind `index`. */
interface SpqrReceivingChain extends Chain {
  readonly skipped: HeldKeys;
}

export interface ChainEpoch {
  /** Undefined once this side sends under a newer epoch. */
  readonly sending: Chain | undefined;
  readonly receiving: SpqrReceivingChain;
}

export interface KeySchedule {
  readonly root: Bytes;
  /** Number of the first held epoch; the others follow it one by one. */
  readonly firstEpoch: bigint;
  /** At most three. */
  readonly epochs: readonly ChainEpoch[];
}

interface Step {
  readonly schedule: KeySchedule;
  readonly erase: readonly Bytes[];
}

const START = toUtf8("Signal PQ Ratchet V1 Chain  Start");
const ADD = toUtf8("Signal PQ Ratchet V1 Chain Add Epoch");
const NEXT = toUtf8("Signal PQ Ratchet V1 Chain Next");
const NO_SALT = new Uint8Array();

/** Chain epoch 0, from the session's initial key. */
export function startSchedule(initialKey: Uint8Array, role: SpqrRole): KeySchedule {
  const { root, epoch } = deriveEpoch({ ikm: initialKey, salt: NO_SALT, info: START }, role);
  return { root, firstEpoch: 0n, epochs: [epoch] };
}

/** Adds the next chain epoch. */
export function addEpoch(schedule: KeySchedule, secret: Uint8Array, role: SpqrRole): Step {
  const { root, epoch } = deriveEpoch({ ikm: secret, salt: schedule.root, info: ADD }, role);
  return {
    schedule: { ...schedule, root, epochs: [...schedule.epochs, epoch] },
    erase: [schedule.root],
  };
}

function deriveEpoch(
  input: { readonly ikm: Uint8Array; readonly salt: Uint8Array; readonly info: Uint8Array },
  role: SpqrRole,
): { root: Bytes; epoch: ChainEpoch } {
  const [root, initiatorKey, responderKey] = hkdfSha256Keys({ ...input, lengths: [32, 32, 32] });
  const fromInitiator = { chainKey: initiatorKey, index: 0 };
  const fromResponder = { chainKey: responderKey, index: 0 };
  const [sending, receiving] =
    role === "initiator" ? [fromInitiator, fromResponder] : [fromResponder, fromInitiator];
  return { root, epoch: { sending, receiving: { ...receiving, skipped: HeldKeys.none } } };
}

/**
 * The key of the next message under `epoch`, which must be held. Sending under an epoch ends the sending
 * chains before it and, but for late messages of the last one, the receiving chains too.
 * @throws BaseError `SPQR-003`, `SPQR-007`
 */
export function takeSendingKey(
  schedule: KeySchedule,
  epoch: bigint,
): Step & { readonly index: number; readonly key: Bytes } {
  const held = at(schedule, epoch);
  const { sending } = held;
  demand(sending !== undefined, "SPQR-003");
  demand(sending.index < MAX_UINT32, "SPQR-007");
  const { chain, key } = advance(sending);
  const retired = retire(schedule, epoch);
  return {
    schedule: replace(retired.schedule, epoch, { ...held, sending: chain }),
    index: chain.index,
    key,
    erase: [...retired.erase, sending.chainKey],
  };
}

/** Ends what nothing is sent under any more. */
function retire(schedule: KeySchedule, epoch: bigint): Step {
  const { firstEpoch, epochs } = schedule;
  const newest = Number(epoch - firstEpoch);
  const before = epochs.slice(0, newest);
  if (before.every((entry, index) => !entry.sending && index === newest - 1)) return { schedule, erase: [] };
  const erase = before.flatMap((entry) => (entry.sending ? [entry.sending.chainKey] : []));
  const gone = before.slice(0, -1);
  erase.push(...gone.flatMap(({ receiving }) => receivingSecrets(receiving)));
  const kept = before.slice(-1).map(({ receiving }) => ({ sending: undefined, receiving }));
  return {
    schedule: {
      ...schedule,
      firstEpoch: firstEpoch + BigInt(gone.length),
      epochs: [...kept, ...epochs.slice(newest)],
    },
    erase,
  };
}

/**
 * The key of an incoming message. `epoch` and `index` are attacker-controlled until its MAC was verified;
 * commit only then.
 * @throws BaseError `SPQR-003` to `SPQR-006`
 */
export function takeReceivingKey(
  schedule: KeySchedule,
  epoch: bigint,
  index: number,
): Step & { readonly key: Bytes } {
  const held = at(schedule, epoch);
  const { receiving, key, erase } = takeKey(held.receiving, index);
  return { schedule: replace(schedule, epoch, { ...held, receiving }), key, erase };
}

/** How many steps the key of a message takes: 0 for one that is held, or of an epoch that is not. */
export function stepsTo({ firstEpoch, epochs }: KeySchedule, epoch: bigint, index: number): number {
  const held = epochs[Number(epoch - firstEpoch)];
  return held ? Math.max(0, index - held.receiving.index) : 0;
}

interface ReceivingStep {
  readonly receiving: SpqrReceivingChain;
  readonly key: Bytes;
  readonly erase: readonly Bytes[];
}

function takeKey(receiving: SpqrReceivingChain, index: number): ReceivingStep {
  if (index > receiving.index) return skipTo(receiving, index);
  demand(index + MAX_SKIPPED_COUNT >= receiving.index, "SPQR-006");
  const taken = receiving.skipped.take(index);
  demand(taken !== undefined, "SPQR-005");
  const { key, others } = taken;
  return { receiving: { ...receiving, skipped: others }, key, erase: receiving.skipped.secrets };
}

function skipTo(receiving: SpqrReceivingChain, index: number): ReceivingStep {
  demand(index - receiving.index <= MAX_JUMP_COUNT, "SPQR-004");
  const oldest = index - MAX_SKIPPED_COUNT;
  const fresh: HeldKey[] = [];
  let chain: Chain = receiving;
  for (;;) {
    const step = advance(chain);
    if (chain !== receiving) zeroise(chain.chainKey);
    chain = step.chain;
    if (chain.index === index) {
      const skipped = receiving.skipped.from(oldest).with(fresh);
      const obsolete = skipped === receiving.skipped ? [] : receiving.skipped.secrets;
      const erase = [receiving.chainKey, ...obsolete];
      return { receiving: { ...chain, skipped }, key: step.key, erase };
    }
    if (chain.index >= oldest) fresh.push({ number: chain.index, key: step.key });
    else zeroise(step.key);
  }
}

function advance(chain: Chain): { chain: Chain; key: Bytes } {
  const index = chain.index + 1;
  const info = concatBytes(uint32(index), NEXT);
  const source = { ikm: chain.chainKey, salt: NO_SALT, info };
  const [chainKey, key] = hkdfSha256Keys({ ...source, lengths: [32, 32] });
  return { chain: { chainKey, index }, key };
}

/** The held epoch of that number. @throws BaseError `SPQR-003` */
function at({ firstEpoch, epochs }: KeySchedule, epoch: bigint): ChainEpoch {
  const offset = epoch - firstEpoch;
  const held = offset >= 0n && offset < epochs.length ? epochs[Number(offset)] : undefined;
  demand(held !== undefined, "SPQR-003");
  return held;
}

function replace(schedule: KeySchedule, epoch: bigint, value: ChainEpoch): KeySchedule {
  const epochs = schedule.epochs.with(Number(epoch - schedule.firstEpoch), value);
  return { ...schedule, epochs };
}

/** Every secret in it. */
export function scheduleSecrets({ root, epochs }: KeySchedule): Bytes[] {
  const chains = epochs.flatMap(({ sending, receiving }) => [
    ...(sending ? [sending.chainKey] : []),
    ...receivingSecrets(receiving),
  ]);
  return [root, ...chains];
}

function receivingSecrets({ chainKey, skipped }: SpqrReceivingChain): Bytes[] {
  return [chainKey, ...skipped.secrets];
}
