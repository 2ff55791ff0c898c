import { sentencesOf } from "../text/sentences.ts";
import { type Word, wordsOf } from "../text/words.ts";
import { withoutDescribed } from "./described.ts";

/** A sentence as rules and classifier read it. */
export interface Sentence {
  readonly text: string;
  readonly words: readonly string[];
  /** Held a person who is described but nobody in particular; reads "patients" instead. */
  readonly isDescribed: boolean;
}

const textsOf = (words: readonly Word[]): string[] => words.map((word) => word.text);

/** The sentences of a text, in order. */
export function readSentences(text: string, words: readonly Word[]): Sentence[] {
  return sentencesOf(words).map((sentence) => {
    const raw = text.slice(sentence[0]?.start ?? 0, sentence.at(-1)?.end ?? 0);
    const many = withoutDescribed(raw);
    return many === undefined
      ? { text: raw, words: textsOf(sentence), isDescribed: false }
      : { text: many, words: textsOf(wordsOf(many)), isDescribed: true };
  });
}
