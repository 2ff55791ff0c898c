/** How long a record is kept. HIPAA itself sets no period for messages; the organisation and its State do. */
import { broken } from "./rules.ts";

/** What an organisation decided about its records. */
export interface RetentionPolicy {
  /** Whole years from a record's last change, 1 to 100. */
  readonly years: number;
  /** Which law or rule the organisation chose the period by, for the report. */
  readonly basis: string;
}

/** Six years: what 45 CFR 164.316(b)(2)(i) asks of documentation. A value to be changed, not a legal claim. */
export const defaultRetention: RetentionPolicy = {
  years: 6,
  basis: "the default of six years; state record law may ask for more, for minors above all",
};

/** An order to keep records whatever their age, until it is lifted. */
export interface RetentionHold {
  readonly id: string;
  /** Pseudonym of the conversation that is held; absent where everything is. */
  readonly conversation?: string;
  /** Milliseconds since 1970. */
  readonly placedAtMs: number;
  readonly liftedAtMs?: number;
}

/** What is to be kept or deleted. */
export interface RetainedRecord {
  readonly conversation: string;
  readonly lastChangedAtMs: number;
  /** Kept at least until then for a reason of its own, such as a minor's coming of age and some years. */
  readonly notBeforeMs?: number;
}

/** What may be done with a record now. Only `due` allows its deletion. */
export type RetentionDecision =
  | { readonly status: "held"; readonly holds: readonly string[] }
  | { readonly status: "kept"; readonly untilMs: number }
  | { readonly status: "due"; readonly sinceMs: number };

/**
 * Decides about one record. A hold always wins.
 * @throws BaseError `RETENTION_POLICY`
 */
export function decideRetention(
  record: RetainedRecord,
  rules: { readonly policy: RetentionPolicy; readonly holds: readonly RetentionHold[] },
  nowMs: number,
): RetentionDecision {
  const untilMs = Math.max(endOf(record.lastChangedAtMs, rules.policy.years), record.notBeforeMs ?? 0);
  if (!Number.isSafeInteger(untilMs) || !Number.isSafeInteger(nowMs)) throw broken("RETENTION_POLICY");
  const holds = rules.holds.filter((hold) => isInForce(hold, record, nowMs)).map(({ id }) => id);
  if (holds.length > 0) return { status: "held", holds };
  return nowMs < untilMs ? { status: "kept", untilMs } : { status: "due", sinceMs: untilMs };
}

function isInForce(hold: RetentionHold, record: RetainedRecord, nowMs: number): boolean {
  const isLifted = hold.liftedAtMs !== undefined && hold.liftedAtMs <= nowMs;
  return !isLifted && (hold.conversation === undefined || hold.conversation === record.conversation);
}

/** The same day of the calendar, so many years on; from 29 February on to 1 March. */
function endOf(fromMs: number, years: number): number {
  if (!Number.isInteger(years) || years < 1 || years > 100) throw broken("RETENTION_POLICY");
  const end = new Date(fromMs);
  return end.setUTCFullYear(end.getUTCFullYear() + years);
}
