import type { IdentifierLabel, Span } from "./labels.ts";

/** Of two spans that overlap, the more particular label names the whole; a higher number wins. */
const RANK: Readonly<Record<IdentifierLabel, number>> = {
  PHOTO: 20,
  URL: 19,
  EMAIL: 18,
  IP: 17,
  VEHICLE: 16,
  BIOMETRIC: 15,
  SSN: 14,
  HEALTH_PLAN: 13,
  LICENSE: 12,
  ACCOUNT: 11,
  DEVICE: 10,
  FAX: 9,
  PHONE: 8,
  MRN: 7,
  AGE90: 6,
  LOCATION: 5,
  DATE: 4,
  NAME: 3,
  OTHER_ID: 1,
};

/** Sorted, without overlaps: spans that overlap become one, so that nothing found is left out. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) {
      merged.push(span);
      continue;
    }
    const label = RANK[span.label] > RANK[last.label] ? span.label : last.label;
    merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end), label };
  }
  return merged;
}
