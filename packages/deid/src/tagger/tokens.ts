import type { IdentifierLabel, Span } from "../labels.ts";
import { flagsOf } from "../lexicon/lexicon.ts";
import { isSlip } from "../lexicon/slips.ts";
import { foldWord, hashWord, mix32 } from "../lexicon/words.ts";

/** A word, a number, a mark, a line break, or a whole identifier that the rules found, as the tagger sees it. */
export interface Token {
  readonly start: number;
  readonly end: number;
  /** Hash of the folded word; of the label for an identifier. */
  readonly word: number;
  /** Hash of the form: letters' case, digits' count. */
  readonly shape: number;
  readonly prefix: number;
  readonly suffix3: number;
  readonly suffix2: number;
  /** Word-list flags, or {@link SLIP}. */
  readonly flags: number;
  /** Set for what the rules found; the tagger leaves it alone. */
  readonly label?: IdentifierLabel;
  readonly isWord: boolean;
}

/** Pictures and what is no character at all say the same however many they are. */
const TOKEN = /[\p{L}\p{M}]+(?:'(?=\p{L}{3}))?|\p{N}+|\n|(?:(?!\s)[\p{So}\p{C}])+|[^\s]/gu;
/** In place of word-list flags: a word of no list, a slip away from an ordinary one. */
const SLIP = 256;
/** Slips are looked for among so many different words of a text: long texts are judged by the rest. */
const SLIPS_AMONG = 300;

function shapeOf(text: string): string {
  if (/^\p{N}/u.test(text)) return `d${Math.min(text.length, 7)}`;
  if (!/^\p{L}/u.test(text)) return text;
  if (!/^[\p{Script=Latin}\p{M}']/u.test(text))
    return /\p{Script=Cyrillic}|\p{Script=Greek}/u.test(text) ? "cy" : "na";
  const upper = /^\p{Lu}/u.test(text);
  if (text.length === 1) return upper ? "X" : "x";
  if (!upper) return /\p{Lu}/u.test(text) ? "xX" : "x+";
  if (/^\p{Lu}+'?$/u.test(text)) return text.length === 2 ? "XX" : "X+";
  return /^\p{Lu}[\p{Ll}\p{M}']+$/u.test(text) ? "Xx" : "XxX";
}

type Attributes = Omit<Token, "start" | "end">;

function wordAttributes(text: string, looksForSlips: boolean): Attributes {
  const folded = foldWord(text.endsWith("'") ? text.slice(0, -1) : text);
  const listed = folded.length > 1 ? flagsOf(folded) : 0;
  return {
    word: hashWord(folded, 1),
    shape: hashWord(shapeOf(text), 77),
    prefix: hashWord(folded.slice(0, 3), 2),
    suffix3: hashWord(folded.slice(-3), 3),
    suffix2: hashWord(folded.slice(-2), 4),
    flags: listed === 0 && looksForSlips && isSlip(folded) ? SLIP : listed,
    isWord: true,
  };
}

function otherAttributes(text: string): Attributes {
  const isNumber = /^\p{N}/u.test(text);
  const mark = isNumber ? text : String.fromCodePoint(text.codePointAt(0) ?? 0);
  const shape = hashWord(shapeOf(mark), 77);
  const word = isNumber && text.length > 2 ? shape : hashWord(mark, 1);
  return { word, shape, prefix: 0, suffix3: 0, suffix2: 0, flags: 0, isWord: false };
}

function identifierToken({ start, end, label }: Span): Token {
  const word = hashWord(`<${label}>`, 1);
  return {
    start,
    end,
    word,
    shape: mix32(word),
    prefix: 0,
    suffix3: 0,
    suffix2: 0,
    flags: 0,
    label,
    isWord: false,
  };
}

/** Field by field: a spread costs most of the time that long texts take. */
function tokenAt(start: number, end: number, attributes: Attributes): Token {
  const { word, shape, prefix, suffix3, suffix2, flags, isWord } = attributes;
  return { start, end, word, shape, prefix, suffix3, suffix2, flags, isWord };
}

/** Words outside the identifiers that the rules found, and one token for each of those. */
export function tokenise(text: string, found: readonly Span[]): Token[] {
  const tokens: Token[] = [];
  const seen = new Map<string, Attributes>();
  let next = 0;
  for (const match of text.matchAll(TOKEN)) {
    const end = match.index + match[0].length;
    while (next < found.length && (found[next]?.end ?? 0) <= match.index) {
      next += 1;
    }
    const span = found[next];
    if (span !== undefined && match.index < span.end && end > span.start) {
      if (tokens.at(-1)?.start !== span.start) tokens.push(identifierToken(span));
      continue;
    }
    let attributes = seen.get(match[0]);
    if (attributes === undefined) {
      attributes = /^\p{L}/u.test(match[0])
        ? wordAttributes(match[0], seen.size < SLIPS_AMONG)
        : otherAttributes(match[0]);
      seen.set(match[0], attributes);
    }
    tokens.push(tokenAt(match.index, end, attributes));
  }
  return tokens;
}
