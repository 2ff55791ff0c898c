import { BaseError } from "@cloister/bytes";
import { type CborValue, encodeCbor, type FieldReader, readMap } from "@cloister/codec";

const maxSentences = 24;
const maxCitations = 24;
const maxSentenceBytes = 2000;
const maxQuoteBytes = 4000;
const outcomes = ["grounded", "abstained", "emergency", "stopped"] as const;

/** One sentence and the numbers (from 1) of the citations that carry it. */
export interface AnswerSentence {
  readonly text: string;
  readonly citations: readonly number[];
}

/** Where a sentence comes from. The digest lets a reader hold the source against what was cited. */
export interface Citation {
  readonly article: string;
  readonly passage: string;
  readonly title: string;
  /** The passage's words, so that a citation opens without asking anybody. */
  readonly quote: string;
  readonly sourceName: string;
  readonly sourceUrl: string;
  /** SHA-256 of the article's text, 32 bytes. */
  readonly digest: Uint8Array;
  readonly clinicallyReviewed: boolean;
}

/**
 * `grounded`: each sentence is cited. `abstained`: the knowledge does not cover it; a person is offered.
 * `emergency`: the red-flag check spoke before anything else. `stopped`: the asker wanted no more; what had been
 * said by then is there, each sentence cited.
 */
export interface Answer {
  readonly outcome: (typeof outcomes)[number];
  readonly sentences: readonly AnswerSentence[];
  readonly citations: readonly Citation[];
}

/** The answer as a CBOR map; its deterministic encoding is what a receipt's digest covers. */
export function answerToCbor(answer: Answer): CborValue {
  return {
    outcome: answer.outcome,
    sentences: answer.sentences.map((sentence) => ({
      text: sentence.text,
      citations: [...sentence.citations],
    })),
    citations: answer.citations.map((citation) => ({ ...citation })),
  };
}

/** Deterministic bytes of an answer, the input of the receipt's answer digest. */
export function encodeAnswer(answer: Answer): Uint8Array<ArrayBuffer> {
  return encodeCbor(answerToCbor(answer));
}

/** Reads an answer's fields from inside a content map. @throws BaseError family `Decode` */
export function readAnswer(map: FieldReader): Answer {
  const citations = map.list("citations", readCitation, { maxCount: maxCitations });
  return {
    outcome: map.oneOf("outcome", outcomes),
    sentences: map.list("sentences", (item) => readSentence(item, citations.length), {
      maxCount: maxSentences,
    }),
    citations,
  };
}

function readSentence(item: CborValue, citationsCount: number): AnswerSentence {
  const map = readMap(item);
  const sentence = {
    text: map.text("text", { maxBytes: maxSentenceBytes }),
    citations: map.list("citations", (number) => readCitationNumber(number, citationsCount), {
      maxCount: maxCitations,
    }),
  };
  map.end();
  return sentence;
}

function readCitationNumber(item: CborValue, citationsCount: number): number {
  const number = readMap({ number: item }).uint("number", { max: citationsCount });
  if (number === 0) throw new BaseError("Decode", "CITATION_NUMBER", "citations are numbered from 1");
  return number;
}

function readCitation(item: CborValue): Citation {
  const map = readMap(item);
  const citation: Citation = {
    article: map.text("article", { maxBytes: 200 }),
    passage: map.text("passage", { maxBytes: 200 }),
    title: map.text("title", { maxBytes: 300 }),
    quote: map.text("quote", { maxBytes: maxQuoteBytes }),
    sourceName: map.text("sourceName", { maxBytes: 300 }),
    sourceUrl: map.text("sourceUrl", { maxBytes: 500 }),
    digest: map.bytes("digest", { length: 32 }),
    clinicallyReviewed: map.bool("clinicallyReviewed"),
  };
  map.end();
  return citation;
}
