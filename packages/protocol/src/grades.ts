import { demand } from "./rules.ts";
import type { SessionVersion } from "./wire.ts";

/**
 * What the secrecy of a session rests on, weakest first: X3DH alone (session version 3), PQXDH (version 4),
 * PQXDH with the post-quantum ratchet.
 */
export const grades = ["v3", "pqxdh", "spqr"] as const;

/** One of {@link grades}. */
export type Grade = (typeof grades)[number];

/** What a new session has to reach: the caller's minimum, and what the peer's device had before. */
export interface GradePolicy {
  readonly minimum: Grade;
  readonly held: Grade | undefined;
}

/** The caller's policy; without a wish, the best there is. */
export function policyFor(
  { highestGrade }: { readonly highestGrade: Grade | undefined },
  minimum: Grade = "spqr",
): GradePolicy {
  return { minimum, held: highestGrade };
}

/** Whoever had more before gets no less now. @throws BaseError `PROTOCOL_VERSION`, `DOWNGRADE-001` */
export function checkVersion(version: SessionVersion, { minimum, held = "v3" }: GradePolicy): void {
  if (version === 4) return;
  demand(minimum === "v3", "PROTOCOL_VERSION");
  demand(held === "v3", "DOWNGRADE-001");
}

export function isBelow(grade: Grade, least: Grade | undefined): boolean {
  return least !== undefined && grades.indexOf(grade) < grades.indexOf(least);
}

export function higherOf(one: Grade, other: Grade | undefined): Grade {
  return other !== undefined && isBelow(one, other) ? other : one;
}
