import { BaseError } from "@cloister/bytes";
import type { ModelRequest } from "./model.ts";

const maxIdLength = 256;
/** Of all text of a request together, in UTF-16 units. */
const maxTextLength = 262_144;
const maxPassagesCount = 64;
const maxTurnsCount = 256;
const maxOutputTokensCount = 16_384;

/**
 * Refuses what no adapter takes: no question at the end, more than 262,144 characters, 64 passages or 256
 * turns, more than 16,384 tokens to generate, a temperature beyond 0 to 2, a seed of more than 32 bits.
 * @throws BaseError `MODEL_REQUEST`
 */
export function checkRequest(request: ModelRequest): void {
  const { scope, policy, passages, turns, maxTokensCount, temperature, seed } = request;
  const texts = [policy, ...passages.map(({ text }) => text), ...turns.map(({ text }) => text)];
  const ids = [scope.tenant, scope.patient, scope.session, ...passages.map(({ id }) => id)];
  const rules: readonly (readonly [holds: boolean, rule: string])[] = [
    [ids.every((id) => id.length > 0 && id.length <= maxIdLength), `ids have 1 to ${maxIdLength} characters`],
    [turns.at(-1)?.from === "patient", "the last turn is the patient's"],
    [passages.length <= maxPassagesCount, `at most ${maxPassagesCount} passages`],
    [turns.length <= maxTurnsCount, `at most ${maxTurnsCount} turns`],
    [
      texts.reduce((sum, text) => sum + text.length, 0) <= maxTextLength,
      `at most ${maxTextLength} characters`,
    ],
    [isWhole(maxTokensCount, 1, maxOutputTokensCount), `generate 1 to ${maxOutputTokensCount} tokens`],
    [temperature >= 0 && temperature <= 2, "the temperature is 0 to 2"],
    [isWhole(seed, 0, 0xffff_ffff), "the seed is a whole number of 32 bits"],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken) throw new BaseError("Usage", "MODEL_REQUEST", `mend the request: ${broken[1]}`);
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
