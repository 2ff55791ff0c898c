import type { Span } from "../labels.ts";
import { mergeSpans } from "../merge.ts";
import { ageRules } from "./ages.ts";
import { findCodes } from "./codes.ts";
import { contactRules } from "./contact.ts";
import { dateRules } from "./dates.ts";
import { placeRules } from "./places.ts";
import { applyRules } from "./rule.ts";

/** Faxes are phone numbers with "fax" close before. */
function asFax(text: string, span: Span): Span {
  if (span.label !== "PHONE") return span;
  const before = text.slice(Math.max(0, span.start - 28), span.start);
  return /\bfax/i.test(before) && !/\b(?:tel|phone|cell|call)\b/i.test(before.slice(before.search(/\bfax/i)))
    ? { ...span, label: "FAX" }
    : span;
}

/** What patterns, check digits and cues find: everything but bare names and places. */
export function findStructured(text: string): Span[] {
  const spans = [
    ...applyRules(contactRules, text),
    ...applyRules(dateRules, text),
    ...applyRules(ageRules, text),
    ...applyRules(placeRules, text),
    ...findCodes(text),
  ];
  return mergeSpans(spans).map((span) => asFax(text, span));
}
