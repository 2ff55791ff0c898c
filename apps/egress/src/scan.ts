import { BaseError } from "@cloister/bytes";
import type { ChatCall } from "@cloister/chat-http";
import { findUndeclared, type IdentifierLabel } from "@cloister/deid";

/**
 * Refuses a request in which the strict detector finds anything that its sender does not name as a surrogate:
 * in the rules, in every turn, and in the words of a schema. What it says never holds any of it.
 * @throws BaseError `EGRESS_IDENTIFIER` with the kinds that were found
 */
export function requireNothingLeft({ request, surrogates }: ChatCall): void {
  const texts = [request.policy, ...request.turns.map(({ text }) => text), ...wordsOf(request.output)];
  const labels = new Set<IdentifierLabel>();
  for (const text of texts) for (const { label } of findUndeclared(text, surrogates)) labels.add(label);
  if (labels.size === 0) return;
  throw new BaseError(
    "Policy",
    "EGRESS_IDENTIFIER",
    `the request still holds what may identify somebody (${[...labels].sort().join(", ")}); replace it and name its surrogate`,
  );
}

/** All strings of a JSON schema, names of properties too. Its depth was bounded when it was read. */
function wordsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key].concat(wordsOf(inner)));
}
