import type { ModelEvent } from "./model.ts";

/** A sentence of a draft and the passages that it says it is from. Attacker-controlled: a model wrote it. */
export interface CitedSentence {
  /** Without its marks and without Markdown. */
  readonly text: string;
  /** Numbers of passages, from 1; each exists, none twice. */
  readonly citations: readonly number[];
}

/** A sentence ends here also without an end: nobody waits for a full stop that never comes. */
const maxSentenceLength = 600;
const mark = /\[\s*(?:passage\s*)?(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*\]/gi;
/** Where a sentence is over: its end, marks that belong to it, and what shows that another one begins. */
const sentenceEnd =
  /(?:(?<!\b(?:dr|mr|mrs|ms|e\.g|i\.e|etc|vs|approx))[.!?]["'”’)]*(?:\s*\[[^\]\n]{1,40}\])*\s+(?=[^\s[])|\n+)/gi;

/**
 * Draws the sentences out of a draft while it is written, each with the passages it cites as "[2]" or "[1, 3]".
 * What a draft says of passages that there are not is left out, and so is a sentence that was cut off.
 */
export async function* citedSentences(
  events: AsyncIterable<ModelEvent>,
  passagesCount: number,
): AsyncGenerator<CitedSentence, void, undefined> {
  let held = "";
  for await (const event of events) {
    if (event.type === "text") held += event.text;
    const isWhole = event.type === "end" && event.reason === "complete";
    const length = isWhole ? held.length : completeLength(held);
    const complete = held.slice(0, length);
    held = held.slice(length);
    for (const part of split(complete)) {
      const sentence = sentenceOf(part, passagesCount);
      if (sentence.text !== "") yield sentence;
    }
    if (event.type === "end") return;
  }
}

function completeLength(text: string): number {
  const last = [...text.matchAll(sentenceEnd)].at(-1);
  if (last !== undefined) return last.index + last[0].length;
  return text.length > maxSentenceLength ? text.length : 0;
}

function split(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { index, 0: end } of text.matchAll(sentenceEnd)) {
    parts.push(text.slice(from, index + end.length));
    from = index + end.length;
  }
  return [...parts, text.slice(from)];
}

function sentenceOf(part: string, passagesCount: number): CitedSentence {
  const numbers = [...part.matchAll(mark)].flatMap(([, list = ""]) => list.split(/[,;]/).map(Number));
  const text = part
    .replace(mark, "")
    .replace(/^\s*(?:[-*•#>]+|\d{1,2}[.)])\s+/, "")
    .replace(/\*\*|__|`/g, "")
    .replace(/\s+/g, " ")
    .replace(/\s+([.,;:!?])/g, "$1")
    .trim();
  return {
    text,
    citations: [...new Set(numbers)].filter((number) => number >= 1 && number <= passagesCount),
  };
}
