import type { MentionTrie } from "./trie.ts";
import { isWordCharacter } from "./trie.ts";
import type { WordBook } from "./words.ts";

/** What leads back from surrogates. */
export interface Restoration {
  readonly mentions: MentionTrie;
  readonly words: WordBook;
  /** The original of a date written anew, where the vault has dates. */
  readonly dateBack: (text: string) => string | undefined;
  /** The original of digits written with other marks. */
  readonly digitsBack: (digits: string) => string | undefined;
  /** Whether these initials stand for more than one person. */
  readonly isAmbiguous: (text: string) => boolean;
}

const WORD = /[\p{L}\p{M}]+/uy;
const URL = /(?:[a-z][a-z0-9+.-]{1,12}:\/\/|www\.)[^\s<>"')\]]*/iy;
const DATE =
  /(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,? \d{4})(?![\p{L}\p{N}])/iuy;
const DIGITS = /[+(]?\d(?:[-. ()/]{0,2}\d){6,18}(?![\p{L}\p{N}])/uy;
const INITIALS = /(?:\p{Lu}\. ?){1,3}(?:\p{Lu}[\p{L}\p{M}]+)?/uy;
/** No date and no number in digits is longer. */
const LOOK_AHEAD = 64;
const CODE_LENGTH = 400;

function sticky(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Puts originals back into a text that comes in pieces. What it gives is the same however the text was cut. */
export class Restorer {
  readonly #with: Restoration;
  readonly ambiguous: string[] = [];
  #held = "";
  #before = "";
  #inFence = false;

  constructor(restoration: Restoration) {
    this.#with = restoration;
  }

  /** The part of the text so far that cannot change any more. */
  push(chunk: string): string {
    return this.#run(chunk, false);
  }

  /** All that was held back. */
  end(): string {
    return this.#run("", true);
  }

  #run(chunk: string, atEnd: boolean): string {
    const text = this.#held + chunk;
    let out = "";
    let at = 0;
    while (at < text.length) {
      const step = this.#step(text, at, atEnd);
      if (step === undefined) break;
      out += step.text;
      at += step.length;
      this.#before = lastCharacter(text.slice(Math.max(0, at - 2), at));
    }
    this.#held = text.slice(at);
    return out;
  }

  /** One step from `at`, or undefined when more text must be seen first. */
  #step(
    text: string,
    at: number,
    atEnd: boolean,
  ): { readonly text: string; readonly length: number } | undefined {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (!atEnd && /^[\ud800-\udbff]$/.test(character)) return undefined;
    const same = (length: number) => ({ text: text.slice(at, at + length), length });
    if (character === "`") return this.#code(text, at, atEnd);
    if (this.#inFence) return same(character.length);
    if (isWordCharacter(this.#before) && isWordCharacter(character)) return same(character.length);
    if (/\s/.test(character)) return same(1);
    const mention = this.#with.mentions.match(text, at, atEnd);
    if (mention === "more") return undefined;
    if (mention !== undefined) return { text: mention.original, length: mention.length };
    const url = sticky(URL, text, at);
    if (url !== undefined) return at + url.length >= text.length && !atEnd ? undefined : same(url.length);
    if (!atEnd && text.length - at < LOOK_AHEAD && /[\p{L}\p{N}(+]/u.test(character) && mayGoOn(text, at))
      return undefined;
    return this.#written(text, at) ?? this.#word(text, at, atEnd) ?? same(character.length);
  }

  #code(
    text: string,
    at: number,
    atEnd: boolean,
  ): { readonly text: string; readonly length: number } | undefined {
    if (text.length - at < 3 && !atEnd) return undefined;
    if (text.startsWith("```", at)) {
      this.#inFence = !this.#inFence;
      return { text: "```", length: 3 };
    }
    if (this.#inFence) return { text: "`", length: 1 };
    const close = text.indexOf("`", at + 1);
    const line = text.indexOf("\n", at + 1);
    const isOpen = close < 0 && line < 0 && text.length - at < CODE_LENGTH;
    if (isOpen && !atEnd) return undefined;
    const isCode = close >= 0 && (line < 0 || close < line) && close - at < CODE_LENGTH;
    const length = isCode ? close - at + 1 : 1;
    return { text: text.slice(at, at + length), length };
  }

  /** Dates and numbers that the model wrote in a form of its own, and initials of people. */
  #written(text: string, at: number): { readonly text: string; readonly length: number } | undefined {
    if (this.#before === "/" || this.#before === "-" || this.#before === ".") return undefined;
    const date = sticky(DATE, text, at);
    const original = date && this.#with.dateBack(date);
    if (date !== undefined && original !== undefined) return { text: original, length: date.length };
    const digits = sticky(DIGITS, text, at);
    const number = digits && this.#with.digitsBack(digits.replaceAll(/\D/g, ""));
    const isBalanced = digits?.includes("(") === digits?.includes(")");
    if (digits !== undefined && number !== undefined && isBalanced)
      return { text: number, length: digits.length };
    const initials = sticky(INITIALS, text, at);
    if (initials !== undefined && this.#with.isAmbiguous(initials.trim()))
      this.ambiguous.push(initials.trim());
    return undefined;
  }

  #word(
    text: string,
    at: number,
    atEnd: boolean,
  ): { readonly text: string; readonly length: number } | undefined {
    const word = sticky(WORD, text, at);
    if (word === undefined) return undefined;
    if (at + word.length >= text.length && !atEnd) return undefined;
    const found = this.#with.words.originalOf(word);
    if (found !== undefined) return { text: found, length: word.length };
    return { text: this.#plural(word) ?? word, length: word.length };
  }

  /** "The Ashworths" are the originals' family. */
  #plural(word: string): string | undefined {
    const [ending = ""] = /s$/i.exec(word) ?? [];
    if (ending === "" || word.length < 4) return undefined;
    const single =
      this.#with.words.originalOf(word.slice(0, -1)) ??
      (/es$/i.test(word) ? this.#with.words.originalOf(word.slice(0, -2)) : undefined);
    if (single === undefined) return undefined;
    const vowel = ending === "S" ? "E" : "e";
    return `${single}${/(?:s|x|z|ch|sh)$/i.test(single) ? vowel : ""}${ending}`;
  }
}

function lastCharacter(text: string): string {
  return /[\s\S]$/u.exec(text)?.[0] ?? "";
}

/** Whether the end of the text may be in the middle of a date, a number or initials that begin at `at`. */
function mayGoOn(text: string, at: number): boolean {
  return /^(?:[\p{L}\p{M}]+|[a-z][a-z0-9+.-]{1,12}:\/?|[\p{Lu}]\.? ?(?:\p{Lu}\.? ?){0,2}(?:\p{Lu}[\p{L}\p{M}]*)?|[+(]?\d[\d\s()./+-]*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? ?\d{0,2}(?:s|st|n|nd|r|rd|t|th)?,? ?\d{0,4}|\d{1,2}(?:s|st|n|nd|r|rd|t|th)? ?(?:o|of)? ?[a-z]{0,9}\.?,? ?\d{0,4})$/iu.test(
    text.slice(at),
  );
}
