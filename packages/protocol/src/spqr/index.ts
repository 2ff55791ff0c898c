/**
 * The post-quantum ratchet of a session (ML-KEM Braid, version 1). Every message gets a key from it that
 * salts the classical one, and every message carries one step of an ML-KEM-768 agreement whose secret
 * enters the keys from the next epoch on.
 */
import { zeroise } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { broken, demand } from "../rules.ts";
import { startAuthenticator } from "./authenticator.ts";
import { type Braid, braidSecrets, startBraid } from "./braid.ts";
import { receiveBraid } from "./braid-receive.ts";
import { sendBraid } from "./braid-send.ts";
import {
  addEpoch,
  type KeySchedule,
  type SpqrRole,
  scheduleSecrets,
  startSchedule,
  stepsTo,
  takeReceivingKey,
  takeSendingKey,
} from "./key-schedule.ts";
import { parseSpqrField, writeSpqrField } from "./message.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The least that a session accepts. "spqr": every message is keyed. "pqxdh", for older peers: messages are
 * not keyed until the other side is known to speak it, and a peer that does not ends it for the session.
 */
export type SpqrMinimum = "spqr" | "pqxdh";

/** A session in which both sides run the ratchet, as far as is known. */
export interface ActiveSpqr {
  readonly kind: "active";
  readonly role: SpqrRole;
  readonly minimum: SpqrMinimum;
  /** A message of version 1 arrived, in this session or an earlier one: no other version will do any more. */
  readonly settled: boolean;
  readonly braid: Braid;
  readonly schedule: KeySchedule;
}

/** State of the post-quantum ratchet. "absent": the session has none, and its messages have no field. */
export type SpqrState = ActiveSpqr | { readonly kind: "absent" };

/** The state of a session that has no post-quantum ratchet. */
export const absentSpqr: SpqrState = { kind: "absent" };

/** Starts from the last 32 bytes of PQXDH, which the caller overwrites. */
export function startSpqr(initialKey: Uint8Array, role: SpqrRole, minimum: SpqrMinimum = "spqr"): ActiveSpqr {
  return {
    kind: "active",
    role,
    minimum,
    settled: false,
    braid: startBraid(startAuthenticator(initialKey), role),
    schedule: startSchedule(initialKey, role),
  };
}

/** Every secret in a state, to overwrite when its session is given up. */
export function spqrSecrets(state: SpqrState): Bytes[] {
  if (state.kind === "absent") return [];
  return [...braidSecrets(state.braid), ...scheduleSecrets(state.schedule)];
}

/** Whether this side keys its messages: always with minimum "spqr", else once the peer is known to speak it. */
export function isKeyed(state: SpqrState): boolean {
  return state.kind === "active" && (state.settled || state.minimum === "spqr");
}

/**
 * How many ML-KEM exchanges are complete. After a theft of the state two more prove that it has healed,
 * because the first may have been under way; a peer that never takes part leaves it at 0.
 */
export function completedEpochCount(state: SpqrState): number {
  return state.kind === "absent" ? 0 : Number(state.braid.epoch - 1n);
}

/** A step of the ratchet. `key` (32 bytes) is zeros where the message is not keyed. */
export interface SpqrStep {
  readonly state: SpqrState;
  readonly key: Bytes;
  /** To overwrite once `state` is stored. */
  readonly erase: readonly Bytes[];
}

/** The field and key of the next outgoing message. @throws BaseError `SPQR-007` */
export function sendSpqr(state: SpqrState, random: Random): SpqrStep & { readonly field: Bytes | undefined } {
  if (state.kind === "absent") return { state, field: undefined, key: noKey(), erase: [] };
  const { braid, payload, secret, erase: obsolete } = sendBraid(state.braid, random);
  const { epoch } = braid;
  const erase = [...obsolete];
  let { schedule } = state;
  let [index, key] = [0, noKey()];
  if (isKeyed(state)) {
    // The field names the epoch being agreed; the message is keyed by the chain of the one before.
    const taken = takeSendingKey(schedule, epoch - 1n);
    ({ schedule, index, key } = taken);
    erase.push(...taken.erase);
  }
  schedule = withSecret(state.role, { schedule, secret, erase });
  return {
    state: { ...state, braid, schedule },
    field: writeSpqrField({ epoch, index, payload }),
    key,
    erase,
  };
}

/**
 * The key of an incoming message. `field` is attacker-controlled until the message's MAC was verified;
 * commit `state` only then.
 * @throws BaseError `SPQR-001` to `SPQR-013`
 */
export function receiveSpqr(state: SpqrState, field: Uint8Array | undefined): SpqrStep {
  if (state.kind === "absent") return { state, key: noKey(), erase: [] };
  const read = parseSpqrField(field);
  if (read.kind === "versionless") {
    demand(state.minimum === "pqxdh" && !state.settled, "SPQR-001");
    return { state: absentSpqr, key: noKey(), erase: spqrSecrets(state) };
  }
  if (read.kind === "newer") {
    demand(!state.settled, "SPQR-013");
    return takeKey(state, read.position);
  }
  const { message } = read;
  const { braid, secret, erase: obsolete } = receiveBraid(state.braid, message);
  const erase = [...obsolete];
  const schedule = withSecret(state.role, { schedule: state.schedule, secret, erase });
  const step = takeKey({ ...state, settled: true, braid, schedule }, message);
  return { ...step, erase: [...erase, ...step.erase] };
}

/** How many steps {@link receiveSpqr} would take, before anything authenticated. @throws BaseError `SPQR-002` */
export function stepsToSpqr(state: SpqrState, field: Uint8Array | undefined): number {
  if (state.kind === "absent") return 0;
  const read = parseSpqrField(field);
  if (read.kind === "versionless") return 0;
  const { epoch, index } = read.kind === "newer" ? read.position : read.message;
  return stepsTo(state.schedule, epoch - 1n, index);
}

/** The schedule with the chain epoch that a step of the agreement made, if it did. */
function withSecret(
  role: SpqrRole,
  step: { readonly schedule: KeySchedule; readonly secret: Bytes | undefined; readonly erase: Bytes[] },
): KeySchedule {
  if (!step.secret) return step.schedule;
  const added = addEpoch(step.schedule, step.secret, role);
  zeroise(step.secret);
  step.erase.push(...added.erase);
  return added.schedule;
}

function takeKey(
  state: ActiveSpqr,
  { epoch, index }: { readonly epoch: bigint; readonly index: number },
): SpqrStep {
  if (epoch === 1n && index === 0) {
    if (state.minimum === "spqr") throw broken("SPQR-008");
    return { state, key: noKey(), erase: [] };
  }
  const { schedule, key, erase } = takeReceivingKey(state.schedule, epoch - 1n, index);
  return { state: { ...state, schedule }, key, erase };
}

const noKey = (): Bytes => new Uint8Array(32);
