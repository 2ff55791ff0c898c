import { concatBytes, toUtf8 } from "@cloister/bytes";
import { idBytesCount, idToBytes } from "@cloister/contracts/ids";
import { sha256 } from "@cloister/crypto";
import type { QuestionRecord } from "./records.ts";

const label = toUtf8("Cloister question v1\0");

/**
 * Names a question in a receipt: 16 bytes of SHA-256 over where, by whom, under which id and in which words it
 * was put. An id alone is the asker's to choose, who could tell the agent one thing and people another.
 */
export function requestIdOf(
  question: Pick<QuestionRecord, "conversation" | "from" | "id" | "body">,
): Uint8Array {
  const { conversation, from, id, body } = question;
  const ids = [conversation, from, id].map(idToBytes);
  return sha256(concatBytes(label, ...ids, toUtf8(body))).slice(0, idBytesCount);
}
