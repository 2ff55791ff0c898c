import { BaseError } from "@cloister/bytes";
import type { CborMap, CborValue, FieldReader } from "@cloister/codec";
import { readMap } from "@cloister/codec";

/*
 * What a symptom check came to, as it travels with its summary: codes, no words. What they mean is the
 * questionnaire's to say; who receives it judges the codes anew.
 */

const urgencies = ["self-care", "routine", "urgent", "emergency"] as const;
const maxAnswersCount = 64;
const maxCodesCount = 64;
const maxValue = 1000;
const codePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Codes that were chosen, or a number on a scale. */
export type IntakeAnswer =
  | { readonly item: string; readonly codes: readonly string[] }
  | { readonly item: string; readonly value: number };

/** Answers to a questionnaire. */
export interface Intake {
  readonly questionnaire: string;
  readonly version: string;
  readonly answers: readonly IntakeAnswer[];
  /** As the sender's device judged it. */
  readonly urgency: (typeof urgencies)[number];
}

/** The fields of an intake, for the map that holds it. */
export function intakeToCbor({ questionnaire, version, answers, urgency }: Intake): CborMap {
  const coded = answers.map((answer) =>
    "codes" in answer
      ? { item: answer.item, codes: [...answer.codes] }
      : { item: answer.item, value: answer.value },
  );
  return { questionnaire, version, answers: coded, urgency };
}

/** Reads an intake that another endpoint wrote. @throws BaseError `CBOR_FIELD` */
export function readIntake(map: FieldReader): Intake {
  return {
    questionnaire: readCode(map.text("questionnaire", { maxBytes: 40 })),
    version: readCode(map.text("version", { maxBytes: 40 })),
    answers: map.list("answers", readAnswer, { maxCount: maxAnswersCount }),
    urgency: map.oneOf("urgency", urgencies),
  };
}

function readAnswer(item: CborValue): IntakeAnswer {
  const map = readMap(item);
  const asked = readCode(map.text("item", { maxBytes: 40 }));
  const value = map.optional("value", (key) => map.uint(key, { max: maxValue }));
  const answer =
    value === undefined
      ? { item: asked, codes: map.list("codes", readCode, { maxCount: maxCodesCount }) }
      : { item: asked, value };
  map.end();
  return answer;
}

function readCode(item: CborValue): string {
  if (typeof item === "string" && codePattern.test(item)) return item;
  throw new BaseError("Decode", "CBOR_FIELD", "an answer must be a code");
}
