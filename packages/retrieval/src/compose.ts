import { BaseError, toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import type { Article } from "./article.ts";
import { checkCoverage } from "./coverage.ts";
import type { KnowledgeIndex } from "./knowledge.ts";
import { type Pick, pickSentences, textOf } from "./pick.ts";

/** One sentence of an answer, word for word as it stands in its sources. */
export interface AnswerSentence {
  readonly text: string;
  /** Indices into the answer's citations. */
  readonly citations: readonly number[];
}

/** A passage that an answer quotes. */
export interface Citation {
  readonly articleId: string;
  /** Opens with `index.passage(articleId, passageId)`. */
  readonly passageId: string;
  readonly title: string;
  /** The part of the passage, word for word, that holds every sentence cited from it. */
  readonly quote: string;
  /** The first source that the article names; empty when it names none. */
  readonly sourceName: string;
  readonly sourceUrl?: string;
  /** Hex SHA-256 of the whole passage, so that a reader who opens it sees that it is the same. */
  readonly digest: string;
  readonly clinicallyReviewed: boolean;
}

/** An answer made of quotations only. */
export interface GroundedAnswer {
  readonly kind: "answer";
  readonly sentences: readonly AnswerSentence[];
  readonly citations: readonly Citation[];
  /** The chance, 0 to 1, that the knowledge covers the question. */
  readonly relevance: number;
}

/** Why there is no answer. `off-topic`: nothing here is about this; `not-covered`: a word that matters is in no article. */
export type AbstainReason = "off-topic" | "not-covered";

/** No answer, rather than a wrong one. */
export interface Abstention {
  readonly kind: "abstain";
  readonly reason: AbstainReason;
  readonly relevance: number;
  /** The article that came nearest, to offer for reading. */
  readonly nearest?: { readonly articleId: string; readonly title: string };
}

/** How long an answer may be, and how sure it must be. */
export interface AnswerLimits {
  /** Sentences beside the one that says when to get help; 4 unless told. */
  readonly maxSentences?: number;
  /** Relevance below which there is no answer, 0 to 1; 0.5 unless told. */
  readonly minRelevance?: number;
}

/** A question to the knowledge. */
export interface AnswerRequest {
  /** A question or a whole letter, as the person wrote it. */
  readonly question: string;
  readonly index: KnowledgeIndex;
  readonly limits?: AnswerLimits;
}

const DEFAULT_SENTENCES = 4;
const DEFAULT_RELEVANCE = 0.5;
/** Offered as "nearest" only when it is likelier than this to be of use. */
const NEAREST_RELEVANCE = 0.2;
const CANDIDATES = 8;

function abstain(reason: AbstainReason, relevance: number, nearest: Article | undefined): Abstention {
  if (nearest === undefined || relevance < NEAREST_RELEVANCE) return { kind: "abstain", reason, relevance };
  return { kind: "abstain", reason, relevance, nearest: { articleId: nearest.id, title: nearest.title } };
}

function citationOf({ article, passage }: Pick, picks: readonly Pick[]): Citation {
  const [source] = article.sources;
  const spans = picks.map(({ sentence }) => sentence);
  return {
    articleId: article.id,
    passageId: passage.id,
    title: article.title,
    quote: passage.text.slice(
      Math.min(...spans.map(({ start }) => start)),
      Math.max(...spans.map(({ end }) => end)),
    ),
    sourceName: source?.name ?? "",
    ...(source?.url === undefined ? {} : { sourceUrl: source.url }),
    digest: toHex(sha256(toUtf8(passage.text))),
    clinicallyReviewed: article.clinicallyReviewed,
  };
}

function assemble(picks: readonly Pick[], relevance: number): GroundedAnswer {
  const keyOf = ({ article, passage }: Pick): string => `${article.id}#${passage.id}`;
  const byPassage = new Map<string, Pick>();
  for (const pick of picks) if (!byPassage.has(keyOf(pick))) byPassage.set(keyOf(pick), pick);
  const keys = [...byPassage.keys()];
  return {
    kind: "answer",
    sentences: picks.map((pick) => ({ text: textOf(pick), citations: [keys.indexOf(keyOf(pick))] })),
    citations: Array.from(byPassage, ([key, first]) =>
      citationOf(
        first,
        picks.filter((pick) => keyOf(pick) === key),
      ),
    ),
    relevance,
  };
}

/**
 * Answers from the knowledge or not at all: the few sentences that fit the question best, each word for word
 * from a passage and cited, closing on when to get help where the article says so. Abstains when the
 * knowledge is not about the question, or lacks a word that the question turns on (a medicine, say).
 * @throws BaseError `KB_LIMITS`
 */
export function composeAnswer({ question, index, limits = {} }: AnswerRequest): GroundedAnswer | Abstention {
  const { maxSentences = DEFAULT_SENTENCES, minRelevance = DEFAULT_RELEVANCE } = limits;
  if (!Number.isInteger(maxSentences) || maxSentences < 1 || !(minRelevance >= 0 && minRelevance <= 1)) {
    throw new BaseError(
      "Usage",
      "KB_LIMITS",
      "maxSentences is a whole number from 1, minRelevance is 0 to 1",
    );
  }
  const findings = index.find(question, CANDIDATES);
  const nearest = index.articles[findings.ranked[0]?.document ?? -1];
  if (findings.relevance < minRelevance) return abstain("off-topic", findings.relevance, nearest);
  const covering = checkCoverage(findings, index);
  const picks = pickSentences({ question, index, findings, covering, maxSentences });
  if (picks.length === 0) return abstain("not-covered", findings.relevance, nearest);
  return assemble(picks, findings.relevance);
}
