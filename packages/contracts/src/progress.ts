import type { CborMap, FieldReader } from "@cloister/codec";
import { readId } from "./id-fields.ts";
import { type AccountId, type ConversationId, idToBytes, type MessageId } from "./ids.ts";

/*
 * What is said about an answer before it is there. Nothing of it is evidence: only an answer has a receipt, and
 * whoever misses any of this misses nothing, for the answer has it all.
 */

const maxTextBytes = 12_000;

/** An agent writes: all that was let through of an answer so far. Each one replaces the one before. */
export interface ProgressContent {
  readonly kind: "progress";
  readonly conversation: ConversationId;
  readonly inReplyTo: MessageId;
  /** Who asked. */
  readonly asker: AccountId;
  readonly atMs: number;
  /** At most 12,000 bytes of UTF-8; empty while there is no sentence yet. */
  readonly text: string;
}

/** Whoever asked wants no more of the answer: what has been said by then is the answer. */
export interface StopContent {
  readonly kind: "stop";
  readonly conversation: ConversationId;
  /** The question. */
  readonly id: MessageId;
}

/** What is said about an answer under way. */
export type UnderWayContent = ProgressContent | StopContent;

/** The fields for the map that `encodeContent` writes. */
export function underWayFields(content: UnderWayContent): CborMap {
  const conversation = idToBytes(content.conversation);
  switch (content.kind) {
    case "progress": {
      const { inReplyTo, asker, atMs, text } = content;
      return { conversation, inReplyTo: idToBytes(inReplyTo), asker: idToBytes(asker), atMs, text };
    }
    case "stop":
      return { conversation, id: idToBytes(content.id) };
  }
}

/** @throws BaseError family `Decode` */
export function readUnderWay(kind: UnderWayContent["kind"], map: FieldReader): UnderWayContent {
  const conversation = readId(map, "conversation");
  switch (kind) {
    case "progress":
      return {
        kind,
        conversation,
        inReplyTo: readId(map, "inReplyTo"),
        asker: readId(map, "asker"),
        atMs: map.uint("atMs"),
        text: map.text("text", { maxBytes: maxTextBytes }),
      };
    case "stop":
      return { kind, conversation, id: readId(map, "id") };
  }
}
