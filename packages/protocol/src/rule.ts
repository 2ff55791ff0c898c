import type { ErrorFamily } from "@cloister/bytes";

/** One reason for a refusal. */
export interface Rule {
  readonly family: ErrorFamily;
  /** Where the rule comes from. "Cloister" marks one that is stricter than the published text. */
  readonly clause: string;
  /** What was broken and what to do, in words that name no key and no person. */
  readonly sentence: string;
}

/** Writes one line of a table of rules. */
export const rule = (family: ErrorFamily, clause: string, sentence: string): Rule => ({
  family,
  clause,
  sentence,
});
