import { equalBytes } from "@cloister/bytes";
import { type Grade, higherOf, isBelow } from "./grades.ts";
import { MAX_ARCHIVED_COUNT } from "./limits.ts";
import { type AssociatedData, type RatchetState, ratchetSecrets } from "./ratchet.ts";
import { demand } from "./rules.ts";
import { completedEpochCount as completedIn, isKeyed } from "./spqr/index.ts";
import type { KemFields, SessionVersion } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What an initiator repeats with every message until the first answer (X3DH 3.3). */
export interface PendingPreKey {
  readonly preKeyId: number | undefined;
  readonly signedPreKeyId: number;
  /** In version 4 and only there. */
  readonly kem: KemFields | undefined;
  /** When the session was started, so that one never answered can be given up. */
  readonly startedAtMs: number;
}

/** Who began a session, and what its first messages carry. */
export type SessionOrigin =
  | { readonly role: "initiator"; readonly pending: PendingPreKey | undefined }
  /** SHA-256 of the header that opened the session; repetitions must equal it. */
  | { readonly role: "responder"; readonly headerDigest: Bytes };

/** One session, named by the initiator's base key. */
export interface Session extends AssociatedData {
  readonly version: SessionVersion;
  readonly origin: SessionOrigin;
  readonly baseKey: Bytes;
  readonly localIdentityKey: Bytes;
  readonly remoteIdentityKey: Bytes;
  readonly localRegistrationId: number;
  readonly remoteRegistrationId: number;
  readonly ratchet: RatchetState;
}

/** All sessions with one peer device: the one to send with, and at most 40 that late messages may need. */
export interface SessionRecord {
  readonly active: Session | undefined;
  /** Newest first. */
  readonly archived: readonly Session[];
  /** The highest grade that any session with this device ever had; lower ones are refused from then on. */
  readonly highestGrade: Grade | undefined;
}

/** The record of a device never heard of. */
export const emptyRecord: SessionRecord = { active: undefined, archived: [], highestGrade: undefined };

/** A new record, and the secrets to overwrite once it is stored. */
export interface RecordStep {
  readonly record: SessionRecord;
  readonly erase: readonly Bytes[];
}

/** The active session first, then the archived ones. */
export function sessionsOf(record: SessionRecord): readonly Session[] {
  return record.active ? [record.active, ...record.archived] : record.archived;
}

/**
 * Refuses an identity key other than the approved one, or else the one of the record's sessions
 * (Sesame 3.2: identity changes are never silent).
 */
export function checkIdentity(
  record: SessionRecord,
  identityKey: Uint8Array,
  trustedIdentityKey: Uint8Array | undefined,
): void {
  const pinned = trustedIdentityKey ?? sessionsOf(record)[0]?.remoteIdentityKey;
  demand(pinned === undefined || equalBytes(pinned, identityKey), "IDENTITY-001");
}

/** What a session's secrecy rests on now. */
export function gradeOf({ version, ratchet }: Session): Grade {
  if (version === 3) return "v3";
  return isKeyed(ratchet.spqr) ? "spqr" : "pqxdh";
}

/**
 * How many post-quantum exchanges the active session has completed. A stolen state is healed
 * once one that began after the theft is complete, so two more are proof; until then healing rests on
 * X25519 alone. Where a side stays silent none completes.
 */
export function completedEpochCount({ active }: SessionRecord): number {
  return active ? completedIn(active.ratchet.spqr) : 0;
}

/** Makes a new session the active one. Sessions of an identity that it replaces end here. */
export function activate(record: SessionRecord, session: Session): RecordStep {
  const { archived, erase } = archive(sessionsOf(record).filter((other) => sameParties(other, session)));
  const replaced = sessionsOf(record).filter((other) => !sameParties(other, session));
  return {
    record: { active: session, archived, highestGrade: higherOf(gradeOf(session), record.highestGrade) },
    erase: [...erase, ...replaced.flatMap(secretsOf)],
  };
}

/** Puts the active session among the archived: the next message needs a new one, late ones still open. */
export function archiveSession(record: SessionRecord): RecordStep {
  const { archived, erase } = archive(sessionsOf(record));
  return { record: { ...record, active: undefined, archived }, erase };
}

/**
 * Puts a session that opened a message in the place of its older state, and in front. One of a lower grade than
 * this device has had stays behind: its late messages open, but nothing is sent with it.
 */
export function moveOn(record: SessionRecord, before: Session, after: Session): SessionRecord {
  const grade = gradeOf(after);
  if (before !== record.active && isBelow(grade, record.highestGrade)) {
    return { ...record, archived: record.archived.map((other) => (other === before ? after : other)) };
  }
  const archived = sessionsOf(record).filter((other) => other !== before);
  return { active: after, archived, highestGrade: higherOf(grade, record.highestGrade) };
}

function archive(sessions: readonly Session[]): { archived: readonly Session[]; erase: readonly Bytes[] } {
  const erase = sessions.slice(MAX_ARCHIVED_COUNT).flatMap(secretsOf);
  return { archived: sessions.slice(0, MAX_ARCHIVED_COUNT), erase };
}

function sameParties(a: Session, b: Session): boolean {
  return (
    equalBytes(a.remoteIdentityKey, b.remoteIdentityKey) && equalBytes(a.localIdentityKey, b.localIdentityKey)
  );
}

function secretsOf(session: Session): Bytes[] {
  return ratchetSecrets(session.ratchet);
}
