import { toUtf8 } from "@cloister/bytes";
import type { Answer, Citation } from "@cloister/contracts/answer";
import { sha256 } from "@cloister/crypto";
import type { GroundedAnswer, KnowledgeIndex, SentenceSpan } from "@cloister/retrieval";

/** A passage that an answer may cite. */
export interface Evidence {
  readonly title: string;
  readonly passage: string;
  /** Its quote is the one of the quoted answer; what is cited decides in the end. */
  readonly citation: Citation;
  /** It is about the patient who asks, and no knowledge. */
  readonly of?: "patient";
}

/** A sentence and the part of each passage that bears it out. */
export interface Grounded {
  readonly text: string;
  readonly from: readonly { readonly evidence: Evidence; readonly span: SentenceSpan }[];
}

/** The passages that an answer in quotations cites, in its order. */
export function evidenceOf(quoted: GroundedAnswer, index: KnowledgeIndex): Evidence[] {
  return quoted.citations.map((cited): Evidence => {
    const { articleId: article, passageId: passage, title, quote, sourceName, clinicallyReviewed } = cited;
    const digest = sha256(toUtf8(index.article(article)?.text ?? ""));
    const sourceUrl = cited.sourceUrl ?? "";
    return {
      title,
      passage: index.passage(article, passage)?.text ?? quote,
      citation: { article, passage, title, quote, sourceName, sourceUrl, digest, clinicallyReviewed },
    };
  });
}

/** The sentences of an answer in quotations. */
export function quotations(quoted: GroundedAnswer, evidence: readonly Evidence[]): Grounded[] {
  return quoted.sentences.map(({ text, citations }) => ({
    text,
    from: citations.flatMap((number) => {
      const one = evidence[number];
      const start = one?.passage.indexOf(text) ?? -1;
      return one === undefined || start < 0
        ? []
        : [{ evidence: one, span: { start, end: start + text.length } }];
    }),
  }));
}

/** Numbers the passages in the order in which they are cited, each with the words that bear out what cites it. */
export function citedAnswer(sentences: readonly Grounded[]): Answer {
  const used = [...new Set(sentences.flatMap(({ from }) => from.map(({ evidence }) => evidence)))];
  return {
    outcome: "grounded",
    sentences: sentences.map(({ text, from }) => ({
      text,
      citations: from.map(({ evidence }) => used.indexOf(evidence) + 1),
    })),
    citations: used.map((evidence) => citation(evidence, sentences)),
  };
}

function citation(evidence: Evidence, sentences: readonly Grounded[]): Citation {
  const from = sentences.flatMap((sentence) => sentence.from.filter((one) => one.evidence === evidence));
  const start = Math.min(...from.map(({ span }) => span.start));
  const end = Math.max(...from.map(({ span }) => span.end));
  return { ...evidence.citation, quote: evidence.passage.slice(start, end) };
}
