/** A word, a number or a mark of a text, with where it stands. */
export interface Token {
  /** Lower case, without apostrophes; a mark is one of `. , :`. */
  readonly text: string;
  /** UTF-16 code units in the original text. */
  readonly start: number;
  readonly end: number;
  /** What a number, in digits or words, stands for. */
  readonly value?: number;
  /** It begins with a capital letter: perhaps a sentence begins here. */
  readonly isCapital?: true;
}

/** Token indexes, both included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const TOKEN = /\p{L}[\p{L}\p{M}]*(?:['’`´]\p{L}+)*|\d+(?:[.,]\d+)?|[.!?;\n,:]/gu;
/** "He", "It's", "I", but no shouting. */
const CAPITAL = /^\p{Lu}(?:\p{Ll}|['’]|$)/u;
const MARKS = /\p{M}+/gu;
const APOSTROPHES = /['’`´]/gu;

const numberWords: ReadonlyMap<string, number> = new Map(
  Object.entries({
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
    eleven: 11,
    twelve: 12,
    fifteen: 15,
    twenty: 20,
    thirty: 30,
    forty: 40,
    fifty: 50,
    sixty: 60,
    hundred: 100,
  }),
);

function fold(word: string): string {
  if (/^[a-z]+$/.test(word)) return word;
  return word.normalize("NFKD").replace(MARKS, "").replace(APOSTROPHES, "").toLowerCase();
}

function tokenOf(raw: string, start: number): Token {
  const place = { start, end: start + raw.length };
  if (/^\d/.test(raw)) return { text: raw, ...place, value: Number(raw.replace(",", ".")) };
  if (raw === "," || raw === ":") return { text: raw, ...place };
  if (/^[.!?;\n]/.test(raw)) return { text: ".", ...place };
  const text = fold(raw);
  const value = numberWords.get(text);
  const capital = CAPITAL.test(raw) ? { isCapital: true as const } : {};
  return value === undefined ? { text, ...place, ...capital } : { text, ...place, ...capital, value };
}

/** The tokens of a text in order; sentence ends, semicolons and line breaks all become `.`. */
export function tokenise(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), (match) => tokenOf(match[0], match.index));
}
