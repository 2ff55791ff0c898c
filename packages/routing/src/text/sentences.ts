import type { Word } from "./words.ts";

/** The longest stretch that is judged as one, in words. */
const MAX_WORDS = 48;

/** A full stop after these ends no sentence. */
const abbreviations: ReadonlySet<string> = new Set([
  "vs",
  "dr",
  "mr",
  "mrs",
  "ms",
  "st",
  "eg",
  "ie",
  "approx",
  "no",
]);

/** The sentences of a text; a question mark stays with its sentence, long ones are cut. */
export function sentencesOf(words: readonly Word[]): Word[][] {
  const out: Word[][] = [];
  let sentence: Word[] = [];
  const close = (): void => {
    if (sentence.length > 0) out.push(sentence);
    sentence = [];
  };
  for (const word of words) {
    if (word.text === "." && abbreviations.has(sentence.at(-1)?.text ?? "")) continue;
    if (word.text !== ".") sentence.push(word);
    if (word.text === "." || word.text === "?" || sentence.length === MAX_WORDS) close();
  }
  close();
  return out;
}
