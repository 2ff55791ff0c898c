/**
 * The operations on the sessions with one peer device. Each takes a record and returns a new one; commit
 * it, with the plaintext or the outgoing message, in one transaction, and overwrite `erase` after that.
 * A thrown error leaves the record as it was.
 */
import { equalBytes } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { type AddressPair, checkAddresses } from "./addresses.ts";
import {
  acceptSession,
  headerDigest,
  initiateSession,
  type LocalPreKeys,
  type UsedPreKeys,
} from "./establish.ts";
import { type Grade, policyFor } from "./grades.ts";
import { MAX_TRIAL_STEPS_COUNT } from "./limits.ts";
import { type LocalIdentity, type PreKeyBundle, verifyPreKeyBundle } from "./prekeys.ts";
import { findChain, ratchetDecrypt, ratchetEncrypt } from "./ratchet.ts";
import { demand } from "./rules.ts";
import {
  activate,
  checkIdentity,
  emptyRecord,
  moveOn,
  type RecordStep,
  type Session,
  type SessionRecord,
  sessionsOf,
} from "./session.ts";
import { stepsToSpqr } from "./spqr/index.ts";
import {
  type PreKeySignalMessage,
  readPreKeySignalMessage,
  readSignalMessage,
  type SignalMessage,
  writePreKeySignalMessage,
} from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Starts a session from a published bundle (PQXDH 3.3) and makes it the active one.
 *
 * `remote` is attacker-controlled. `trustedIdentityKey` is the key that the person approved for this
 * device; without one, the key of the record's sessions is, and a record without sessions trusts at first use.
 * `minimum` is the least {@link Grade} to accept, "spqr" unless said otherwise; with "v3", a bundle without a
 * KEM prekey starts a session of version 3. Less than the record ever had is refused whatever the minimum.
 * @throws BaseError `IDENTITY-001`, `KEY-…`, `WIRE-…`, `PQXDH-001` to `PQXDH-003`, `PROTOCOL_VERSION`, `DOWNGRADE-001`
 */
export function startSession(input: {
  readonly local: LocalIdentity;
  readonly remote: PreKeyBundle;
  readonly random: Random;
  readonly nowMs: number;
  readonly record?: SessionRecord;
  readonly trustedIdentityKey?: Uint8Array;
  readonly minimum?: Grade;
}): RecordStep {
  const { local, remote, random, nowMs, record = emptyRecord } = input;
  const bundle = verifyPreKeyBundle(remote);
  checkIdentity(record, bundle.identityKey, input.trustedIdentityKey);
  const policy = policyFor(record, input.minimum);
  return activate(record, initiateSession({ local, bundle, policy, random, nowMs }));
}

/** A message to send: type 3 opens a session and is repeated until the first answer, then type 2. */
export interface OutgoingMessage {
  readonly type: 2 | 3;
  readonly bytes: Bytes;
}

/**
 * Encrypts with the active session. Store the record before the message leaves, else a crash could reuse
 * its key.
 * @throws BaseError `SESSION-001` without a session, `RATCHET-007`, `SPQR-007`
 */
export function encrypt(
  record: SessionRecord,
  plaintext: Uint8Array,
  random: Random,
): RecordStep & { readonly message: OutgoingMessage } {
  const { active: session } = record;
  demand(session !== undefined, "SESSION-001");
  const { state, bytes, erase } = ratchetEncrypt(session.ratchet, { plaintext, associated: session, random });
  const next = { ...record, active: { ...session, ratchet: state } };
  const pending = session.origin.role === "initiator" ? session.origin.pending : undefined;
  if (!pending) return { record: next, message: { type: 2, bytes }, erase };
  const first = writePreKeySignalMessage({
    version: session.version,
    preKeyId: pending.preKeyId,
    baseKey: session.baseKey,
    identityKey: session.localIdentityKey,
    message: bytes,
    registrationId: session.localRegistrationId,
    signedPreKeyId: pending.signedPreKeyId,
    kem: pending.kem,
  });
  return { record: next, message: { type: 3, bytes: first }, erase };
}

/** What a first message names, so that the caller can load it. Nothing of it is verified yet. */
export interface UnverifiedPreKeyMessage {
  readonly registrationId: number;
  readonly identityKey: Bytes;
  readonly baseKey: Bytes;
  readonly signedPreKeyId: number;
  /** None in a first message of session version 3. */
  readonly kyberPreKeyId: number | undefined;
  readonly preKeyId: number | undefined;
}

/** Reads the names in a first message (type 3). @throws BaseError `PROTOCOL_VERSION`, `WIRE-…` */
export function inspectPreKeyMessage(bytes: Uint8Array): UnverifiedPreKeyMessage {
  const { registrationId, identityKey, baseKey, signedPreKeyId, kem, preKeyId } =
    readPreKeySignalMessage(bytes);
  const kyberPreKeyId = kem?.kyberPreKeyId;
  return { registrationId, identityKey, baseKey, signedPreKeyId, kyberPreKeyId, preKeyId };
}

/**
 * Opens a first message (type 3) and with it, unless it repeats an open session's header, a new session.
 * `bytes` is attacker-controlled. The registration id in it is covered by no MAC; nothing may rest on it.
 *
 * `preKeys` are those named by {@link inspectPreKeyMessage}; `seenBaseKeys` the base keys remembered from
 * earlier first messages (those equal to the inspected one suffice); `trustedIdentityKey` and `minimum` as in
 * {@link startSession}; `addresses` those of both sides, which the message must name if it names any.
 * @throws BaseError with a rule id; `RATCHET-003` for a duplicate, `PQXDH-007` for a replay
 */
export function decryptPreKeyMessage(input: {
  readonly record: SessionRecord;
  readonly local: LocalIdentity;
  readonly preKeys: LocalPreKeys;
  readonly seenBaseKeys: readonly Uint8Array[];
  readonly bytes: Uint8Array;
  readonly trustedIdentityKey?: Uint8Array;
  readonly minimum?: Grade;
  readonly addresses?: AddressPair;
}): RecordStep & {
  readonly plaintext: Bytes;
  readonly remoteIdentityKey: Bytes;
  readonly usedPreKeys: UsedPreKeys | undefined;
} {
  const { record } = input;
  const first = readPreKeySignalMessage(input.bytes);
  checkIdentity(record, first.identityKey, input.trustedIdentityKey);
  checkAddresses(first.message.addresses, input.addresses);
  const known = sessionsOf(record).find((session) => equalBytes(session.baseKey, first.baseKey));
  if (known) {
    const step = decryptWith(record, checkRepetition(known, first), first.message);
    return { ...step, remoteIdentityKey: known.remoteIdentityKey, usedPreKeys: undefined };
  }
  demand(!input.seenBaseKeys.some((key) => equalBytes(key, first.baseKey)), "PQXDH-007");
  const { local, preKeys } = input;
  const policy = policyFor(record, input.minimum);
  const { session, used, erase } = acceptSession({ local, preKeys, first, policy });
  const opened = ratchetDecrypt(session.ratchet, { message: first.message, associated: session });
  const next = activate(record, { ...session, ratchet: opened.state });
  return {
    record: next.record,
    plaintext: opened.plaintext,
    remoteIdentityKey: session.remoteIdentityKey,
    usedPreKeys: used,
    erase: [...next.erase, ...opened.erase, ...erase],
  };
}

/**
 * Opens a message (type 2) with whichever session it belongs to, and makes that the active one.
 * `bytes` is attacker-controlled; `addresses` as in {@link decryptPreKeyMessage}.
 * @throws BaseError with a rule id; `RATCHET-003` for a duplicate, `SESSION-001` without any session
 */
export function decryptMessage(
  record: SessionRecord,
  bytes: Uint8Array,
  addresses?: AddressPair,
): RecordStep & { readonly plaintext: Bytes } {
  const message = readSignalMessage(bytes);
  checkAddresses(message.addresses, addresses);
  demand(sessionsOf(record).length > 0, "SESSION-001");
  const sessions = sessionsOf(record).filter(({ version }) => version === message.version);
  demand(sessions.length > 0, "PROTOCOL_VERSION");
  // A ratchet key that a session has seen belongs to it; only a new one has to be tried on all.
  const owner = sessions.find((session) => findChain(session.ratchet, message.ratchetKey));
  if (owner) return decryptWith(record, owner, message);
  let firstError: unknown;
  for (const session of sessions) {
    try {
      if (session !== record.active)
        demand(stepsFor(session, message) <= MAX_TRIAL_STEPS_COUNT, "RATCHET-002");
      return decryptWith(record, session, message);
    } catch (error) {
      firstError ??= error;
    }
  }
  throw firstError;
}

/** What it takes to get to the keys of a message with a new ratchet key. */
function stepsFor({ ratchet }: Session, { counter, spqrField }: SignalMessage): number {
  return counter + stepsToSpqr(ratchet.spqr, spqrField);
}

/** A header that repeats a known base key must be the one that opened the session, byte for byte. */
function checkRepetition(session: Session, first: PreKeySignalMessage): Session {
  const { origin } = session;
  demand(origin.role === "responder" && equalBytes(origin.headerDigest, headerDigest(first)), "PQXDH-008");
  return session;
}

function decryptWith(
  record: SessionRecord,
  session: Session,
  message: SignalMessage,
): RecordStep & { readonly plaintext: Bytes } {
  const { state, plaintext, erase } = ratchetDecrypt(session.ratchet, { message, associated: session });
  // The peer answered, so it holds the session: no more need to repeat how it began.
  const { origin } = session;
  const answered = origin.role === "initiator" ? { ...origin, pending: undefined } : origin;
  const after = { ...session, origin: answered, ratchet: state };
  return { record: moveOn(record, session, after), plaintext, erase };
}
