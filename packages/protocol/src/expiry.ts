import { MAX_UNANSWERED_MS } from "./limits.ts";
import { expireSkipped } from "./receiving-chain.ts";
import { archiveSession, type RecordStep, type Session, type SessionRecord } from "./session.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Lets go of what has waited too long: archives an active session that was started here 30 days ago and never
 * answered, so that {@link encrypt} asks for a new one, and drops the keys of messages that have not arrived
 * in 30 to 60 days. Call it whenever a record is about to be used; it costs next to nothing.
 */
export function expireRecord(record: SessionRecord, nowMs: number): RecordStep {
  const erase: Bytes[] = [];
  const expired = (session: Session): Session => {
    const steps = session.ratchet.receiving.map((chain) => expireSkipped(chain, nowMs));
    erase.push(...steps.flatMap((step) => step.erase));
    return { ...session, ratchet: { ...session.ratchet, receiving: steps.map(({ chain }) => chain) } };
  };
  const kept: SessionRecord = {
    ...record,
    active: record.active && expired(record.active),
    archived: record.archived.map(expired),
  };
  if (!isUnanswered(record.active, nowMs)) return { record: kept, erase };
  const archived = archiveSession(kept);
  return { record: archived.record, erase: [...erase, ...archived.erase] };
}

function isUnanswered(session: Session | undefined, nowMs: number): boolean {
  if (session?.origin.role !== "initiator" || !session.origin.pending) return false;
  return nowMs - session.origin.pending.startedAtMs > MAX_UNANSWERED_MS;
}
