import { chosenOptions } from "./answers.ts";
import { noneCode, unsureCode } from "./build.ts";
import type { IntakeJudgement } from "./judge.ts";
import type { IntakeAnswer, Questionnaire, Urgency } from "./kinds.ts";

/** A question and its answer in words, as a table shows them. */
export interface AnsweredRow {
  readonly item: string;
  readonly question: string;
  readonly answer: string;
  /** The local or published codes that travel. */
  readonly codes: readonly string[];
  readonly isUnsure: boolean;
}

/** How urgencies are called. */
export const urgencyWords: Readonly<Record<Urgency, string>> = {
  emergency: "Emergency",
  urgent: "Urgent: to be seen today",
  routine: "Routine: in the next days",
  "self-care": "Self-care",
};

/** The answers in words, in the order of the questions. @throws BaseError family `Decode` */
export function answeredRows(
  { items }: Questionnaire,
  answers: readonly IntakeAnswer[],
): readonly AnsweredRow[] {
  return items.flatMap((item) => {
    const answer = answers.find((given) => given.item === item.id);
    if (answer === undefined) return [];
    const base = { item: item.id, question: item.text };
    if ("value" in answer) {
      const most = item.kind === "scale" ? item.most : answer.value;
      const codes = [String(answer.value)];
      return [{ ...base, answer: `${answer.value} of ${most}`, codes, isUnsure: false }];
    }
    const chosen = item.kind === "choice" ? chosenOptions(item.options, answer.codes) : [];
    const isUnsure = answer.codes.includes(unsureCode);
    return [{ ...base, answer: chosen.map(({ text }) => text).join("; "), codes: answer.codes, isUnsure }];
  });
}

/** What the clinician reads first: the urgency, what points to it, what was asked and denied, what is open. */
export function summaryOf(
  questionnaire: Questionnaire,
  answers: readonly IntakeAnswer[],
  { urgency, reasons }: Pick<IntakeJudgement, "urgency" | "reasons">,
): string {
  const rows = answeredRows(questionnaire, answers);
  const open = questionnaire.items.filter(({ id }) => answers.every(({ item }) => item !== id));
  const isTold = (row: AnsweredRow) => !row.isUnsure && !row.codes.includes(noneCode);
  return [
    `Symptom check: ${questionnaire.title}`,
    `${urgencyWords[urgency]} (by fixed rules, not by a clinician)`,
    ...section(
      "Points to it",
      reasons.filter((reason) => reason.urgency === urgency).map(({ says }) => says),
    ),
    ...section(
      "Answers",
      rows.filter(isTold).map((row) => `${row.question} ${row.answer}`),
    ),
    ...section(
      "None of the list",
      rows.filter(({ codes }) => codes.includes(noneCode)).map(({ question }) => question),
    ),
    ...section(
      "Not sure",
      rows.filter(({ isUnsure }) => isUnsure).map(({ question }) => question),
    ),
    ...section(
      "Not asked or not answered",
      open.map(({ text }) => text),
    ),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `- ${line}`)];
}
