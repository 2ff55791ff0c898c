import { type AspectName, askedAspects } from "./aspects.ts";
import { type Concepts, isConcept } from "./concepts.ts";
import { stemmed, stemOf } from "./tokens.ts";
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
  /** Which parts of its subject it asks about, each from 0 to 1. */
  readonly aspects: ReadonlyMap<AspectName, number>;
  /** The stems of its words in order, one space before and after each, to find phrases in. */
  readonly stems: string;
}

/** What weighs how much in a person's text; tuned on letters and their summaries (README). */
const weights = {
  question: 1.5,
  subjectLine: 2,
  weak: 0.15,
  weakInConcept: 0.5,
  concept: 0.4,
  saturation: 1.5,
};

const weakStems: ReadonlySet<string> = new Set([...weakWords].map(stemOf));

/** A text is read to here only: 20,000 characters are ten letters. */
const MAX_QUERY_LENGTH = 20_000;

const QUESTION =
  /\?\s*$|^\W*(?:what|which|how|when|where|why|who|is|are|can|could|should|does|do|will|would)\b/i;
const WISH =
  /\b(?:question|wonder\w*|want to know|need to know|like to know|looking for|information|info|advise|advice|suggest|help|tell me|please|let me know|interested in|find out)\b/i;
const SENTENCE_END = /(?<=[.!?])\s+|\n+|\s(?=MESSAGE:)/;
const SUBJECT_LINE = /^\s*(?:subject|re)\s*:/i;
const LABEL = /^\s*(?:subject|message|re|question)\s*:/i;

interface Sentence {
  readonly text: string;
  readonly asks: boolean;
  readonly weight: number;
}

function sentencesOf(text: string): Sentence[] {
  return text
    .slice(0, MAX_QUERY_LENGTH)
    .split(SENTENCE_END)
    .map((sentence) => {
      const isSubject = SUBJECT_LINE.test(sentence);
      const isQuestion = QUESTION.test(sentence);
      return {
        text: sentence.replace(LABEL, ""),
        asks: isSubject || isQuestion || WISH.test(sentence),
        weight: isSubject ? weights.subjectLine : isQuestion ? weights.question : 1,
      };
    });
}

/** Whether a stem is small talk or a bare number rather than subject. */
function isWeak(term: string): boolean {
  return weakStems.has(term) || /^\d+$/.test(term);
}

interface Word {
  weight: number;
  readonly concepts: Set<string>;
}

function saturated(sum: number): number {
  return ((weights.saturation + 1) * sum) / (weights.saturation + sum);
}

/**
 * Reads a question or a whole letter: questions count more than the story around them, small talk counts
 * little, repetition saturates.
 */
export function readQuery(text: string, concepts: Concepts): Query {
  const sums = new Map<string, number>();
  const words = new Map<string, Word>();
  const sentences = sentencesOf(text);
  for (const { text: sentence, weight } of sentences) {
    const { terms, at, wordCounts } = concepts.analyse(sentence);
    const conceptsAt = new Map<number, string[]>();
    for (const [i, term] of terms.entries()) {
      const factor = isConcept(term) ? weights.concept : isWeak(term) ? weights.weak : 1;
      sums.set(term, (sums.get(term) ?? 0) + weight * factor);
      if (!isConcept(term)) continue;
      const start = at[i] ?? 0;
      for (let w = start; w < start + (wordCounts[i] ?? 1); w += 1)
        conceptsAt.set(w, [...(conceptsAt.get(w) ?? []), term]);
    }
    for (const [i, term] of terms.entries()) {
      const means = conceptsAt.get(at[i] ?? 0) ?? [];
      if (isConcept(term) || (isWeak(term) && means.length === 0)) continue;
      const word = words.get(term) ?? { weight: 0, concepts: new Set() };
      word.weight += isWeak(term) ? weight * weights.weakInConcept : weight;
      for (const concept of means) word.concepts.add(concept);
      words.set(term, word);
    }
  }
  return {
    terms: [...sums].map(([term, sum]) => ({ term, weight: saturated(sum) })),
    words: [...words].map(([term, word]) => ({
      term,
      weight: saturated(word.weight),
      concepts: word.concepts,
    })),
    aspects: askedAspects(sentences),
    stems: phraseOf(sentences.map((sentence) => sentence.text).join(" ")),
  };
}

/** The stems of a text that are not stop words, one space before and after each. */
export function phraseOf(text: string): string {
  return ` ${stemmed(text)
    .filter((stem) => stem !== "")
    .join(" ")} `;
}
