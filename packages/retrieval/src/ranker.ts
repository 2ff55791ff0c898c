import type { Article } from "./article.ts";
import { Concepts, isConcept, type SynonymGroup } from "./concepts.ts";
import type { Postings } from "./postings.ts";
import { type QueryWord, readQuery } from "./query.ts";
import { Speller } from "./spelling.ts";
import { type AskedTerms, type SubjectFeatures, Subjects } from "./subjects.ts";

/** A word of the question as the corpus sees it. */
export interface WeighedWord extends QueryWord {
  /** How rare it is in the corpus; unknown words are the rarest. */
  readonly rarity: number;
  /** Weight times rarity. */
  readonly mass: number;
  /** The corpus's word for a misspelt one. */
  readonly corrected?: string;
}

/** Whether terms cover a word: itself, its correction, or a concept that it belongs to. */
export function isIn(terms: ReadonlySet<string>, { term, corrected, concepts }: WeighedWord): boolean {
  return terms.has(corrected ?? term) || [...concepts].some((concept) => terms.has(concept));
}

/** A document by number with what speaks for it. */
export interface Ranked {
  readonly document: number;
  /** BM25, raised or lowered by how the document's subject fits. */
  readonly score: number;
  /** The same without the subject. */
  readonly bm25: number;
  readonly features: SubjectFeatures;
}

/** What a search found, with the question as it was understood. */
export interface Ranking {
  readonly ranked: readonly Ranked[];
  readonly words: readonly WeighedWord[];
}

/** A long letter is searched by its most telling terms. */
const MAX_TERMS = 32;
const MAX_CORRECTIONS = 6;
/** From this many articles on, a word that only one of them has is as likely to be an error itself. */
const LARGE_CORPUS = 1000;
/** Documents whose subject is looked at again. */
const RERANKED = 100;

interface SearchTerm {
  readonly id: number;
  readonly weight: number;
}

/** BM25F over inverted lists. Serves one search at a time: it reuses its accumulators. */
export class Ranker {
  readonly concepts: Concepts;
  readonly #postings: Postings;
  readonly #termIds: ReadonlyMap<string, number>;
  readonly #scores: Float32Array;
  readonly #rarities: Float64Array;
  readonly #unknownRarity: number;
  readonly #subjects: Subjects;
  readonly #speller: Speller;

  constructor(articles: readonly Article[], postings: Postings, groups: readonly SynonymGroup[]) {
    this.concepts = new Concepts(groups);
    this.#postings = postings;
    this.#termIds = new Map(postings.terms.map((term, id) => [term, id]));
    this.#scores = new Float32Array(articles.length);
    const rarity = (frequency: number): number =>
      Math.log(1 + (articles.length - frequency + 0.5) / (frequency + 0.5));
    this.#rarities = Float64Array.from(postings.terms, (_, id) => rarity(this.#frequency(id)));
    this.#unknownRarity = rarity(0);
    this.#subjects = new Subjects(articles, this.concepts, (term) => this.idf(term));
    const frequency = (term: string): number => this.#frequency(this.#termIds.get(term));
    const leastSeen = articles.length >= LARGE_CORPUS ? 2 : 1;
    this.#speller = new Speller(
      postings.terms.filter((term) => !isConcept(term) && frequency(term) >= leastSeen),
      frequency,
    );
  }

  #frequency(id: number | undefined): number {
    const { offsets } = this.#postings;
    return id === undefined ? 0 : (offsets[id + 1] ?? 0) - (offsets[id] ?? 0);
  }

  /** How rare a term is in this corpus, above 0. */
  idf(term: string): number {
    const id = this.#termIds.get(term);
    return id === undefined ? this.#unknownRarity : (this.#rarities[id] ?? 0);
  }

  /** Share of the documents with a term whose subject has it, 0 to 1. */
  subjectShare(term: string): number {
    const frequency = this.#frequency(this.#termIds.get(term));
    return frequency === 0 ? 0 : this.#subjects.frequency(term) / frequency;
  }

  knows(term: string): boolean {
    return this.#termIds.has(term);
  }

  /** Whether a document holds a term in any field. */
  holds(document: number, term: string): boolean {
    const id = this.#termIds.get(term);
    if (id === undefined) return false;
    const { offsets, documents } = this.#postings;
    let low = offsets[id] ?? 0;
    let high = offsets[id + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((documents[middle] ?? 0) < document) low = middle + 1;
      else high = middle;
    }
    return low < (offsets[id + 1] ?? 0) && documents[low] === document;
  }

  /** Whether a document covers a word, as {@link isIn} does for terms. */
  covers(document: number, { term, corrected, concepts }: WeighedWord): boolean {
    return (
      this.holds(document, corrected ?? term) ||
      [...concepts].some((concept) => this.holds(document, concept))
    );
  }

  #corrections(words: readonly QueryWord[]): ReadonlyMap<string, string> {
    const unknown = words.filter(({ term, concepts }) => !this.#termIds.has(term) && concepts.size === 0);
    const out = new Map<string, string>();
    for (const { term } of unknown.slice(0, MAX_CORRECTIONS)) {
      const corrected = this.#speller.correct(term);
      if (corrected !== undefined) out.set(term, corrected);
    }
    return out;
  }

  /** The `count` best documents for a question or letter, best first. */
  rank(text: string, count: number): Ranking {
    const query = readQuery(text, this.concepts);
    const corrections = this.#corrections(query.words);
    const weights = new Map<string, number>();
    const terms: SearchTerm[] = [];
    for (const { term, weight } of query.terms) {
      const meant = corrections.get(term) ?? term;
      const id = this.#termIds.get(meant);
      weights.set(meant, Math.max(weight, weights.get(meant) ?? 0));
      if (id !== undefined) terms.push({ id, weight: weight * this.idf(meant) });
    }
    terms.sort((a, b) => b.weight - a.weight);
    const best = this.#best(terms.slice(0, MAX_TERMS), Math.max(count, RERANKED));
    return {
      ranked: this.#bySubject(best, this.#subjects.asked(query, weights)).slice(0, count),
      words: query.words.map((word) => this.#weigh(word, corrections.get(word.term))),
    };
  }

  /** A word that the corpus writes otherwise is as rare as what it means. */
  #rarityOf(term: string, concepts: ReadonlySet<string>): number {
    const meanings = [...concepts].filter((concept) => this.knows(concept));
    if (this.knows(term) || meanings.length === 0) return this.idf(term);
    return Math.max(...meanings.map((concept) => this.idf(concept)));
  }

  #weigh(word: QueryWord, corrected: string | undefined): WeighedWord {
    const rarity = this.#rarityOf(corrected ?? word.term, word.concepts);
    const weighed = { ...word, rarity, mass: word.weight * rarity };
    return corrected === undefined ? weighed : { ...weighed, corrected };
  }

  #best(terms: readonly SearchTerm[], count: number): { document: number; score: number }[] {
    const { offsets, documents, impacts } = this.#postings;
    const scores = this.#scores;
    const touched: number[] = [];
    for (const { id, weight } of terms) {
      const factor = weight / 255;
      const end = offsets[id + 1] ?? 0;
      for (let at = offsets[id] ?? 0; at < end; at += 1) {
        const document = documents[at] ?? 0;
        const before = scores[document] ?? 0;
        if (before === 0) touched.push(document);
        scores[document] = before + factor * (impacts[at] ?? 0);
      }
    }
    const best = topOf(touched, scores, count);
    for (const document of touched) scores[document] = 0;
    return best;
  }

  #bySubject(best: readonly { document: number; score: number }[], asked: AskedTerms): Ranked[] {
    const ranked = best.map(({ document, score }) => {
      const features = this.#subjects.features(document, asked);
      return { document, score: score * this.#subjects.factor(features), bm25: score, features };
    });
    return ranked.sort((a, b) => b.score - a.score || a.document - b.document);
  }
}

/** The `count` highest, by a threshold that rises: only small batches are sorted. */
function topOf(
  touched: readonly number[],
  scores: Float32Array,
  count: number,
): { document: number; score: number }[] {
  let best: { document: number; score: number }[] = [];
  let threshold = -1;
  const cut = (): void => {
    best.sort((a, b) => b.score - a.score || a.document - b.document);
    best = best.slice(0, count);
    if (best.length === count) threshold = best.at(-1)?.score ?? -1;
  };
  for (const document of touched) {
    const score = scores[document] ?? 0;
    if (score < threshold) continue;
    best.push({ document, score });
    if (best.length >= 4 * count + 64) cut();
  }
  cut();
  return best;
}
