import type { Model } from "@cloister/answering";
import type { Answer } from "@cloister/contracts/answer";
import { checkSupport, type KnowledgeIndex } from "@cloister/retrieval";
import { respond } from "../src/respond.ts";

/** What became of many questions. */
export interface Grounding {
  readonly groundedCount: number;
  readonly abstainedCount: number;
  readonly emergencyCount: number;
  /** Answers with at least one sentence in a model's own words. */
  readonly wordedCount: number;
  /** Questions whose answer has a sentence that nothing cited bears out. There must be none. */
  readonly unfounded: readonly string[];
}

/** Asks every question, and holds each sentence of each answer against the passages that it cites. */
export async function ground(
  questions: readonly string[],
  index: KnowledgeIndex,
  model?: Model,
): Promise<Grounding> {
  const outcomes: Answer["outcome"][] = [];
  const unfounded: string[] = [];
  let wordedCount = 0;
  for (const [i, question] of questions.entries()) {
    const scope = { tenant: "eval", patient: "eval", session: `${i}` };
    const turn = { question, scope, signal: new AbortController().signal, write: () => undefined };
    const { answer } = await respond(turn, { index, country: "US", ...(model && { model }) });
    outcomes.push(answer.outcome);
    if (answer.outcome !== "grounded") continue;
    if (!isFounded(answer, index)) unfounded.push(question);
    if (answer.sentences.some(({ text }) => !answer.citations.some(({ quote }) => quote.includes(text)))) {
      wordedCount += 1;
    }
  }
  const count = (wanted: Answer["outcome"]): number => outcomes.filter((one) => one === wanted).length;
  return {
    groundedCount: count("grounded"),
    abstainedCount: count("abstained"),
    emergencyCount: count("emergency"),
    wordedCount,
    unfounded,
  };
}

/** Each sentence cites a passage that is there, quoted as it stands, and stands in it or is borne out by it. */
function isFounded({ sentences, citations }: Answer, index: KnowledgeIndex): boolean {
  return (
    sentences.length > 0 &&
    sentences.every(({ text, citations: numbers }) =>
      numbers.some((number) => {
        const cited = citations[number - 1];
        const passage = cited && index.passage(cited.article, cited.passage)?.text;
        if (cited === undefined || passage === undefined || !passage.includes(cited.quote)) return false;
        const { title } = cited;
        return passage.includes(text) || checkSupport({ claim: text, passage, title }).supported;
      }),
    )
  );
}
