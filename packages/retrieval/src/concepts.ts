import { conditions } from "./lexicon/conditions.ts";
import { everyday } from "./lexicon/everyday.ts";
import { findings } from "./lexicon/findings.ts";
import { medicines } from "./lexicon/medicines.ts";
import { stemOf, words } from "./tokens.ts";
import { stopWords } from "./words.ts";

/** Names that mean the same; the first one names the group. */
export type SynonymGroup = readonly string[];

/** The project's own medical synonyms: lay words, clinical words, brands. */
export const medicalSynonyms: readonly SynonymGroup[] = [conditions, findings, medicines, everyday].flatMap(
  (text) =>
    text
      .trim()
      .split("\n")
      .map((line) => line.split(",").map((name) => name.trim())),
);

interface PhraseNode {
  readonly next: Map<string, PhraseNode>;
  readonly concepts: string[];
}

const MAX_PHRASE_WORDS = 8;
/** A phrase that means more things than this distinguishes none of them. */
const MAX_MEANINGS = 4;

/** A word as phrases see it: stop words as they are ("out of breath"), all others stemmed. */
function phraseKey(word: string): string {
  return stopWords.has(word) ? word : stemOf(word);
}

/** Marks terms that stand for a synonym group; no tokenizer output contains it. */
const CONCEPT_MARK = "#";

/** Whether an index term stands for a synonym group. */
export function isConcept(term: string): boolean {
  return term.startsWith(CONCEPT_MARK);
}

/** The index term that stands for a group. */
export function conceptOf([name = ""]: SynonymGroup): string {
  return CONCEPT_MARK + words(name).join(" ");
}

const builtIn: ReadonlySet<string> = new Set(medicalSynonyms.map(conceptOf));

/** Whether a term stands for one of the project's own groups rather than for one that a corpus taught. */
export function isBuiltIn(term: string): boolean {
  return builtIn.has(term);
}

/** What a text is about, as index terms in reading order. */
export interface Analysis {
  /** Stems of the words that are not stop words, and concepts where their phrase begins. */
  readonly terms: readonly string[];
  /** For each term, the index of its first word, */
  readonly at: readonly number[];
  /** and how many words it takes. */
  readonly wordCounts: readonly number[];
}

/**
 * Finds synonym groups in text. Matching is by stems, so that plurals and tenses meet, and every match
 * counts, not only the longest: "type 2 diabetes" is also "diabetes".
 */
export class Concepts {
  readonly #root: PhraseNode = { next: new Map(), concepts: [] };

  constructor(groups: readonly SynonymGroup[]) {
    for (const group of groups) {
      const concept = conceptOf(group);
      for (const name of group) this.#add(name, concept);
    }
  }

  #add(name: string, concept: string): void {
    const keys = words(name).map(phraseKey);
    if (keys.length === 0 || keys.length > MAX_PHRASE_WORDS) return;
    let node = this.#root;
    for (const key of keys) {
      let next = node.next.get(key);
      if (next === undefined) {
        next = { next: new Map(), concepts: [] };
        node.next.set(key, next);
      }
      node = next;
    }
    if (!node.concepts.includes(concept)) node.concepts.push(concept);
  }

  /** Index terms of a text: stems, and the concepts that its phrases mean. */
  analyse(text: string): Analysis {
    const found = words(text);
    const keys = found.map(phraseKey);
    const terms: string[] = [];
    const at: number[] = [];
    const wordCounts: number[] = [];
    const add = (term: string, start: number, wordCount: number): void => {
      terms.push(term);
      at.push(start);
      wordCounts.push(wordCount);
    };
    for (let i = 0; i < keys.length; i += 1) {
      if (!stopWords.has(found[i] ?? "")) add(keys[i] ?? "", i, 1);
      let node: PhraseNode | undefined = this.#root.next.get(keys[i] ?? "");
      for (let end = i + 1; node !== undefined; end += 1) {
        if (node.concepts.length <= MAX_MEANINGS)
          for (const concept of node.concepts) add(concept, i, end - i);
        node = node.next.get(keys[end] ?? "");
      }
    }
    return { terms, at, wordCounts };
  }
}
