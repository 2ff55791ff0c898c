import { flagsOf } from "../lexicon/lexicon.ts";
import { foldWord, wordFlags } from "../lexicon/words.ts";
import { foldCase, inCaseOf } from "./casing.ts";
import type { Draw } from "./draw.ts";
import { femaleNames, maleNames, placeEnds, placeStems, scripts, surnames } from "./pools.ts";

/** What a word in a name or a place is. */
export type WordKind = "female" | "male" | "surname" | "place";

/** An original word and the surrogate that stands for it, both as written with a capital where the script has them. */
export interface WordPair {
  readonly original: string;
  readonly surrogate: string;
  /** Case does not lead back: the original is to be written as it is. */
  readonly exact?: true;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const VOWELS = "aeiou";
const CONSONANTS = "bdfgklmnprstv";

function capitalised(word: string): string {
  const [first = "", ...rest] = word;
  return first.toUpperCase() + rest.join("");
}

/** Whether a word means something of its own, so that it may stand anywhere. */
export function isCommonWord(word: string): boolean {
  return (flagsOf(foldWord(word)) & (wordFlags.common | wordFlags.rare | wordFlags.medical)) !== 0;
}

/**
 * One surrogate for each word of names and places, drawn at random and never twice. The initial of a surrogate is
 * its original's under a permutation of the alphabet without fixed points, so that initials can go both ways.
 */
export class WordBook {
  readonly #draw: Draw;
  /** Where A to Z go. */
  readonly initials: string;
  readonly #pairs = new Map<string, WordPair>();
  readonly #bySurrogate = new Map<string, WordPair>();
  /** Words of the pools that texts have held, folded: never surrogates. */
  readonly #taken: Set<string>;

  constructor(
    draw: Draw,
    stored?: {
      readonly initials: string;
      readonly pairs: readonly (readonly [string, WordPair])[];
      readonly taken: readonly string[];
    },
  ) {
    this.#draw = draw;
    this.initials = stored?.initials ?? derangement(draw);
    this.#taken = new Set(stored?.taken);
    for (const [key, pair] of stored?.pairs ?? []) this.#remember(key, pair);
  }

  get stored() {
    return { initials: this.initials, pairs: [...this.#pairs], taken: [...this.#taken] };
  }

  get pairs(): Iterable<WordPair> {
    return this.#pairs.values();
  }

  /** Keeps the words of a text from becoming surrogates. */
  avoid(words: Iterable<string>): void {
    for (const word of words) if (poolWords.has(word) && !this.#bySurrogate.has(word)) this.#taken.add(word);
  }

  /** The original that a surrogate stands for, in the case of what was found. */
  originalOf(word: string): string | undefined {
    const pair = this.#bySurrogate.get(foldCase(word));
    return pair?.exact === true ? pair.original : pair && inCaseOf(word, pair.original);
  }

  isSurrogate(word: string): boolean {
    return this.#bySurrogate.has(foldCase(word));
  }

  isKnown(word: string): boolean {
    return this.#pairs.has(foldCase(word));
  }

  /** The surrogate that already stands for this word. */
  known(word: string): string | undefined {
    const pair = this.#pairs.get(foldCase(word));
    return pair && inCaseOf(word, pair.surrogate);
  }

  /** A letter's place under the permutation; other characters stay. */
  initialOf(letter: string): string {
    const folded = foldWord(letter).toUpperCase();
    const at = folded === "" ? -1 : ALPHABET.indexOf(folded);
    const to = at < 0 ? letter : (this.initials[at] ?? letter);
    return letter === letter.toLowerCase() ? to.toLowerCase() : to;
  }

  /** The surrogate of a word, a new one when it has none; `present` are the folded words of the text. */
  surrogateOf(word: string, kind: WordKind, present: ReadonlySet<string>): string {
    const key = foldCase(word);
    const exact = this.#pairs.get(`=${word}`);
    if (exact !== undefined) return exact.surrogate;
    const known = this.#pairs.get(key);
    const out = known && inCaseOf(word, known.surrogate);
    if (known !== undefined && out !== undefined && inCaseOf(out, known.original) === word) return out;
    const canonical = word === key || word === word.toUpperCase() ? capitalised(key) : word;
    const surrogate = this.#fresh(canonical, kind, present);
    const plain: WordPair = { original: canonical, surrogate };
    const returns = inCaseOf(inCaseOf(word, surrogate), canonical) === word;
    if (!this.#pairs.has(key) && returns) {
      this.#remember(key, plain);
      return inCaseOf(word, surrogate);
    }
    this.#remember(`=${word}`, { original: word, surrogate, exact: true });
    return surrogate;
  }

  #remember(key: string, pair: WordPair): void {
    this.#pairs.set(key, pair);
    this.#bySurrogate.set(foldCase(pair.surrogate), pair);
  }

  #fresh(word: string, kind: WordKind, present: ReadonlySet<string>): string {
    const isFree = (candidate: string) => {
      const folded = foldCase(candidate);
      return (
        !this.#bySurrogate.has(folded) &&
        !this.#pairs.has(folded) &&
        !present.has(folded) &&
        !this.#taken.has(folded)
      );
    };
    const script = scripts.find(({ test }) => test.test(word));
    if (script !== undefined) return this.#inScript(word, script, isFree);
    const letter = (foldWord(word)[0] ?? "").toUpperCase();
    const initial = ALPHABET.includes(letter) ? this.initialOf(letter) : this.#draw.pick(ALPHABET);
    const pool = poolOf(kind).filter((candidate) => candidate.startsWith(initial) && isFree(candidate));
    if (pool.length > 0 && kind !== "place") return this.#draw.pick(pool);
    for (;;) {
      const made = kind === "place" ? this.#place(initial) : this.#name(initial);
      if (isFree(made) && flagsOf(foldWord(made)) === 0) return made;
    }
  }

  #name(initial: string): string {
    let name = initial.toLowerCase();
    let wantsVowel = !VOWELS.includes(name);
    for (let count = 5 + this.#draw.below(4); count > 0; count -= 1) {
      name += this.#draw.pick(wantsVowel ? VOWELS : CONSONANTS);
      wantsVowel = !wantsVowel;
    }
    return capitalised(name);
  }

  #place(initial: string): string {
    const stems = placeStems.filter((stem) => stem.startsWith(initial));
    const stem =
      stems.length > 0 && this.#draw.below(3) > 0 ? this.#draw.pick(stems) : this.#name(initial).slice(0, 6);
    return stem + this.#draw.pick(placeEnds);
  }

  #inScript(
    word: string,
    { letters, capital }: { readonly letters: string; readonly capital: boolean },
    isFree: (candidate: string) => boolean,
  ): string {
    for (let length = Math.max(2, word.length); ; length += 1) {
      for (let attempt = 0; attempt < 40; attempt += 1) {
        const made = Array.from({ length }, () => this.#draw.pick(letters)).join("");
        const cased = capital ? capitalised(made) : made;
        if (isFree(cased)) return cased;
      }
    }
  }
}

function poolOf(kind: WordKind): readonly string[] {
  if (kind === "surname") return surnames;
  return kind === "male" ? maleNames : kind === "female" ? femaleNames : [];
}

const poolWords: ReadonlySet<string> = new Set([...femaleNames, ...maleNames, ...surnames].map(foldCase));

/** A random cycle through the alphabet: no letter stays where it is. */
function derangement(draw: Draw): string {
  const order = draw.shuffle(ALPHABET.split(""));
  const to = new Map(order.map((letter, at) => [letter, order[(at + 1) % order.length] ?? "A"]));
  return ALPHABET.split("")
    .map((letter) => to.get(letter) ?? letter)
    .join("");
}
