import { hasClinicalShape, isMedicineName } from "../clinical.ts";
import { Concepts, isConcept, medicalSynonyms } from "../concepts.ts";
import { stemOf, words } from "../tokens.ts";
import { stopWords } from "../words.ts";
import { type PlainWord, scopeOf, undone } from "./denial.ts";
import { everydayEnglish } from "./everyday-english.ts";
import { type Quantity, quantitiesIn } from "./quantities.ts";
import { frequency, negators, peopleGroups } from "./scales.ts";

/** One word of a text, with what it means. */
export interface Word extends PlainWord {
  readonly stem: string;
  /** Its stem and the synonym groups of every phrase that it is part of. */
  readonly keys: ReadonlySet<string>;
  /** Stands where a word before it denies it. */
  readonly denied: boolean;
  /** Stands before a denial in its clause: what is denied is said of it. */
  readonly isSubject: boolean;
}

/** A text as the checker sees it. */
export interface Reading {
  readonly words: readonly Word[];
  readonly keys: ReadonlySet<string>;
  /** For each denial the words that it is about. */
  readonly denials: readonly (readonly Word[])[];
  readonly quantities: readonly Quantity[];
}

const concepts = new Concepts([...medicalSynonyms, ...everydayEnglish]);
const clauseEnd = /[,;:()–—\n]|[.!?](?=\s|$)/;

/** Reads one or more sentences. */
export function read(text: string): Reading {
  const plain = plainWords(text);
  const scopes = plain.map((_, i) => scopeOf(plain, i));
  const timesDenied = new Map<number, number>();
  for (const i of scopes.flat()) timesDenied.set(i, (timesDenied.get(i) ?? 0) + 1);
  const lastDenial = new Map(scopes.flatMap((scope, i) => (scope.length > 0 ? [[plain[i]?.clause, i]] : [])));
  const found: Word[] = [];
  for (const [i, keys] of keysOf(text, plain).entries()) {
    const one = plain[i];
    if (one === undefined) break;
    const base = undone(one.text);
    for (const key of familyOf(base ?? one.text)) keys.add(key);
    // Twice denied is said.
    const denied = (timesDenied.get(i) ?? 0) % 2 === 1;
    found.push({
      ...one,
      stem: stemOf(one.text),
      keys,
      denied: denied !== (base !== undefined),
      isSubject: (lastDenial.get(one.clause) ?? -1) > i,
    });
  }
  return {
    words: found,
    keys: new Set(found.flatMap(({ keys }) => [...keys])),
    denials: scopes.filter((scope) => scope.length > 0).map((scope) => scope.flatMap((i) => found[i] ?? [])),
    quantities: quantitiesIn(text),
  };
}

function plainWords(text: string): PlainWord[] {
  const out: PlainWord[] = [];
  for (const [clause, part] of text.split(clauseEnd).entries()) {
    for (const word of words(part)) {
      const before = out.at(-1)?.text;
      out.push({ text: word, clause, isContent: isContent(word, before), isGroup: peopleGroups.has(word) });
    }
  }
  return out;
}

/** For each word its stem and the synonym groups of every phrase that it is part of. */
function keysOf(text: string, plain: readonly PlainWord[]): Set<string>[] {
  const keys = plain.map((word) => new Set([stemOf(word.text)]));
  const { terms, at: starts, wordCounts } = concepts.analyse(text);
  for (const [i, term] of terms.entries()) {
    const start = starts[i] ?? 0;
    if (!isConcept(term)) continue;
    for (let j = start; j < start + (wordCounts[i] ?? 0); j += 1) keys[j]?.add(term);
  }
  return keys;
}

const FAMILY_LENGTH = 6;

/** What words of one family share: "inflamed" and "inflammation". Names of medicines and diseases share too much. */
function familyOf(word: string): string[] {
  const stem = stemOf(word);
  const isName =
    isMedicineName(stem) || hasClinicalShape(stem) || /^(?:hyp[eo]r?|anti|inter|under|over)/.test(stem);
  return isName || stem.length < FAMILY_LENGTH ? [stem] : [stem, `~${stem.slice(0, FAMILY_LENGTH)}`];
}

function isContent(word: string, before = ""): boolean {
  return !(
    (word === "back" && /^(?:go|goes|going|come|comes|coming|get|bring|take|give)$/.test(before)) ||
    stopWords.has(word) ||
    negators.has(word) ||
    frequency.has(word) ||
    peopleGroups.has(word) ||
    /^\d/.test(word)
  );
}

/** Whether two words mean the same, alone or in their phrases. */
export function shares(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const key of a) if (b.has(key)) return true;
  return false;
}
