import { BaseError } from "@cloister/bytes";
import {
  type CborMap,
  type CborValue,
  decodeCbor,
  encodeCbor,
  type FieldReader,
  readMap,
} from "@cloister/codec";
import { type Answer, answerToCbor, readAnswer } from "./answer.ts";
import { decisionToCbor, type RoutedDecision, readDecision } from "./decision.ts";
import { type HistoryContent, historyFields, readHistory } from "./history.ts";
import { readId, readIds } from "./id-fields.ts";
import { type AccountId, type ConversationId, idToBytes, type MessageId, type Role, roles } from "./ids.ts";
import { type Intake, intakeToCbor, readIntake } from "./intake.ts";
import { type MendingContent, mendingFields, readMending } from "./mending.ts";
import { readUnderWay, type UnderWayContent, underWayFields } from "./progress.ts";
import { readVersion1 } from "./version.ts";

export type { ProgressContent, StopContent, UnderWayContent } from "./progress.ts";

/*
 * What endpoints say to each other inside the encryption. Who said it is never in here: it is the account
 * whose session opened the message.
 */

/** Longest text of one message, in UTF-8. */
export const maxBodyBytes = 16_000;
/** Longest title of a conversation, in UTF-8. */
export const maxTitleBytes = 200;
/** Members one conversation may have: each message is encrypted for each of their devices. */
export const maxMembersCount = 32;
const maxDisplayNameBytes = 120;
const maxIdsPerStatus = 200;

interface InConversation {
  readonly conversation: ConversationId;
}

/** Somebody in a conversation. */
export interface Member {
  readonly account: AccountId;
  readonly role: Role;
}

/** How the sender wishes to be called. A patient's name travels only here. */
export interface ProfileContent {
  readonly kind: "profile";
  readonly displayName: string;
}

/** Opens a conversation, or tells the current state to somebody new. Members include the sender. */
export interface ConversationContent extends InConversation {
  readonly kind: "conversation";
  readonly title: string;
  readonly members: readonly Member[];
  readonly createdAtMs: number;
}

/** A message between people. `asked` is the agent it was also addressed to, if any. */
export interface TextContent extends InConversation {
  readonly kind: "text";
  readonly id: MessageId;
  readonly sentAtMs: number;
  readonly body: string;
  readonly asked?: AccountId;
  /** Why it could be put to that agent. */
  readonly decision?: RoutedDecision;
  /** The answers of a symptom check whose summary the body is. */
  readonly intake?: Intake;
}

/** A question to an agent: the only thing an agent ever receives of a conversation, besides consent. */
export interface AskContent extends InConversation {
  readonly kind: "ask";
  /** The id of the text that people see; it keeps the answer single. */
  readonly id: MessageId;
  readonly sentAtMs: number;
  readonly body: string;
  /** Whom to answer: the people in the conversation. */
  readonly replyTo: readonly AccountId[];
  /** Where it may be answered, and why; the receipt repeats it. */
  readonly decision?: RoutedDecision;
}

/** An agent's answer; always shown as AI. */
export interface AnswerContent extends InConversation {
  readonly kind: "answer";
  readonly id: MessageId;
  readonly inReplyTo: MessageId;
  /** Who asked: an id alone is anybody's to repeat. */
  readonly asker: AccountId;
  readonly sentAtMs: number;
  readonly answer: Answer;
  /** Encoded Receipt over this answer. */
  readonly receipt: Uint8Array;
}

/** A person lets an agent read what is addressed to it in this conversation, or no longer. */
export interface ConsentContent extends InConversation {
  readonly kind: "consent";
  readonly agent: AccountId;
  readonly granted: boolean;
  readonly atMs: number;
}

/** Delivered and read marks, end-to-end. */
export interface StatusContent extends InConversation {
  readonly kind: "status";
  readonly status: "delivered" | "read";
  readonly ids: readonly MessageId[];
}

/** Everything one endpoint can say to another. */
export type Content =
  | ProfileContent
  | ConversationContent
  | TextContent
  | AskContent
  | AnswerContent
  | ConsentContent
  | StatusContent
  | UnderWayContent
  | MendingContent
  | HistoryContent;

/** Deterministic CBOR, version 1, unpadded. */
export function encodeContent(content: Content): Uint8Array<ArrayBuffer> {
  return encodeCbor(contentToCbor(content));
}

/** Content as a map, for what encloses it. */
export function contentToCbor(content: Content): CborMap {
  return { v: 1, kind: content.kind, ...contentFields(content) };
}

function contentFields(content: Content): { readonly [key: string]: CborValue } {
  switch (content.kind) {
    case "profile":
      return { displayName: content.displayName };
    case "conversation":
      return {
        conversation: idToBytes(content.conversation),
        title: content.title,
        members: content.members.map((member) => ({ account: idToBytes(member.account), role: member.role })),
        createdAtMs: content.createdAtMs,
      };
    case "text":
      return {
        ...messageFields(content),
        body: content.body,
        ...(content.asked === undefined ? {} : { asked: idToBytes(content.asked) }),
        ...decisionField(content),
        ...(content.intake === undefined ? {} : { intake: intakeToCbor(content.intake) }),
      };
    case "ask":
      return {
        ...messageFields(content),
        body: content.body,
        replyTo: content.replyTo.map(idToBytes),
        ...decisionField(content),
      };
    case "answer":
      return {
        ...messageFields(content),
        inReplyTo: idToBytes(content.inReplyTo),
        asker: idToBytes(content.asker),
        answer: answerToCbor(content.answer),
        receipt: content.receipt,
      };
    case "consent":
      return {
        conversation: idToBytes(content.conversation),
        agent: idToBytes(content.agent),
        granted: content.granted,
        atMs: content.atMs,
      };
    case "status":
      return {
        conversation: idToBytes(content.conversation),
        status: content.status,
        ids: content.ids.map(idToBytes),
      };
    case "progress":
    case "stop":
      return underWayFields(content);
    case "unopened":
    case "resent":
    case "later":
      return mendingFields(content);
    case "historyPart":
    case "historyEnd":
      return historyFields(content);
  }
}

function messageFields(content: TextContent | AskContent | AnswerContent): {
  readonly [key: string]: CborValue;
} {
  return {
    conversation: idToBytes(content.conversation),
    id: idToBytes(content.id),
    sentAtMs: content.sentAtMs,
  };
}

function decisionField({ decision }: TextContent | AskContent): CborMap {
  return decision === undefined ? {} : { decision: decisionToCbor(decision) };
}

/** Every byte comes from another endpoint, which may be hostile. @throws BaseError family `Decode` */
export function decodeContent(bytes: Uint8Array): Content {
  const map = readMap(decodeCbor(bytes));
  const content = readContent(map);
  map.end();
  return content;
}

/** Reads the fields of content from a map that may have others. @throws BaseError family `Decode` */
export function readContent(map: FieldReader): Content {
  readVersion1(map);
  const kind = map.text("kind", { maxBytes: 32 });
  switch (kind) {
    case "profile":
      return { kind, displayName: map.text("displayName", { maxBytes: maxDisplayNameBytes }) };
    case "conversation":
      return {
        kind,
        conversation: readId(map, "conversation"),
        title: map.text("title", { maxBytes: maxTitleBytes }),
        members: map.list("members", readMember, { maxCount: maxMembersCount }),
        createdAtMs: map.uint("createdAtMs"),
      };
    case "text": {
      const asked = map.optional("asked", (key) => readId(map, key));
      const intake = map.optional("intake", (key) => map.map(key, readIntake));
      return {
        kind,
        ...readMessage(map),
        body: readBody(map),
        ...(asked === undefined ? {} : { asked }),
        ...readDecisionField(map),
        ...(intake === undefined ? {} : { intake }),
      };
    }
    case "ask":
      return {
        kind,
        ...readMessage(map),
        body: readBody(map),
        replyTo: readIds(map, "replyTo", maxMembersCount),
        ...readDecisionField(map),
      };
    case "answer":
      return {
        kind,
        ...readMessage(map),
        inReplyTo: readId(map, "inReplyTo"),
        asker: readId(map, "asker"),
        answer: map.map("answer", readAnswer),
        receipt: map.bytes("receipt", { maxBytes: 16_384 }),
      };
    case "consent":
      return {
        kind,
        conversation: readId(map, "conversation"),
        agent: readId(map, "agent"),
        granted: map.bool("granted"),
        atMs: map.uint("atMs"),
      };
    case "status":
      return {
        kind,
        conversation: readId(map, "conversation"),
        status: map.oneOf("status", ["delivered", "read"]),
        ids: readIds(map, "ids", maxIdsPerStatus),
      };
    case "progress":
    case "stop":
      return readUnderWay(kind, map);
    case "unopened":
    case "resent":
    case "later":
      return readMending(kind, map);
    case "historyPart":
    case "historyEnd":
      return readHistory(kind, map);
    default:
      throw new BaseError("Decode", "CONTENT_KIND", "a kind of message that this version does not know");
  }
}

function readMessage(map: FieldReader): { conversation: string; id: string; sentAtMs: number } {
  return {
    conversation: readId(map, "conversation"),
    id: readId(map, "id"),
    sentAtMs: map.uint("sentAtMs"),
  };
}

function readDecisionField(map: FieldReader): { readonly decision?: RoutedDecision } {
  const decision = map.optional("decision", (key) => map.map(key, readDecision));
  return decision === undefined ? {} : { decision };
}

function readBody(map: FieldReader): string {
  return map.text("body", { maxBytes: maxBodyBytes });
}

function readMember(item: CborValue): Member {
  const map = readMap(item);
  const member = { account: readId(map, "account"), role: map.oneOf("role", roles) };
  map.end();
  return member;
}
