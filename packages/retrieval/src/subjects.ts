import type { Article } from "./article.ts";
import { type AspectName, titledAspect } from "./aspects.ts";
import { type Concepts, isConcept } from "./concepts.ts";
import { subjectOf } from "./learn.ts";
import { rankingModel } from "./model/weights.ts";
import { phraseOf, type Query } from "./query.ts";
import { words } from "./tokens.ts";

/** What an article is about, by its title. */
interface Subject {
  readonly terms: readonly string[];
  /** The stems of its words as {@link phraseOf} writes them. */
  readonly phrase: string;
  /** Concepts that the whole of it means, not a part of it. */
  readonly meanings: readonly string[];
  readonly aspect: AspectName | undefined;
}

/** How well an article's subject fits a question; each about 0 to 1. */
export interface SubjectFeatures {
  /** Share of the subject, by rarity, that the question names. */
  readonly named: number;
  /** Share of the question, by weight and rarity, that the subject takes up. */
  readonly covered: number;
  /** The article is on a part of the subject that is asked about, */
  readonly asked: number;
  /** on what the subject is, as is asked, */
  readonly definition: number;
  /** on a part that nobody asked about, */
  readonly otherPart: number;
  /** or on treatment, when the question does not say what it wants: that is what most letters want. */
  readonly treatment: number;
  /** The question has the subject's name word for word, or a synonym of it. */
  readonly whole: number;
  /** Weight of the subject's heaviest word in the question, of the question's heaviest. */
  readonly telling: number;
  /** Rarity of what is named, in rarities of an unknown word. */
  readonly specific: number;
}

/** The names of {@link SubjectFeatures} in the model's order. */
export const featureNames = [
  "named",
  "covered",
  "asked",
  "definition",
  "otherPart",
  "treatment",
  "whole",
  "telling",
  "specific",
] as const satisfies readonly (keyof SubjectFeatures)[];

/** A question as its words weigh in the corpus. */
export interface AskedTerms {
  readonly query: Query;
  /** Weight of each term that is asked for, misspelt ones as corrected. */
  readonly weights: ReadonlyMap<string, number>;
  /** Sum of weight times rarity over its words. */
  readonly mass: number;
  readonly heaviest: number;
}

/** Compares what articles are about with what is asked. */
export class Subjects {
  readonly #subjects: readonly Subject[];
  readonly #frequencies = new Map<string, number>();
  readonly #rarity: (term: string) => number;

  constructor(articles: readonly Article[], concepts: Concepts, rarity: (term: string) => number) {
    this.#subjects = articles.map(({ title }) => subject(title, concepts));
    this.#rarity = rarity;
    for (const { terms } of this.#subjects) {
      for (const term of terms) this.#frequencies.set(term, this.frequency(term) + 1);
    }
  }

  /** How many articles have a term in their subject. */
  frequency(term: string): number {
    return this.#frequencies.get(term) ?? 0;
  }

  /** Prepares a question's terms. */
  asked(query: Query, weights: ReadonlyMap<string, number>): AskedTerms {
    let mass = 0;
    let heaviest = 0;
    for (const [term, weight] of weights) {
      if (!isConcept(term)) mass += weight * this.#rarity(term);
      heaviest = Math.max(heaviest, weight);
    }
    return { query, weights, mass, heaviest };
  }

  features(document: number, { query, weights, mass, heaviest }: AskedTerms): SubjectFeatures {
    const { terms, phrase, meanings, aspect } = this.#subjects[document] ?? nothing;
    let all = 0;
    let named = 0;
    let covered = 0;
    let telling = 0;
    for (const term of terms) {
      const rarity = this.#rarity(term);
      const weight = weights.get(term);
      all += rarity;
      if (weight === undefined) continue;
      named += rarity;
      if (!isConcept(term)) covered += weight * rarity;
      telling = Math.max(telling, weight / heaviest);
    }
    const isWhole =
      (phrase !== "  " && query.stems.includes(phrase)) || meanings.some((one) => weights.has(one));
    return {
      named: all === 0 ? 0 : named / all,
      covered: mass === 0 ? 0 : covered / mass,
      ...partFeatures(aspect, query.aspects),
      whole: isWhole ? 1 : 0,
      telling,
      specific: named / this.#rarity(""),
    };
  }

  /** By how much a document's subject raises or lowers its score: a log-linear model. */
  factor(features: SubjectFeatures): number {
    return Math.exp(featureNames.reduce((sum, name) => sum + rankingModel[name] * features[name], 0));
  }
}

type PartFeatures = Pick<SubjectFeatures, "asked" | "definition" | "otherPart" | "treatment">;

function partFeatures(aspect: AspectName | undefined, asked: ReadonlyMap<AspectName, number>): PartFeatures {
  const none = { asked: 0, definition: 0, otherPart: 0, treatment: 0 };
  if (aspect === undefined) return none;
  const wanted = asked.get(aspect) ?? 0;
  if (aspect === "information") return { ...none, definition: wanted };
  let strongest = 0;
  for (const [name, weight] of asked) if (name !== "information") strongest = Math.max(strongest, weight);
  return {
    ...none,
    asked: wanted,
    otherPart: wanted === 0 ? 1 : 0,
    treatment: aspect === "treatment" ? 1 - strongest : 0,
  };
}

const nothing: Subject = { terms: [], phrase: "  ", meanings: [], aspect: undefined };

function subject(title: string, concepts: Concepts): Subject {
  const name = subjectOf(title);
  const { terms, at, wordCounts } = concepts.analyse(name);
  const wordCount = words(name).length;
  return {
    terms: [...new Set(terms)],
    phrase: phraseOf(name),
    meanings: terms.filter((term, i) => isConcept(term) && at[i] === 0 && wordCounts[i] === wordCount),
    aspect: titledAspect(title),
  };
}
