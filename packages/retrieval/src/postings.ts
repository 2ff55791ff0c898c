import type { Article } from "./article.ts";
import { Concepts, type SynonymGroup } from "./concepts.ts";

/**
 * Inverted lists. Term `t` occurs in the documents `documents[offsets[t] … offsets[t + 1])`, each with how
 * strongly it speaks for the document: the BM25F saturation in 1/255.
 */
export interface Postings {
  readonly terms: readonly string[];
  readonly offsets: Uint32Array;
  readonly documents: Uint32Array;
  readonly impacts: Uint8Array;
}

/** What an occurrence in each field counts (BM25F; Robertson, Zaragoza and Taylor, 2004). */
const weights = { title: 6, names: 4, heading: 2, body: 1 };
/** Saturation and length normalisation of BM25. */
const bm25 = { k1: 2.5, b: 0.6 };

type Counts = Map<string, number>;

function count(counts: Counts, terms: readonly string[], weight: number): number {
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + weight);
  return terms.length * weight;
}

function countArticle(article: Article, concepts: Concepts): { counts: Counts; length: number } {
  const counts: Counts = new Map();
  const terms = (text: string): readonly string[] => concepts.analyse(text).terms;
  let length = count(counts, terms(article.title), weights.title);
  length += count(counts, terms([...article.synonyms, ...article.topics].join("\n")), weights.names);
  length += count(counts, terms((article.text.match(/^#+ .+$/gm) ?? []).join("\n")), weights.heading);
  length += count(counts, terms(article.text), weights.body);
  return { counts, length };
}

/** Counts every article and inverts the counts. */
export function invert(articles: readonly Article[], groups: readonly SynonymGroup[]): Postings {
  const concepts = new Concepts(groups);
  const ids = new Map<string, number>();
  const frequencies: number[] = [];
  const counted = articles.map((article) => {
    const { counts, length } = countArticle(article, concepts);
    for (const term of counts.keys()) {
      const id = ids.get(term) ?? ids.size;
      ids.set(term, id);
      frequencies[id] = (frequencies[id] ?? 0) + 1;
    }
    return { counts, length };
  });
  const meanLength = counted.reduce((sum, { length }) => sum + length, 0) / Math.max(1, counted.length);
  const offsets = new Uint32Array(ids.size + 1);
  for (let t = 0; t < ids.size; t += 1) offsets[t + 1] = (offsets[t] ?? 0) + (frequencies[t] ?? 0);
  const next = offsets.slice();
  const documents = new Uint32Array(offsets.at(-1) ?? 0);
  const impacts = new Uint8Array(documents.length);
  for (const [document, { counts, length }] of counted.entries()) {
    const norm = bm25.k1 * (1 - bm25.b + (bm25.b * length) / meanLength);
    for (const [term, weighted] of counts) {
      const t = ids.get(term) ?? 0;
      const at = next[t] ?? 0;
      next[t] = at + 1;
      documents[at] = document;
      impacts[at] = Math.max(1, Math.round((255 * weighted) / (weighted + norm)));
    }
  }
  return { terms: [...ids.keys()], offsets, documents, impacts };
}
