import { stem } from "./stem.ts";
import { stopWords } from "./words.ts";

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;
const MARKS = /\p{M}+/gu;
const POSSESSIVE = /['’]s$/u;
const APOSTROPHES = /['’]/gu;
const ASCII = /^[\u0020-\u007e\s]*$/u;

/** Longer runs of letters are data (keys, base64), not words. */
const MAX_WORD_LENGTH = 40;

/** Compatibility forms folded (NFKC), lower case, without diacritics. */
function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").replace(MARKS, "").normalize("NFKC").toLowerCase();
}

/** The words of a text, folded; possessives and apostrophes dropped ("Crohn's" → "crohn", "don't" → "dont"). */
export function words(text: string): string[] {
  const out: string[] = [];
  for (const [match] of fold(text).matchAll(WORD)) {
    if (match.length > MAX_WORD_LENGTH) continue;
    out.push(match.replace(POSSESSIVE, "").replace(APOSTROPHES, ""));
  }
  return out;
}

const stems = new Map<string, string>();
const MAX_CACHED_STEMS = 200_000;

/** {@link stem}, remembered: a corpus repeats its words. */
export function stemOf(word: string): string {
  let out = stems.get(word);
  if (out === undefined) {
    out = stem(word);
    if (stems.size >= MAX_CACHED_STEMS) stems.clear();
    stems.set(word, out);
  }
  return out;
}

/** The stems of a text in order; `""` holds the place of a stop word, so that phrases do not bridge it. */
export function stemmed(text: string): string[] {
  return words(text).map((word) => (stopWords.has(word) ? "" : stemOf(word)));
}
