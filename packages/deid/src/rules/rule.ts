import type { IdentifierLabel, Span } from "../labels.ts";

/** A pattern that needs no more context than it looks at. Every one is linear: bounded, and anchored by a lookbehind. */
export interface PatternRule {
  readonly label: IdentifierLabel;
  /** Where this is not found, the pattern need not be tried; for speed only. */
  readonly needs?: RegExp;
  /** Global and sticky-free; the span is the group `id` where there is one, else the whole match. */
  readonly pattern: RegExp;
  /** Whether this match counts, by check digit or by what surrounds it. */
  readonly accept?: (match: string, around: Around) => boolean;
}

/** What stands before and after a match, at most this many characters of it. */
export interface Around {
  readonly before: string;
  readonly after: string;
}

const CONTEXT_LENGTH = 48;

/** At most {@link CONTEXT_LENGTH} characters on both sides. */
function around(text: string, start: number, end: number): Around {
  return {
    before: text.slice(Math.max(0, start - CONTEXT_LENGTH), start),
    after: text.slice(end, end + CONTEXT_LENGTH),
  };
}

/** Everything that a list of pattern rules finds. */
export function applyRules(rules: readonly PatternRule[], text: string): Span[] {
  const spans: Span[] = [];
  for (const { label, needs, pattern, accept } of rules) {
    if (needs?.test(text) === false) continue;
    for (const match of text.matchAll(pattern)) {
      const id = match.groups?.["id"] ?? match[0];
      const start = match.index + (id === match[0] ? 0 : match[0].lastIndexOf(id));
      const end = start + id.length;
      if (accept !== undefined && !accept(id, around(text, start, end))) continue;
      spans.push({ start, end, label });
    }
  }
  return spans;
}
