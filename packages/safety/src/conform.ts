import { BaseError } from "@cloister/bytes";
import { detectInjection } from "./injection/detect.ts";
import { checkRedFlags } from "./red-flags.ts";
import type { EmergencyKind } from "./rules/kinds.ts";

/** The answer of the conformance suite `safety`. */
export interface SafetyAnswer {
  readonly id: string | number;
  readonly emergency: boolean;
  readonly kind?: EmergencyKind;
  readonly advice?: string;
  readonly injection: boolean;
  /** The text is in no language that is read here. */
  readonly language?: "unknown";
}

/**
 * One line of the conformance suite `safety`: `{"id","text"}` →
 * `{"id","emergency","kind"?,"advice"?,"injection"}`; kind and advice come with emergencies.
 * @throws BaseError `CONFORM_REQUEST`, `SAFETY_TEXT`
 */
export function conformSafety(request: unknown): SafetyAnswer {
  const { id, text } = (typeof request === "object" && request !== null ? request : {}) as {
    readonly [field: string]: unknown;
  };
  if ((typeof id !== "string" && typeof id !== "number") || typeof text !== "string") {
    throw new BaseError("Decode", "CONFORM_REQUEST", 'send {"id": text or number, "text": text}');
  }
  const { emergency, kind, advice, language } = checkRedFlags(text);
  const { injection } = detectInjection(text);
  const answer = { id, emergency, injection, ...(language && { language }) };
  return !emergency || kind === undefined || advice === undefined ? answer : { ...answer, kind, advice };
}
