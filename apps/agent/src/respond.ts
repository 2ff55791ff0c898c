import { toUtf8 } from "@cloister/bytes";
import type { Answer, AnswerSentence, Citation } from "@cloister/contracts/answer";
import { sha256 } from "@cloister/crypto";
import {
  type Abstention,
  composeAnswer,
  type GroundedAnswer,
  type KnowledgeIndex,
} from "@cloister/retrieval";
import { checkRedFlags, regionOf } from "@cloister/safety";

/** What the assistant answers from. */
export interface Resources {
  readonly index: KnowledgeIndex;
  /** ISO 3166-1 alpha-2: which emergency numbers to give. */
  readonly country: string;
}

/** Red flags first, then the knowledge, or else an honest "I do not know". Never a diagnosis of its own. */
export function respond(question: string, { index, country }: Resources): Answer {
  const flags = checkRedFlags(question, { region: regionOf(country) });
  if (flags.emergency) {
    return { outcome: "emergency", sentences: uncited([flags.advice ?? ""]), citations: [] };
  }
  const composed = composeAnswer({ question, index });
  return composed.kind === "answer" ? grounded(composed, index) : abstained(composed);
}

/** Names the nearest article where there is one, without passing it off as an answer. */
function abstained({ nearest }: Abstention): Answer {
  const hint = nearest && `The nearest article I have is “${nearest.title}”; it may not fit your question.`;
  const sentences = [
    "I do not know: the knowledge I have been given does not cover this well enough to answer.",
    ...(hint === undefined ? [] : [hint]),
    "Please ask a person in this conversation; your clinician can see your question.",
  ];
  return { outcome: "abstained", sentences: uncited(sentences), citations: [] };
}

function uncited(texts: readonly string[]): AnswerSentence[] {
  return texts.map((text) => ({ text, citations: [] }));
}

function grounded(composed: GroundedAnswer, index: KnowledgeIndex): Answer {
  return {
    outcome: "grounded",
    // Retrieval counts citations from 0, people from 1.
    sentences: composed.sentences.map(({ text, citations }) => ({
      text,
      citations: citations.map((n) => n + 1),
    })),
    citations: composed.citations.map(
      (citation): Citation => ({
        article: citation.articleId,
        passage: citation.passageId,
        title: citation.title,
        quote: citation.quote,
        sourceName: citation.sourceName,
        sourceUrl: citation.sourceUrl ?? "",
        digest: sha256(toUtf8(index.article(citation.articleId)?.text ?? "")),
        clinicallyReviewed: citation.clinicallyReviewed,
      }),
    ),
  };
}
