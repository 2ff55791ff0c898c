import { BaseError } from "@cloister/bytes";
import { checkAnswers, chosenOptions } from "./answers.ts";
import { localCode } from "./judge.ts";
import type { IntakeAnswer, Item, Questionnaire } from "./kinds.ts";
import { urgencyWords } from "./summary.ts";

/*
 * FHIR R4 (4.0.1): http://hl7.org/fhir/R4/questionnaire.html, http://hl7.org/fhir/R4/questionnaireresponse.html.
 * Choices are `answerOption` codings of a local code system, scales are integers with bounds, conditions are
 * `enableWhen`. A response carries the codes; free text only when it was put in on purpose.
 */

/** The code system of the local concepts. */
const localSystem = "urn:cloister:intake";
const loincSystem = "http://loinc.org";
const loincNotice =
  "This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief Institute, Inc. and the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at http://loinc.org/license.";
const extensions = "http://hl7.org/fhir/StructureDefinition";
/** The question for own words. */
const noteId = "note";

interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

type FhirAnswer =
  | { readonly valueCoding: Coding }
  | { readonly valueInteger: number }
  | { readonly valueString: string };

interface ResponseItem {
  readonly linkId: string;
  readonly text: string;
  readonly answer: readonly FhirAnswer[];
}

/** A QuestionnaireResponse as this package writes it. */
export interface FhirResponse {
  readonly resourceType: "QuestionnaireResponse";
  readonly text: { readonly status: "generated"; readonly div: string };
  /** `canonical|version`. */
  readonly questionnaire: string;
  readonly status: "completed" | "in-progress";
  readonly authored: string;
  readonly item: readonly ResponseItem[];
}

function canonicalOf({ id }: Questionnaire): string {
  return `${localSystem}:${id}`;
}

/** The questionnaire as a FHIR R4 Questionnaire. */
export function questionnaireToFhir(questionnaire: Questionnaire): object {
  const { id, version, title, items, isReviewed } = questionnaire;
  return {
    resourceType: "Questionnaire",
    id,
    url: canonicalOf(questionnaire),
    version,
    name: `Intake${id.replaceAll(/(?:^|-)(\w)/g, (_match, letter: string) => letter.toUpperCase())}`,
    title,
    status: isReviewed ? "active" : "draft",
    subjectType: ["Patient"],
    copyright: loincNotice,
    code: [{ system: localSystem, code: id, display: title }],
    item: [
      ...items.map((item) => itemToFhir(questionnaire, item)),
      { linkId: noteId, text: "In your own words (stays on the device unless you send it)", type: "text" },
    ],
  };
}

function itemToFhir(questionnaire: Questionnaire, item: Item): object {
  const { id, text, loinc, when } = item;
  const common = {
    linkId: id,
    ...(loinc && { code: [{ system: loincSystem, ...loinc }] }),
    text,
    ...(when && {
      enableWhen: when.codes.map((code) => ({
        question: when.item,
        operator: "=",
        answerCoding: { system: localSystem, code: localCode(questionnaire, when.item, code) },
      })),
      ...(when.codes.length > 1 && { enableBehavior: "any" }),
    }),
    required: true,
  };
  if (item.kind === "scale") {
    const bounds = [
      { url: `${extensions}/minValue`, valueInteger: 0 },
      { url: `${extensions}/maxValue`, valueInteger: item.most },
    ];
    return { extension: bounds, ...common, type: "integer" };
  }
  return {
    ...common,
    type: "choice",
    repeats: item.isMany,
    answerOption: item.options.map(({ code, text: display, isExclusive }) => ({
      ...(item.isMany &&
        isExclusive && {
          extension: [{ url: `${extensions}/questionnaire-optionExclusive`, valueBoolean: true }],
        }),
      valueCoding: { system: localSystem, code: localCode(questionnaire, item.id, code), display },
    })),
  };
}

/** The parts of a response besides the answers. */
interface ResponseParts {
  /** ISO 8601 with a zone. */
  readonly authored: string;
  readonly isComplete: boolean;
  readonly urgency: keyof typeof urgencyWords;
  /** In own words, sent on purpose. */
  readonly note?: string;
}

/** Answers as a FHIR R4 QuestionnaireResponse. @throws BaseError family `Decode` when they do not fit */
export function responseToFhir(
  questionnaire: Questionnaire,
  answers: readonly IntakeAnswer[],
  { authored, isComplete, urgency, note }: ResponseParts,
): FhirResponse {
  checkAnswers(questionnaire, answers);
  const item = questionnaire.items.flatMap((asked): ResponseItem[] => {
    const answer = answers.find((given) => given.item === asked.id);
    if (answer === undefined) return [];
    return [{ linkId: asked.id, text: asked.text, answer: answerToFhir(questionnaire, asked, answer) }];
  });
  const own =
    note === undefined ? [] : [{ linkId: noteId, text: "In own words", answer: [{ valueString: note }] }];
  const words = `${questionnaire.title}: ${urgencyWords[urgency]}`;
  return {
    resourceType: "QuestionnaireResponse",
    text: { status: "generated", div: `<div xmlns="http://www.w3.org/1999/xhtml">${escapeXml(words)}</div>` },
    questionnaire: `${canonicalOf(questionnaire)}|${questionnaire.version}`,
    status: isComplete ? "completed" : "in-progress",
    authored,
    item: [...item, ...own],
  };
}

function answerToFhir(questionnaire: Questionnaire, item: Item, answer: IntakeAnswer): readonly FhirAnswer[] {
  if ("value" in answer) return [{ valueInteger: answer.value }];
  const options = item.kind === "choice" ? chosenOptions(item.options, answer.codes) : [];
  return options.map(({ code, text: display }) => ({
    valueCoding: { system: localSystem, code: localCode(questionnaire, item.id, code), display },
  }));
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function fail(code: string, message: string): never {
  throw new BaseError("Decode", code, message);
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail("INTAKE_FHIR", "this is no QuestionnaireResponse in FHIR R4 JSON");
  }
  return value as Fields;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) fail("INTAKE_FHIR", "this is no QuestionnaireResponse in FHIR R4 JSON");
  return value;
}

/** Answers and own words from a QuestionnaireResponse from outside. */
export function responseFromFhir(
  questionnaire: Questionnaire,
  resource: unknown,
): { readonly answers: readonly IntakeAnswer[]; readonly note?: string } {
  const { resourceType, questionnaire: canonical, item = [] } = fields(resource);
  if (resourceType !== "QuestionnaireResponse") fail("INTAKE_FHIR", "this is no QuestionnaireResponse");
  if (canonical !== `${canonicalOf(questionnaire)}|${questionnaire.version}`) {
    fail("INTAKE_VERSION", "this response is to another questionnaire, or to another version of it");
  }
  let note: string | undefined;
  const answers: IntakeAnswer[] = [];
  for (const entry of list(item).map(fields)) {
    const given = list(entry["answer"]).map(fields);
    if (entry["linkId"] === noteId) note = noteFrom(given);
    else answers.push(answerFrom(questionnaire, String(entry["linkId"]), given));
  }
  checkAnswers(questionnaire, answers);
  return { answers, ...(note !== undefined && { note }) };
}

function noteFrom([only, ...more]: readonly Fields[]): string {
  const note = only?.["valueString"];
  if (typeof note !== "string" || more.length > 0) fail("INTAKE_ANSWER", "own words are one text");
  return note;
}

function answerFrom(questionnaire: Questionnaire, item: string, given: readonly Fields[]): IntakeAnswer {
  const [first] = given;
  if (given.length === 1 && typeof first?.["valueInteger"] === "number") {
    return { item, value: first["valueInteger"] };
  }
  const prefix = localCode(questionnaire, item, "");
  const codes = given.map((answer) => {
    const { system, code } = fields(answer["valueCoding"]);
    if (system !== localSystem || typeof code !== "string" || !code.startsWith(prefix)) {
      fail("INTAKE_CODE", "an answer names a code that its question does not have");
    }
    return code.slice(prefix.length);
  });
  return { item, codes };
}
