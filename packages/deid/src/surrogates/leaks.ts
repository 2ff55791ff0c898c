import type { IdentifierLabel } from "../labels.ts";
import { foldCase } from "./casing.ts";
import type { StoredMention } from "./mentions.ts";
import { isCommonWord, type WordBook } from "./words.ts";

/** An original of the vault in a text that should hold none. */
export interface Leak {
  readonly label: IdentifierLabel;
  /** UTF-16 code units where it was found as written; -1 where only its letters and digits run together were. */
  readonly start: number;
}

/** So few letters and digits may stand anywhere by chance. */
const LEAST_COMPACT = 6;

function compact(text: string): string {
  return foldCase(text).replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** Every original in a text: names word by word, so in any order; codes by letters and digits alone. */
export function findLeaks(text: string, words: WordBook, mentions: Iterable<StoredMention>): Leak[] {
  const leaks: Leak[] = [];
  for (const match of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const [word] = match;
    if (word.length > 2 && words.isKnown(word) && !words.isSurrogate(word) && !isCommonWord(word)) {
      leaks.push({ label: "NAME", start: match.index });
    }
  }
  const folded = foldCase(text);
  const all = compact(text);
  const known = [...mentions];
  const surrogates = new Set(known.map(([, , surrogate]) => surrogate));
  for (const [label, original] of known) {
    // An age over 89 stays one; a date may be what another was moved to.
    if (label === "AGE90" || surrogates.has(original)) continue;
    const start = folded.indexOf(foldCase(original));
    const isWhole =
      start >= 0 &&
      original.length > 3 &&
      !/[\p{L}\p{N}]/u.test(`${folded[start - 1] ?? ""}${folded[start + original.length] ?? ""}`);
    const short = compact(original);
    if (isWhole) leaks.push({ label, start });
    else if (short.length >= LEAST_COMPACT && /\d{4}/.test(short) && all.includes(short))
      leaks.push({ label, start: -1 });
  }
  return leaks;
}
