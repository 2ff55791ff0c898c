import { BaseError } from "@cloister/bytes";
import type { Article } from "./article.ts";
import type { Hit, KnowledgeIndex, SearchResult } from "./knowledge.ts";
import { splitPassages } from "./passages.ts";
import type { VectorStore } from "./vectors.ts";

/** The port to a model that turns texts into vectors, alike for texts that mean the same. */
export interface Embedder {
  /** Names the weights, for receipts: a hex digest, or a name and version. */
  readonly name: string;
  readonly dimensions: number;
  /**
   * One vector for each text, in order. Some models want questions and passages marked differently.
   * @throws BaseError `EMBEDDER_UNAVAILABLE`
   */
  embed(texts: readonly string[], role: "question" | "passage"): Promise<readonly Float32Array[]>;
}

/** Places by several searches, joined. */
export interface Fused {
  readonly id: string;
  readonly score: number;
}

/** Dampens the first places; the value of the paper. */
const DAMPING = 60;

/**
 * Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): each list gives 1 / (60 + place), times its
 * weight; one of no weight counts as none. Needs no scores that compare.
 */
export function fuseRanks(lists: readonly { ids: readonly string[]; weight: number }[]): Fused[] {
  const scores = new Map<string, number>();
  for (const { ids, weight } of lists) {
    if (weight === 0) continue;
    for (const [place, id] of [...new Set(ids)].entries())
      scores.set(id, (scores.get(id) ?? 0) + weight / (DAMPING + place + 1));
  }
  return Array.from(scores, ([id, score]) => ({ id, score })).sort(
    (a, b) => b.score - a.score || (a.id < b.id ? -1 : 1),
  );
}

/** What a search by words and by meaning needs. */
export interface HybridParts {
  readonly index: KnowledgeIndex;
  readonly embedder: Embedder;
  readonly store: VectorStore;
  /** How much a place by meaning counts, against 1 for one by words; 0.5 unless told. */
  readonly denseWeight?: number;
}

/** Texts embedded at once. */
const BATCH = 64;
const DEPTH = 100;
const MAX_PASSAGE_LENGTH = 2000;
/** Words name conditions and medicines exactly; meaning helps where a letter uses other words. */
const DENSE_WEIGHT = 0.5;

/** A passage as it is embedded: under its title, or it would not say what it is about. */
function passagesOf(article: Article): { id: string; text: string }[] {
  return splitPassages(article).map(({ id, heading, text }) => ({
    id: `${article.id}#${id}`,
    text: [article.title, heading, text]
      .filter((part) => part !== undefined)
      .join("\n")
      .slice(0, MAX_PASSAGE_LENGTH),
  }));
}

/** Searches by words and by meaning, and joins both by their places. */
export class HybridSearch {
  readonly #index: KnowledgeIndex;
  readonly #embedder: Embedder;
  readonly #store: VectorStore;
  readonly #denseWeight: number;

  /** @throws BaseError `EMBEDDER_DIMENSIONS` when the store was made for another model */
  constructor({ index, embedder, store, denseWeight = DENSE_WEIGHT }: HybridParts) {
    if (embedder.dimensions !== store.dimensions) {
      throw new BaseError(
        "Usage",
        "EMBEDDER_DIMENSIONS",
        `the model gives ${embedder.dimensions} dimensions, the store has ${store.dimensions}; fill a new store`,
      );
    }
    this.#index = index;
    this.#embedder = embedder;
    this.#store = store;
    this.#denseWeight = denseWeight;
  }

  /** Embeds every passage of the knowledge into the store, labelled with its article's topics. */
  async fill(): Promise<void> {
    const passages = this.#index.articles.flatMap((article) =>
      passagesOf(article).map(({ id, text }) => ({ id, text, labels: article.topics })),
    );
    for (let at = 0; at < passages.length; at += BATCH) {
      const batch = passages.slice(at, at + BATCH);
      const vectors = await this.#embed(
        batch.map(({ text }) => text),
        "passage",
      );
      await this.#store.put(
        batch.map(({ id, labels }, i) => ({ id, labels, vector: vectors[i] ?? new Float32Array(0) })),
      );
    }
  }

  async #embed(texts: readonly string[], role: "question" | "passage"): Promise<readonly Float32Array[]> {
    const vectors = await this.#embedder.embed(texts, role);
    if (vectors.length !== texts.length)
      throw new BaseError("Usage", "EMBEDDER_DIMENSIONS", "the model must give one vector for each text");
    return vectors;
  }

  /**
   * The best articles by both. Whether the knowledge covers the question stays for the words to judge: vectors
   * are near to something always.
   * @throws BaseError `KB_COUNT`, `EMBEDDER_UNAVAILABLE`
   */
  async search(text: string, count = 10): Promise<SearchResult> {
    const { hits, relevance } = this.#index.search(text, Math.max(count, DEPTH));
    if (text.trim() === "") return { hits: hits.slice(0, count), relevance };
    const [vector = new Float32Array(0)] = await this.#embed([text.slice(0, MAX_PASSAGE_LENGTH)], "question");
    const near = await this.#store.nearest({ vector, count: DEPTH });
    const fused = fuseRanks([
      { ids: hits.map(({ article }) => article.id), weight: 1 },
      { ids: near.map(({ id }) => id.slice(0, id.lastIndexOf("#"))), weight: this.#denseWeight },
    ]);
    const best = fused[0]?.score ?? 1;
    const joined = fused.flatMap(({ id, score }): Hit[] => {
      const article = this.#index.article(id);
      return article === undefined ? [] : [{ article, score: relevance * (score / best) }];
    });
    return { hits: joined.slice(0, count), relevance };
  }
}
