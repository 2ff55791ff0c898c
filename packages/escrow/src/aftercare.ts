/** What follows a release: the patient is told, and someone who did not ask reviews it. */
import { equalBytes } from "@cloister/bytes";
import type { VerifiedRequest } from "./request.ts";
import { broken } from "./rules.ts";

/** One request that was answered, and what has been done since. Times are milliseconds since 1970. */
export interface ReleasedCase {
  readonly requestDigest: Uint8Array;
  readonly caseId: Uint8Array;
  /** Pseudonym of the conversation whose members are told. */
  readonly conversation: Uint8Array;
  /** Ed25519 keys of the two who asked. */
  readonly officers: VerifiedRequest["officers"];
  readonly noticeDueMs: number;
  readonly reviewDueMs: number;
  readonly noticedAtMs?: number;
  readonly review?: { readonly reviewer: Uint8Array; readonly atMs: number };
}

/** Opens the book on a request at its first release. */
export function openCase(
  request: VerifiedRequest,
  { releasedAtMs, reviewWithinMs }: { readonly releasedAtMs: number; readonly reviewWithinMs: number },
): ReleasedCase {
  const { digest, caseId, scope, officers, noticeDelayMs } = request;
  return {
    requestDigest: digest,
    caseId,
    conversation: scope.conversation,
    officers,
    noticeDueMs: releasedAtMs + noticeDelayMs,
    reviewDueMs: releasedAtMs + reviewWithinMs,
  };
}

/** The case once its members were told. */
export function recordNotice(released: ReleasedCase, atMs: number): ReleasedCase {
  return { ...released, noticedAtMs: released.noticedAtMs ?? atMs };
}

/**
 * The case once it was reviewed.
 * @param review.reviewer Ed25519 key of an officer other than the two
 * @throws BaseError `REVIEW_REVIEWER`
 */
export function recordReview(
  released: ReleasedCase,
  review: { readonly reviewer: Uint8Array; readonly atMs: number },
): ReleasedCase {
  if (released.officers.some((officer) => equalBytes(officer, review.reviewer))) {
    throw broken("REVIEW_REVIEWER");
  }
  return { ...released, review };
}

/** The cases whose members have to be told now, longest due first. */
export function dueNotices(cases: readonly ReleasedCase[], nowMs: number): ReleasedCase[] {
  return cases
    .filter(({ noticedAtMs, noticeDueMs }) => noticedAtMs === undefined && noticeDueMs <= nowMs)
    .sort((left, right) => left.noticeDueMs - right.noticeDueMs);
}

/** The cases whose review is overdue, longest first: for the compliance desk and the report. */
export function overdueReviews(cases: readonly ReleasedCase[], nowMs: number): ReleasedCase[] {
  return cases
    .filter(({ review, reviewDueMs }) => review === undefined && reviewDueMs < nowMs)
    .sort((left, right) => left.reviewDueMs - right.reviewDueMs);
}
