import { BaseError } from "@cloister/bytes";
import type { KnowledgeIndex } from "./knowledge.ts";

const MAX_QUERY_LENGTH = 100_000;
const DEFAULT_K = 10;

/** The answer of the conformance suite `retrieve`; scores fall from hit to hit, the first is the relevance. */
export interface RetrieveAnswer {
  readonly id: string | number;
  readonly hits: readonly { readonly doc: string; readonly score: number }[];
}

/**
 * One line of the conformance suite `retrieve`: `{"id","query","k"?}` → `{"id","hits":[{"doc","score"}]}`.
 * @throws BaseError `CONFORM_REQUEST`, `KB_COUNT`
 */
export function conformRetrieve(index: KnowledgeIndex, request: unknown): RetrieveAnswer {
  const {
    id,
    query,
    k = DEFAULT_K,
  } = (typeof request === "object" && request !== null ? request : {}) as {
    readonly [field: string]: unknown;
  };
  const valid =
    (typeof id === "string" || typeof id === "number") &&
    typeof query === "string" &&
    query.length <= MAX_QUERY_LENGTH &&
    typeof k === "number";
  if (!valid) {
    throw new BaseError(
      "Decode",
      "CONFORM_REQUEST",
      'send {"id": text or number, "query": text, "k": whole number}',
    );
  }
  const { hits } = index.search(query, k);
  return { id, hits: hits.map(({ article, score }) => ({ doc: article.id, score })) };
}
