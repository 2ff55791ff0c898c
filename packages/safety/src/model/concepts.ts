import { lexicon } from "./lexicon.ts";

/** Shorter beginnings would be about everything. */
const MIN_PREFIX = 3;

const exact = new Map<string, number[]>();
const beginnings = new Map<string, number[]>();
let longestPrefix = MIN_PREFIX;

for (const [concept, words] of Object.values(lexicon).entries()) {
  for (const word of words.split(" ")) {
    const isPrefix = word.endsWith("*");
    const text = isPrefix ? word.slice(0, -1) : word;
    const map = isPrefix ? beginnings : exact;
    map.set(text, [...(map.get(text) ?? []), concept]);
    if (isPrefix) longestPrefix = Math.max(longestPrefix, text.length);
  }
}

/** Every word of the lexicon that is spelt out, to correct misspellings towards. */
export const lexiconWords: ReadonlySet<string> = new Set(exact.keys());

/** What a word is about: numbers of concepts, in the order of the lexicon. */
export function conceptsOf(word: string): readonly number[] {
  const found = new Set(exact.get(word));
  const end = Math.min(word.length, longestPrefix);
  for (let length = MIN_PREFIX; length <= end; length += 1) {
    for (const concept of beginnings.get(word.slice(0, length)) ?? []) found.add(concept);
  }
  return [...found];
}
