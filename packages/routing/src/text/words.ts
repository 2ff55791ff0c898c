/** A word, a number or a mark. */
export interface Word {
  /** Lower case, no accents on marks, apostrophes left out; `#` for a number; a mark is one of `. ? , :`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN = /\p{L}[\p{L}\p{M}]{0,40}(?:['’`´]\p{L}{1,10})?|\d{1,12}(?:[.,]\d{1,6})?|[.!?;\n,:]/gu;
const ASCII = /^[a-z]+$/;
const NOT_LETTERS = /[\p{M}'’`´]/gu;
/** As people type them in a hurry. */
const typed: ReadonlyMap<string, string> = new Map(
  Object.entries({
    u: "you",
    r: "are",
    ur: "your",
    wat: "what",
    wut: "what",
    wats: "whats",
    teh: "the",
    te: "the",
    pls: "please",
    plz: "please",
    cuz: "because",
    cos: "because",
    coz: "because",
    ppl: "people",
    meds: "medicines",
    thier: "their",
    thx: "thanks",
    hows: "how",
    w: "with",
    mum: "mother",
    mom: "mother",
    dad: "father",
    treatement: "treatment",
    tratment: "treatment",
    symtoms: "symptoms",
    symptons: "symptoms",
    sympoms: "symptoms",
    diferent: "different",
    shoud: "should",
    shld: "should",
  }),
);

function read(raw: string): string {
  if (/^\d/.test(raw)) return "#";
  if (/^[.!;\n]/.test(raw)) return ".";
  if (raw.length === 1 && /[?,:]/.test(raw)) return raw;
  const lower = raw.toLowerCase();
  const plain = ASCII.test(lower) ? lower : lower.normalize("NFKD").replace(NOT_LETTERS, "");
  return typed.get(plain) ?? plain;
}

/** The words of a text in order. Linear in the text. */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(TOKEN), (match) => ({
    text: read(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }));
}
