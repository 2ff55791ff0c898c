import { BaseError } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

/** 128 bits: beyond guessing, so no password hash has to slow anybody down, and still few enough to write by hand. */
const entropyBytesCount = 16;
/** Words of a recovery phrase. */
export const phraseWordsCount = 12;
/** No two words of the list begin with the same four letters. */
const tellingLettersCount = 4;
const maxSuggestionsCount = 3;

/** A word that is not in the list. */
export interface UnknownWord {
  /** From 1. */
  readonly place: number;
  readonly word: string;
  /** Words of the list that it may have been. */
  readonly suggestions: readonly string[];
}

/** What is wrong with a phrase, word by word. */
export type PhraseCheck =
  | { readonly outcome: "right" }
  /** Too few or too many; those that are there are in the list. */
  | { readonly outcome: "count"; readonly count: number }
  | { readonly outcome: "words"; readonly unknown: readonly UnknownWord[] }
  /** All are in the list, but the last one contains a check of the others, and it fails. */
  | { readonly outcome: "checksum" };

/** Twelve words of BIP 39's English list, from 128 random bits. */
export function newRecoveryPhrase(random: Random): string {
  return entropyToMnemonic(random(entropyBytesCount), wordlist);
}

/** Looks at words as somebody writes them: in any case, numbered or not, on one line or twelve. */
export function checkRecoveryPhrase(text: string): PhraseCheck {
  const words = wordsOf(text);
  const unknown = words.flatMap((word, at) => (wordlist.includes(word) ? [] : [unknownWord(word, at + 1)]));
  if (unknown.length > 0) return { outcome: "words", unknown };
  if (words.length !== phraseWordsCount) return { outcome: "count", count: words.length };
  return isChecked(words) ? { outcome: "right" } : { outcome: "checksum" };
}

/** The 16 bytes of a phrase. @throws BaseError `PHRASE_INVALID` */
export function phraseEntropy(text: string): Uint8Array {
  if (checkRecoveryPhrase(text).outcome === "right")
    return mnemonicToEntropy(wordsOf(text).join(" "), wordlist);
  throw new BaseError("Decode", "PHRASE_INVALID", "these are not the twelve words; check them one by one");
}

function wordsOf(text: string): readonly string[] {
  return (
    text
      .normalize("NFKD")
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []
  );
}

function isChecked(words: readonly string[]): boolean {
  try {
    mnemonicToEntropy(words.join(" "), wordlist);
    return true;
  } catch {
    return false;
  }
}

function unknownWord(word: string, place: number): UnknownWord {
  const start = word.slice(0, tellingLettersCount);
  const mayBe = (right: string) => isOneSlipAway(right, word) || right.startsWith(start);
  return { place, word, suggestions: wordlist.filter(mayBe).slice(0, maxSuggestionsCount) };
}

/** One letter too many, too few or another, or two exchanged. */
function isOneSlipAway(right: string, written: string): boolean {
  let start = 0;
  while (start < right.length && right[start] === written[start]) start += 1;
  const [a, b] = [right.slice(start), written.slice(start)];
  const isSwapped = a.length >= 2 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
  return isSwapped || a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1);
}
