import {
  type CitedSentence,
  citedSentences,
  type Model,
  type ModelRequest,
  type StopSignal,
} from "@cloister/answering";
import { checkSupport } from "@cloister/retrieval";
import { checkReply } from "@cloister/safety";
import type { Evidence, Grounded } from "./cite.ts";

const policy = `You explain health information to a patient in plain, calm words.
Use only what the passages say. Write at most four short sentences. End each sentence with the number of the passage that it is from, in brackets, like this: Drink water often [1].
Give no diagnosis and no dose, tell nobody to start, change or stop a medicine, and add nothing of your own.`;
const maxTokensCount = 256;
const temperature = 0.1;
/** Beside the one that says when to get help. */
const maxSentencesCount = 5;
/** A model that fails this often, or says again what it said, is asked no further. */
const maxFailuresCount = 4;

/** What an answer is drafted from. */
export interface DraftRequest {
  readonly question: string;
  readonly scope: ModelRequest["scope"];
  readonly evidence: readonly Evidence[];
  /** The answer in quotations: what stands in where the draft fails. */
  readonly quoted: readonly Grounded[];
  readonly model: Model;
}

/**
 * Has a model draft an answer, and lets through only what a passage bears out and the medical policy allows:
 * each sentence alone, before anybody sees it. One that fails gives way to a quotation from the passage it
 * cites; one that cites nothing is given the passages that bear it out. Without a sentence of the model's left,
 * the answer is the quoted one.
 * @param write is told all that was let through, after each sentence
 * @throws BaseError as the model does
 */
export async function draft(
  request: DraftRequest,
  signal: StopSignal,
  write: (sentences: readonly Grounded[]) => void,
): Promise<readonly Grounded[]> {
  const { quoted, evidence, model } = request;
  const said: Grounded[] = [];
  const drafted = new Set<string>();
  let hasDrafted = false;
  let failuresCount = 0;
  const isNew = ({ text }: Grounded) => !said.some((other) => wordsOf(other.text) === wordsOf(text));
  const events = model.generate(requestOf(request), signal);
  for await (const sentence of citedSentences(events, evidence.length)) {
    if (drafted.has(wordsOf(sentence.text))) break;
    drafted.add(wordsOf(sentence.text));
    const own = borneOut(sentence, evidence);
    if (own === undefined) failuresCount += 1;
    const instead = quoted.find((one) => isNew(one) && cites(one, evidence, sentence));
    const next = own && isNew(own) ? own : instead;
    if (next !== undefined) {
      hasDrafted ||= next === own;
      said.push(next);
      write(said);
    }
    if (said.length >= maxSentencesCount || failuresCount >= maxFailuresCount) break;
  }
  if (signal.aborted) return said;
  return hasDrafted ? withHelp(said, quoted) : quoted;
}

function requestOf({ question, scope, evidence }: DraftRequest): ModelRequest {
  return {
    scope,
    policy,
    passages: evidence.map(({ title, passage, citation, of }) => ({
      id: `${citation.article}#${citation.passage}`,
      text: `${title}\n${passage}`,
      ...(of && { of }),
    })),
    turns: [{ from: "patient", text: question }],
    maxTokensCount,
    temperature,
    seed: 1,
  };
}

/** A sentence with what bears it out of what it cites, or undefined when it may not be said. */
function borneOut({ text, citations }: CitedSentence, evidence: readonly Evidence[]): Grounded | undefined {
  if (!checkReply(text).ok) return undefined;
  const cited = citations.flatMap((number) => evidence[number - 1] ?? []);
  const from = (cited.length > 0 ? cited : evidence).flatMap((one) => {
    const support = checkSupport({ claim: text, passage: one.passage, title: one.title });
    return support.supported ? [{ evidence: one, span: support.from }] : [];
  });
  return from.length === 0 ? undefined : { text, from };
}

function cites({ from }: Grounded, evidence: readonly Evidence[], { citations }: CitedSentence): boolean {
  return from.some((one) => citations.includes(evidence.indexOf(one.evidence) + 1));
}

/** Closes, as a quoted answer does, on when to get help. */
function withHelp(said: readonly Grounded[], quoted: readonly Grounded[]): readonly Grounded[] {
  const last = quoted.at(-1);
  const passagesOf = ({ from }: Grounded) => from.map(({ evidence }) => evidence);
  const isThere =
    last === undefined || said.some((one) => passagesOf(one).some((at) => passagesOf(last).includes(at)));
  return isThere ? said : [...said, last];
}

function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
