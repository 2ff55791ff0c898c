import { fromBase64Url, toBase64Url } from "@cloister/bytes";
import type { CborMap, FieldReader } from "@cloister/codec";
import { readId } from "./id-fields.ts";
import { idToBytes } from "./ids.ts";

/*
 * What devices of one person tell each other while the older one gives its history to the new one. It belongs
 * to no conversation, and from anybody else it means nothing.
 */

const blobBytesCount = 32;
const maxConversationsCount = 1_000_000;

/** 16 random bytes in base64url: one device's history on its way to one new device. */
export type TransferId = string;

/** A sealed part of the history lies at the relay. It is the last one when `doneCount` is `totalCount`. */
export interface HistoryPartContent {
  readonly kind: "historyPart";
  readonly transfer: TransferId;
  /** 32 random bytes in base64url. */
  readonly blob: string;
  /** Conversations that are complete with this part. */
  readonly doneCount: number;
  readonly totalCount: number;
}

/** The new device has it all, or wants no more of it. */
export interface HistoryEndContent {
  readonly kind: "historyEnd";
  readonly transfer: TransferId;
}

/** History on its way. */
export type HistoryContent = HistoryPartContent | HistoryEndContent;

/** The fields of a history content, for the map that {@link encodeContent} writes. */
export function historyFields(content: HistoryContent): CborMap {
  const transfer = idToBytes(content.transfer);
  if (content.kind === "historyEnd") return { transfer };
  const { blob, doneCount, totalCount } = content;
  return { transfer, blob: fromBase64Url(blob), doneCount, totalCount };
}

/** @throws BaseError family `Decode` */
export function readHistory(kind: HistoryContent["kind"], map: FieldReader): HistoryContent {
  const transfer = readId(map, "transfer");
  if (kind === "historyEnd") return { kind, transfer };
  const totalCount = map.uint("totalCount", { max: maxConversationsCount });
  return {
    kind,
    transfer,
    blob: toBase64Url(map.bytes("blob", { length: blobBytesCount })),
    doneCount: map.uint("doneCount", { max: totalCount }),
    totalCount,
  };
}
