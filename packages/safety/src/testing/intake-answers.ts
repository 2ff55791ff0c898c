import fc from "fast-check";
import { withAnswer } from "../intake/answers.ts";
import { noneCode } from "../intake/build.ts";
import type { IntakeAnswer, Item, Questionnaire } from "../intake/kinds.ts";

/** The mildest answer to each question. */
export function calmAnswers(questionnaire: Questionnaire): readonly IntakeAnswer[] {
  let answers: readonly IntakeAnswer[] = [];
  for (const item of questionnaire.items) {
    // Of a question that is not asked, no answer is kept.
    answers = withAnswer(questionnaire, answers, calmAnswer(item));
  }
  return answers;
}

function calmAnswer(item: Item): IntakeAnswer {
  if (item.kind === "scale") return { item: item.id, value: 1 };
  if (item.isMany) return { item: item.id, codes: [noneCode] };
  const calm = item.options.find(({ raises }) => raises === undefined);
  return { item: item.id, codes: calm === undefined ? [] : [calm.code] };
}

/** Any answers that fit, to any part of the questions. */
export function anyAnswers(questionnaire: Questionnaire): fc.Arbitrary<readonly IntakeAnswer[]> {
  return fc.tuple(...questionnaire.items.map((item) => fc.option(anyAnswer(item)))).map((given) => {
    let answers: readonly IntakeAnswer[] = [];
    for (const answer of given) if (answer !== null) answers = withAnswer(questionnaire, answers, answer);
    return answers;
  });
}

function anyAnswer(item: Item): fc.Arbitrary<IntakeAnswer> {
  const { id } = item;
  if (item.kind === "scale")
    return fc.integer({ min: 0, max: item.most }).map((value) => ({ item: id, value }));
  const one = fc.constantFrom(...item.options).map(({ code }) => ({ item: id, codes: [code] }));
  if (!item.isMany) return one;
  const findings = item.options.filter(({ isExclusive }) => isExclusive !== true).map(({ code }) => code);
  return fc.oneof(
    one,
    fc.subarray(findings, { minLength: 1 }).map((codes) => ({ item: id, codes })),
  );
}
