import type { Token } from "./tokens.ts";

/**
 * A pattern is words in order. `a/b` is either word, `word*` any word that begins so, `@class` any word of a
 * class, `#` a number, `~` up to three words between, `~~` up to eight tokens, `!a/b` not followed by one of
 * these, `x <> y` either order with a long gap. A gap never holds the end of a
 * sentence, nor a negation: "chest but no pain" is no chest pain.
 */
export type PatternText = string;

/** Named sets of words, written `a/b/word*`. */
export type WordClasses = Readonly<Record<string, string>>;

interface Element {
  readonly words: ReadonlySet<string>;
  readonly prefixes: readonly string[];
  readonly number: boolean;
  /** How many tokens may stand before it. */
  readonly gap: number;
  /** The next token must not be one of the words; nothing is consumed. */
  readonly negative: boolean;
}

interface Pattern<Name> {
  readonly name: Name;
  readonly elements: readonly Element[];
}

/** Where a pattern matched, by token index, both ends included. */
export interface Match<Name> {
  readonly name: Name;
  readonly from: number;
  readonly to: number;
}

const SHORT_GAP = 3;
const LONG_GAP = 8;
/** Prefixes are looked up by this many letters, and are at least as long. */
const PREFIX_KEY = 3;

const blockers = new Set(
  "no not without never nor denies denied neither isnt arent wasnt doesnt didnt dont hasnt havent hadnt".split(
    " ",
  ),
);

function parseElement(text: string, gap: number, classes: WordClasses): Element {
  const words = new Set<string>();
  const prefixes: string[] = [];
  let number = false;
  const negative = text.startsWith("!");
  const add = (alternative: string): void => {
    if (alternative === "#") number = true;
    else if (alternative.startsWith("@")) {
      const members = classes[alternative.slice(1)];
      if (members === undefined) throw new Error(`unknown word class ${alternative}`);
      for (const member of members.split("/")) add(member);
    } else if (alternative.endsWith("*")) {
      if (alternative.length <= PREFIX_KEY) throw new Error(`prefix ${alternative} is too short`);
      prefixes.push(alternative.slice(0, -1));
    } else words.add(alternative);
  };
  for (const alternative of text.slice(negative ? 1 : 0).split("/")) add(alternative);
  return { words, prefixes, number, gap, negative };
}

/** `x <> y` stands for `x ~~ y` and `y ~~ x`. */
function orders(text: PatternText): PatternText[] {
  const [left, right] = text.split(" <> ");
  return right === undefined || left === undefined ? [text] : [`${left} ~~ ${right}`, `${right} ~~ ${left}`];
}

function parse<Name>(name: Name, text: PatternText, classes: WordClasses): Pattern<Name> {
  const elements: Element[] = [];
  let gap = 0;
  for (const part of text.trim().split(/\s+/)) {
    if (part === "~") gap = SHORT_GAP;
    else if (part === "~~") gap = LONG_GAP;
    else {
      elements.push(parseElement(part, gap, classes));
      gap = 0;
    }
  }
  return { name, elements };
}

function accepts(element: Element, token: Token): boolean {
  if (element.words.has(token.text)) return true;
  if (element.number && token.value !== undefined) return true;
  return beginsAs(element, token);
}

function beginsAs({ prefixes }: Element, { text }: Token): boolean {
  return prefixes.some((prefix) => text.startsWith(prefix));
}

function expanded<Name>(
  patterns: Iterable<readonly [name: Name, text: PatternText]>,
  classes: WordClasses,
): Pattern<Name>[] {
  return [...patterns].flatMap(([name, text]) => orders(text).map((order) => parse(name, order, classes)));
}

/**
 * All patterns at once over a token list. Candidates are looked up by their first word, and gaps are bounded,
 * so the work per token has a fixed limit whatever the text.
 */
export class Matcher<Name> {
  readonly #byWord = new Map<string, Pattern<Name>[]>();
  readonly #byPrefix = new Map<string, Pattern<Name>[]>();
  readonly #byNumber: Pattern<Name>[] = [];
  readonly #prefixes: ReadonlySet<string>;
  /** Every word that patterns spell out. */
  readonly vocabulary: ReadonlySet<string>;

  constructor(patterns: Iterable<readonly [name: Name, text: PatternText]>, classes: WordClasses) {
    const vocabulary = new Set<string>();
    const prefixes = new Set<string>();
    for (const pattern of expanded(patterns, classes)) {
      this.#file(pattern);
      for (const element of pattern.elements) {
        for (const word of element.words) vocabulary.add(word);
        for (const prefix of element.prefixes) prefixes.add(prefix);
      }
    }
    this.vocabulary = vocabulary;
    this.#prefixes = prefixes;
  }

  #file(pattern: Pattern<Name>): void {
    const [first] = pattern.elements;
    const into = (map: Map<string, Pattern<Name>[]>, key: string): void => {
      const list = map.get(key);
      if (list === undefined) map.set(key, [pattern]);
      else if (list.at(-1) !== pattern) list.push(pattern);
    };
    for (const word of first?.words ?? []) into(this.#byWord, word);
    for (const prefix of first?.prefixes ?? []) into(this.#byPrefix, prefix.slice(0, PREFIX_KEY));
    if (first?.number === true) this.#byNumber.push(pattern);
  }

  /** Patterns whose first element accepts a token. */
  #candidates(token: Token): (readonly Pattern<Name>[])[] {
    const byWord = this.#byWord.get(token.text) ?? [];
    const byPrefix = this.#byPrefix.get(token.text.slice(0, PREFIX_KEY)) ?? [];
    const byBeginning = byPrefix.filter(
      ({ elements: [first] }) => first !== undefined && beginsAs(first, token),
    );
    return token.value === undefined ? [byWord, byBeginning] : [byWord, byBeginning, this.#byNumber];
  }

  /** Whether some pattern accepts a word by its spelling or its beginning. */
  knows(word: string): boolean {
    if (this.vocabulary.has(word)) return true;
    for (let length = PREFIX_KEY; length <= word.length; length += 1) {
      if (this.#prefixes.has(word.slice(0, length))) return true;
    }
    return false;
  }

  /** Every match, at most one for each pattern and place. */
  match(tokens: readonly Token[]): Match<Name>[] {
    const out: Match<Name>[] = [];
    for (const [from, token] of tokens.entries()) {
      for (const patterns of this.#candidates(token)) {
        for (const { name, elements } of patterns) {
          const to = matchRest(tokens, from, elements);
          if (to !== undefined) out.push({ name, from, to });
        }
      }
    }
    return out;
  }
}

/** The end of the nearest match of the elements after the first, whose token is at `from`. */
function matchRest(
  tokens: readonly Token[],
  from: number,
  elements: readonly Element[],
  next = 1,
): number | undefined {
  const element = elements[next];
  if (element === undefined) return from;
  if (element.negative) {
    const token = tokens[from + 1];
    return token !== undefined && accepts(element, token)
      ? undefined
      : matchRest(tokens, from, elements, next + 1);
  }
  for (let at = from + 1; at <= from + 1 + element.gap; at += 1) {
    const token = tokens[at];
    if (token === undefined) return undefined;
    if (accepts(element, token)) {
      const end = matchRest(tokens, at, elements, next + 1);
      if (end !== undefined) return end;
    }
    if (token.text === "." || blockers.has(token.text)) return undefined;
    if (token.text === "," && element.gap <= SHORT_GAP) return undefined;
  }
  return undefined;
}
