import type { Model, ModelRequest, StopSignal } from "@cloister/answering";
import { isBaseError } from "@cloister/bytes";
import type { Answer, AnswerSentence } from "@cloister/contracts/answer";
import { type Abstention, composeAnswer, type KnowledgeIndex } from "@cloister/retrieval";
import type { PatientPassage } from "@cloister/retrieval/patient";
import { checkRedFlags, regionOf } from "@cloister/safety";
import { citedAnswer, evidenceOf, quotations } from "./cite.ts";
import { draft } from "./draft.ts";
import { quoteRecord } from "./record.ts";

/** What the assistant answers from. */
export interface Resources {
  readonly index: KnowledgeIndex;
  /** ISO 3166-1 alpha-2: which emergency numbers to give. */
  readonly country: string;
  /** Words the answer, where there is one. */
  readonly model?: Model;
}

/** One question while it is answered. */
export interface Turn {
  readonly question: string;
  /** Whose it is: parts the model's caches and counts its limits. */
  readonly scope: ModelRequest["scope"];
  /** What may be used of the asker's own record; what is of anybody else is refused. */
  readonly record?: readonly PatientPassage[];
  /** The asker wants no more. */
  readonly signal: StopSignal;
  /** Is told all sentences so far when a model begins, and after each that was let through. */
  readonly write: (sentences: readonly AnswerSentence[]) => void;
}

/** An answer, and whether a model was asked for it. */
export interface Response {
  readonly answer: Answer;
  readonly asked: boolean;
  /** Code of the error for which the model's words are not in it. */
  readonly failed?: string;
}

/**
 * Red flags first, then the asker's record and the knowledge, or else an honest "I do not know". Where there is a model it words the
 * answer, sentence by sentence against what is cited; without one, or when it fails, the answer is quoted.
 */
export async function respond(turn: Turn, { index, country, model }: Resources): Promise<Response> {
  const { question, scope, record = [], signal, write } = turn;
  const flags = checkRedFlags(question, { region: regionOf(country) });
  if (flags.emergency) {
    return without({ outcome: "emergency", sentences: uncited([flags.advice ?? ""]), citations: [] });
  }
  const composed = composeAnswer({ question, index });
  const own = quoteRecord({ question, patient: scope.patient, passages: record });
  if (composed.kind === "abstain") return without(own.length > 0 ? citedAnswer(own) : abstained(composed));
  const known = evidenceOf(composed, index);
  const quoted = quotations(composed, known);
  if (model === undefined) return without(citedAnswer([...own, ...quoted]));
  const evidence = [...known, ...new Set(own.flatMap(({ from }) => from.map((one) => one.evidence)))];
  write([]);
  try {
    const said = await draft({ question, scope, evidence, quoted, model }, signal, (sentences) =>
      write(citedAnswer([...own, ...sentences]).sentences),
    );
    const answer = citedAnswer([...own, ...said]);
    return { answer: signal.aborted ? { ...answer, outcome: "stopped" } : answer, asked: true };
  } catch (error) {
    if (!isBaseError(error)) throw error;
    return { answer: citedAnswer([...own, ...quoted]), asked: true, failed: error.code };
  }
}

function without(answer: Answer): Response {
  return { answer, asked: false };
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
