import { hashOf, mix } from "../model/hash.ts";
import type { Token } from "../tokens.ts";
import { injectionLexicon } from "./lexicon.ts";
import type { Sentence } from "./sentences.ts";

/** Kinds of features; apart from those of the model for urgency, whose weights are others anyway. */
const WORD = 1;
const NEIGHBOURS = 2;
const TRIPLE = 3;
const OPENING = 4;
const LETTERS = 5;
const CONCEPT = 6;
const CONCEPTS = 7;
const SHAPE = 8;
const REASON = 9;

const NEAR = 8;
const LETTER_RUN = 4;
/** Longer words are cut. */
const MAX_WORD_LENGTH = 24;

const concepts = new Map<string, number[]>();
for (const [concept, words] of Object.values(injectionLexicon).entries()) {
  for (const word of words.split(" ")) concepts.set(word, [...(concepts.get(word) ?? []), concept]);
}

function addLetters(word: string, out: Set<number>): void {
  const marked = `^${word.slice(0, MAX_WORD_LENGTH)}$`;
  for (let at = 0; at + LETTER_RUN <= marked.length; at += 1) {
    out.add(mix(LETTERS, hashOf(marked.slice(at, at + LETTER_RUN)), 0));
  }
}

function addConcepts(words: readonly string[], out: Set<number>): void {
  const mentions: { readonly concept: number; readonly at: number }[] = [];
  for (const [at, word] of words.entries()) {
    for (const concept of concepts.get(word) ?? []) {
      out.add(mix(CONCEPT, concept, 0));
      for (const earlier of mentions) {
        if (earlier.concept !== concept && at - earlier.at <= NEAR)
          out.add(mix(CONCEPTS, earlier.concept, concept));
      }
      mentions.push({ concept, at });
    }
  }
}

/** How a sentence ends and how long it is. */
function shapeOf(words: readonly string[], end: string): number[] {
  return [mix(SHAPE, end === "?" ? 1 : 0, 0), mix(SHAPE, 2, Math.min(8, words.length >> 2))];
}

/** What the model sees of one sentence; `reasons` are what the patterns found in it. */
export function sentenceFeatures(
  tokens: readonly Token[],
  { from, to, end }: Pick<Sentence, "from" | "to" | "end">,
  reasons: readonly string[],
): Set<number> {
  const words = tokens
    .slice(from, to + 1)
    .map(({ text, value }) => (value === undefined ? text : "#"))
    .filter((text) => text !== "," && text !== ":");
  const out = new Set<number>(shapeOf(words, end));
  const hashes = words.map(hashOf);
  for (const [at, word] of words.entries()) {
    const hash = hashes[at] ?? 0;
    const before = hashes[at - 1] ?? 0;
    out.add(mix(WORD, hash, 0));
    out.add(mix(NEIGHBOURS, before, hash));
    if (at > 1) out.add(mix(TRIPLE, mix(TRIPLE, hashes[at - 2] ?? 0, before), hash));
    addLetters(word, out);
  }
  out.add(mix(OPENING, hashes[0] ?? 0, 0));
  out.add(mix(OPENING, hashes[0] ?? 0, hashes[1] ?? 0));
  for (const concept of concepts.get(words[0] ?? "") ?? []) out.add(mix(OPENING, concept, 1));
  addConcepts(words, out);
  for (const reason of reasons) out.add(mix(REASON, hashOf(reason), 0));
  return out;
}
