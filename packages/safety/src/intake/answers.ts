import { BaseError } from "@cloister/bytes";
import type { IntakeAnswer, Item, Option, Questionnaire } from "./kinds.ts";

function fail(code: string, message: string): never {
  throw new BaseError("Decode", code, message);
}

/** The answer to a question, if there is one. */
export function answerTo(answers: readonly IntakeAnswer[], item: string): IntakeAnswer | undefined {
  return answers.find((answer) => answer.item === item);
}

/** Whether one of these codes is among the answer to a question. */
export function hasCode(
  answers: readonly IntakeAnswer[],
  { item, codes }: { readonly item: string; readonly codes: readonly string[] },
): boolean {
  const answer = answerTo(answers, item);
  return answer !== undefined && "codes" in answer && answer.codes.some((code) => codes.includes(code));
}

/** The questions to ask, given the answers so far: FHIR `enableWhen`. */
export function enabledItems({ items }: Questionnaire, answers: readonly IntakeAnswer[]): readonly Item[] {
  return items.filter(({ when }) => when === undefined || hasCode(answers, when));
}

/** Whether every question that is asked has an answer. */
export function isComplete(questionnaire: Questionnaire, answers: readonly IntakeAnswer[]): boolean {
  return enabledItems(questionnaire, answers).every(({ id }) => answerTo(answers, id) !== undefined);
}

/** Answers an item anew, and drops the answers to questions that are not asked any more. */
export function withAnswer(
  questionnaire: Questionnaire,
  answers: readonly IntakeAnswer[],
  answer: IntakeAnswer,
): readonly IntakeAnswer[] {
  const changed = [...answers.filter(({ item }) => item !== answer.item), answer];
  const asked = enabledItems(questionnaire, changed);
  return asked.flatMap(({ id }) => answerTo(changed, id) ?? []);
}

/** The options that an answer names. @throws BaseError `INTAKE_CODE` */
export function chosenOptions(options: readonly Option[], codes: readonly string[]): readonly Option[] {
  return codes.map(
    (code) =>
      options.find((option) => option.code === code) ??
      fail("INTAKE_CODE", "an answer names a code that its question does not have"),
  );
}

/**
 * Holds answers from outside against their questionnaire: each question once, of its kind, with codes that it
 * has, and only where it is asked.
 * @throws BaseError `INTAKE_ITEM`, `INTAKE_REPEATED`, `INTAKE_ANSWER`, `INTAKE_CODE`, `INTAKE_EXCLUSIVE`, `INTAKE_DISABLED`
 */
export function checkAnswers(questionnaire: Questionnaire, answers: readonly IntakeAnswer[]): void {
  const seen = new Set<string>();
  for (const answer of answers) {
    const item = questionnaire.items.find(({ id }) => id === answer.item);
    if (item === undefined) fail("INTAKE_ITEM", "an answer names a question that is not asked here");
    if (seen.has(item.id)) fail("INTAKE_REPEATED", "a question is answered twice");
    seen.add(item.id);
    checkAnswer(item, answer);
  }
  const asked = new Set(enabledItems(questionnaire, answers).map(({ id }) => id));
  if (answers.some(({ item }) => !asked.has(item))) {
    fail("INTAKE_DISABLED", "an answer is to a question that the other answers leave out");
  }
}

function checkAnswer(item: Item, answer: IntakeAnswer): void {
  if (item.kind === "scale") {
    const isOnScale =
      "value" in answer && Number.isInteger(answer.value) && answer.value >= 0 && answer.value <= item.most;
    if (!isOnScale) fail("INTAKE_ANSWER", "the answer to a scale is a whole number on it");
    return;
  }
  if (!("codes" in answer) || answer.codes.length === 0) fail("INTAKE_ANSWER", "a choice needs a code");
  if (!item.isMany && answer.codes.length > 1) fail("INTAKE_ANSWER", "this question takes one code");
  if (new Set(answer.codes).size !== answer.codes.length) fail("INTAKE_REPEATED", "a code is named twice");
  const chosen = chosenOptions(item.options, answer.codes);
  if (chosen.length > 1 && chosen.some(({ isExclusive }) => isExclusive === true)) {
    fail("INTAKE_EXCLUSIVE", "“none” and “not sure” stand alone");
  }
}
