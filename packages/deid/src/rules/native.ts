import type { Span } from "../labels.ts";
import { isFunctional } from "./tongues.ts";

const LATIN = /\p{Script=Latin}/gu;
/** Runs of another script, words of it joined by single spaces or dots. */
const OTHER_RUN = /[\p{L}\p{M}]+(?:[ .\u00b7・-]{1,2}[\p{L}\p{M}]+){0,5}/gu;
const OTHER_WORD = /[^\P{L}\p{Script=Latin}\p{Script=Greek}][\p{L}\p{M}]*|\p{Script=Greek}{2,}[\p{L}\p{M}]*/u;

/** In a text in Latin letters, words of another script are somebody's name, or a place. */
export function findForeignScript(text: string): Span[] {
  if (!OTHER_WORD.test(text)) return [];
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(LATIN)?.length ?? 0;
  if (latin * 2 < letters) return [];
  const spans: Span[] = [];
  for (const run of text.matchAll(OTHER_RUN)) {
    for (const word of run[0].matchAll(/[\p{L}\p{M}]+/gu)) {
      if (!OTHER_WORD.test(word[0]) || /\p{Script=Latin}/u.test(word[0]) || isFunctional(word[0])) continue;
      const start = run.index + word.index;
      const last = spans.at(-1);
      const joins = last !== undefined && /^[ .\u00b7・-]{1,2}$/.test(text.slice(last.end, start));
      if (joins) spans[spans.length - 1] = { ...last, end: start + word[0].length };
      else spans.push({ start, end: start + word[0].length, label: "NAME" });
    }
  }
  return spans;
}
