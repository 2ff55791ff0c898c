import { hasClinicalShape, isMedical } from "./clinical.ts";
import { relevanceModel } from "./model/weights.ts";
import type { Ranker, Ranking, WeighedWord } from "./ranker.ts";

/** What speaks for or against the corpus having an answer. */
export interface Evidence {
  /** How strongly the best document matches: ln(1 + BM25 / rarity of an unknown word). */
  readonly strength: number;
  /** Share of the best document's subject that the question names, 0 to 1. */
  readonly subject: number;
  /** ln(1 + words that belong to medicine). */
  readonly medical: number;
  /** Share of what was asked that looks like the name of a medicine or a condition, 0 to 1. */
  readonly shaped: number;
  /** How much the words asked are words that this corpus has articles on rather than mentions, 0 to 1. */
  readonly affinity: number;
  /** How rare the words asked are here, 0 to 1. */
  readonly rarity: number;
}

/** The names of {@link Evidence} in the model's order. */
export const evidenceNames = [
  "strength",
  "subject",
  "medical",
  "shaped",
  "affinity",
  "rarity",
] as const satisfies readonly (keyof Evidence)[];

function meanOf(
  words: readonly WeighedWord[],
  weightOf: (word: WeighedWord) => number,
  valueOf: (word: WeighedWord) => number,
): number {
  let sum = 0;
  let total = 0;
  for (const word of words) {
    sum += weightOf(word) * valueOf(word);
    total += weightOf(word);
  }
  return total === 0 ? 0 : sum / total;
}

/** What a search says about the question; nothing when it found nothing or the question is small talk. */
export function evidenceOf({ ranked, words }: Ranking, ranker: Ranker): Evidence | undefined {
  const [best] = ranked;
  if (best === undefined || words.length === 0) return undefined;
  const unknown = ranker.idf("");
  const mass = (word: WeighedWord): number => word.mass;
  return {
    strength: Math.log(1 + best.bm25 / unknown),
    subject: best.features.named,
    medical: Math.log(1 + words.filter(isMedical).length),
    shaped: meanOf(words, mass, ({ term }) => (hasClinicalShape(term) ? 1 : 0)),
    affinity: meanOf(words, mass, ({ term, corrected, concepts }) =>
      Math.max(...[corrected ?? term, ...concepts].map((one) => ranker.subjectShare(one))),
    ),
    rarity: meanOf(
      words,
      ({ weight }) => weight,
      (word) => word.rarity / unknown,
    ),
  };
}

/** The chance, 0 to 1, that the corpus covers a question: a logistic model. */
export function relevanceOf(evidence: Evidence | undefined): number {
  if (evidence === undefined) return 0;
  const { bias, weights } = relevanceModel;
  return 1 / (1 + Math.exp(-evidenceNames.reduce((sum, name) => sum + weights[name] * evidence[name], bias)));
}
