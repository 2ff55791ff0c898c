import { fromBase64Url, toBase64Url } from "@cloister/bytes";
import { JsonFields } from "./json-fields.ts";
import type { LoggedLeaf } from "./log.ts";
import { broken } from "./rules.ts";

/*
 * What the log's HTTP interface answers, as JSON; both ends share it. Byte strings are base64url without
 * padding, checkpoints are text.
 */

/** Answer to `POST /v1/leaves`. */
export interface LoggedLeafJson {
  readonly index: number;
  readonly leafHash: string;
  readonly proof: readonly string[];
  readonly checkpoint: string;
}

/** Answer to `GET /v1/proof/…`. */
export interface ProofJson {
  readonly proof: readonly string[];
  /** Of the leaf, in answers about inclusion. */
  readonly index?: number;
}

/** Answer to `GET /v1/entries`. */
export interface EntriesJson {
  readonly entries: readonly string[];
}

/** Answer to an append. */
export function loggedLeafToJson({ index, leafHash, proof, checkpoint }: LoggedLeaf): LoggedLeafJson {
  return { index, leafHash: toBase64Url(leafHash), proof: proof.map(toBase64Url), checkpoint };
}

/** Answer about a proof; `index` of the leaf where it is about inclusion. */
export function proofToJson(proof: readonly Uint8Array[], index?: number): ProofJson {
  return { proof: proof.map(toBase64Url), ...(index === undefined ? {} : { index }) };
}

/** Answer with leaves. */
export function entriesToJson(entries: readonly Uint8Array[]): EntriesJson {
  return { entries: entries.map(toBase64Url) };
}

/** Reads an answer of the log; nothing in it is verified. @throws BaseError `LOG_ANSWER` */
export function loggedLeafFromJson(json: unknown): LoggedLeaf {
  const fields = new JsonFields(json, "LOG_ANSWER");
  return {
    index: fields.number("index"),
    leafHash: decode(fields.text("leafHash")),
    proof: fields.texts("proof").map(decode),
    checkpoint: fields.text("checkpoint"),
  };
}

/** Reads a proof; it is not verified. @throws BaseError `LOG_ANSWER` */
export function proofFromJson(json: unknown): Uint8Array[] {
  return new JsonFields(json, "LOG_ANSWER").texts("proof").map(decode);
}

/** Reads leaves; they are not verified. @throws BaseError `LOG_ANSWER` */
export function entriesFromJson(json: unknown): Uint8Array[] {
  return new JsonFields(json, "LOG_ANSWER").texts("entries").map(decode);
}

function decode(text: string): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch (cause) {
    throw broken("LOG_ANSWER", cause);
  }
}
