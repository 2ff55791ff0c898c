import type { Span } from "./labels.ts";
import { flagsOf } from "./lexicon/lexicon.ts";
import { foldWord, wordFlags } from "./lexicon/words.ts";

const WORD = /[\p{L}\p{M}]+/gu;
const LEAST_LENGTH = 4;

/** A name found once is a name wherever else the text has it, unless a dictionary has it too. */
export function findRepeats(text: string, spans: readonly Span[]): Span[] {
  const names = new Set<string>();
  for (const { start, end, label } of spans) {
    if (label !== "NAME") continue;
    for (const word of text.slice(start, end).match(WORD) ?? []) {
      const folded = foldWord(word);
      const isOrdinary = (flagsOf(folded) & (wordFlags.common | wordFlags.rare | wordFlags.medical)) !== 0;
      if (folded.length >= LEAST_LENGTH && !isOrdinary) names.add(folded);
    }
  }
  if (names.size === 0) return [];
  return [...text.matchAll(WORD)]
    .filter(([word]) => word.length >= LEAST_LENGTH && names.has(foldWord(word)))
    .map((match) => ({ start: match.index, end: match.index + match[0].length, label: "NAME" }));
}
