import type { Span } from "./labels.ts";
import { mergeSpans } from "./merge.ts";
import { normalise } from "./normalise.ts";
import { joinNeighbours, polish } from "./polish.ts";
import { findRepeats } from "./repeats.ts";
import { findTitled } from "./rules/names.ts";
import { findForeignScript } from "./rules/native.ts";
import { findStructured } from "./rules/structured.ts";
import { tag } from "./tagger/tagger.ts";

/** `balanced` for what people read; `strict` finds more and masks more in vain, for what leaves the house. */
export type DetectionMode = "balanced" | "strict";

const CAUTION: Readonly<Record<DetectionMode, number>> = { balanced: 16, strict: 42 };

/**
 * The identifiers of a text, sorted, without overlaps, in UTF-16 code units of the text as given.
 * Linear in the text; the same on Node and in browsers.
 */
export function detect(text: string, mode: DetectionMode = "balanced"): Span[] {
  const normalised = normalise(text);
  const structured = findStructured(normalised.text);
  const tagged = polish(normalised.text, tag(normalised.text, structured, CAUTION[mode]), mode === "strict");
  const named = [...findForeignScript(normalised.text), ...findTitled(normalised.text)];
  const all = [...structured, ...tagged, ...named];
  const repeats = findRepeats(normalised.text, all);
  const spans = joinNeighbours(normalised.text, mergeSpans([...all, ...repeats]));
  return spans.map(({ start, end, label }) => ({
    start: normalised.startOf(start),
    end: normalised.endOf(end),
    label,
  }));
}
