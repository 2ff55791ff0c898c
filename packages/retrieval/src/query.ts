import { type Concepts, isConcept } from "./concepts.ts";
import { stemOf } from "./tokens.ts";
import { weakWords } from "./words.ts";

/** One term to look for, and how much the person's text is about it. */
interface QueryTerm {
  readonly term: string;
  readonly weight: number;
}

/** A word of the question that an answer must cover: by itself, or by a concept that it is part of. */
export interface QueryWord extends QueryTerm {
  readonly concepts: ReadonlySet<string>;
}

/** What a person's text asks for. */
export interface Query {
  /** Words and concepts to search by. */
  readonly terms: readonly QueryTerm[];
  /** Words to be covered; small talk is not among them. */
  readonly words: readonly QueryWord[];
}

/** What weighs how much in a person's text; tuned on letters and their summaries (README). */
const weights = { question: 1.5, subjectLine: 2, weak: 0.15, concept: 0.4, saturation: 1.5 };

const weakStems: ReadonlySet<string> = new Set([...weakWords].map(stemOf));

/** A text is read to here only: 20,000 characters are ten letters. */
const MAX_QUERY_LENGTH = 20_000;

const QUESTION =
  /\?\s*$|^\W*(?:what|which|how|when|where|why|who|is|are|can|could|should|does|do|will|would)\b/i;
const SENTENCE_END = /(?<=[.!?])\s+|\n+|\s(?=MESSAGE:)/;
const SUBJECT_LINE = /^\s*(?:subject|re)\s*:/i;
const LABEL = /^\s*(?:subject|message|re|question)\s*:/i;

function sentenceWeight(sentence: string): number {
  if (SUBJECT_LINE.test(sentence)) return weights.subjectLine;
  return QUESTION.test(sentence) ? weights.question : 1;
}

/** Whether a stem is small talk or a bare number rather than subject. */
function isWeak(term: string): boolean {
  return weakStems.has(term) || /^\d+$/.test(term);
}

interface Word {
  weight: number;
  readonly concepts: Set<string>;
}

/**
 * Reads a question or a whole letter: questions count more than the story around them, small talk counts
 * little, repetition saturates.
 */
export function readQuery(text: string, concepts: Concepts): Query {
  const sums = new Map<string, number>();
  const words = new Map<string, Word>();
  for (const sentence of text.slice(0, MAX_QUERY_LENGTH).split(SENTENCE_END)) {
    const weight = sentenceWeight(sentence);
    const { terms, at, wordCounts } = concepts.analyse(sentence.replace(LABEL, ""));
    const wordAt = new Map<number, Word>();
    for (const [i, term] of terms.entries()) {
      const factor = isConcept(term) ? weights.concept : isWeak(term) ? weights.weak : 1;
      sums.set(term, (sums.get(term) ?? 0) + weight * factor);
      if (isConcept(term) || isWeak(term)) continue;
      const word = words.get(term) ?? { weight: 0, concepts: new Set() };
      word.weight += weight;
      words.set(term, word);
      wordAt.set(at[i] ?? 0, word);
    }
    for (const [i, term] of terms.entries()) {
      if (!isConcept(term)) continue;
      const start = at[i] ?? 0;
      for (let w = start; w < start + (wordCounts[i] ?? 1); w += 1) wordAt.get(w)?.concepts.add(term);
    }
  }
  const saturated = (sum: number): number => ((weights.saturation + 1) * sum) / (weights.saturation + sum);
  return {
    terms: [...sums].map(([term, sum]) => ({ term, weight: saturated(sum) })),
    words: [...words].map(([term, word]) => ({
      term,
      weight: saturated(word.weight),
      concepts: word.concepts,
    })),
  };
}
