import { BaseError } from "@cloister/bytes";
import {
  type CborMap,
  type CborValue,
  decodeCbor,
  encodeCbor,
  type FieldReader,
  readMap,
} from "@cloister/codec";
import {
  contentToCbor,
  type Member,
  maxMembersCount,
  maxTitleBytes,
  readContent,
} from "@cloister/contracts/content";
import { readId } from "@cloister/contracts/id-fields";
import { type AccountId, idToBytes, roles } from "@cloister/contracts/ids";
import { processors, sensitivities } from "@cloister/routing";
import type { Message, NoticeMessage } from "./api.ts";
import type { ContactRecord, ConversationRecord, MessageRecord } from "./records.ts";
import type { RoutingStanding } from "./routing/standing.ts";

/*
 * What an archive holds of a device's memory: contacts, then conversation after conversation, each followed
 * by its messages. No keys of a session, a ratchet or this device: every device has its own. The words that
 * people exchange are encoded as they travel between endpoints, and so are bounds and checks the same.
 */

const identityKeyBytesCount = 33;
const maxNameBytes = 120;
/** Unread messages of one conversation that are remembered as such. */
const maxUnreadCount = 10_000;
const maxConsentsCount = 1024;
const states = ["queued", "sent", "delivered", "read", "failed"] as const;
const verifications = ["unverified", "verified", "changed"] as const;
const reported = ["delivered", "read"] as const;

/** A contact as one device tells another; what devices it has is the relay's to say. */
export type ArchivedContact = Omit<ContactRecord, "devices">;
/** A conversation without what is this device's own, and without what its messages say. */
export type ArchivedConversation = Omit<ConversationRecord, "pseudonym" | "lastMessage">;

/** One record. A message belongs to the conversation before it. */
export type ArchiveRecord =
  | { readonly kind: "contact"; readonly contact: ArchivedContact }
  | { readonly kind: "conversation"; readonly conversation: ArchivedConversation }
  | { readonly kind: "message"; readonly message: MessageRecord };

export function encodeRecord(record: ArchiveRecord): Uint8Array {
  switch (record.kind) {
    case "contact":
      return encodeCbor({ kind: record.kind, ...contactFields(record.contact) });
    case "conversation":
      return encodeCbor({ kind: record.kind, ...conversationFields(record.conversation) });
    case "message":
      return encodeCbor({ kind: record.kind, ...messageFields(record.message) });
  }
}

/**
 * @param own the account whose device reads it
 * @throws BaseError family `Decode`
 */
export function decodeRecord(bytes: Uint8Array, own: AccountId): ArchiveRecord {
  const map = readMap(decodeCbor(bytes));
  const record = readRecord(map, own);
  map.end();
  return record;
}

function readRecord(map: FieldReader, own: AccountId): ArchiveRecord {
  const kind = map.oneOf("kind", ["contact", "conversation", "message"]);
  switch (kind) {
    case "contact":
      return { kind, contact: readContact(map) };
    case "conversation":
      return { kind, conversation: readConversation(map) };
    case "message":
      return { kind, message: readMessage(map, own) };
  }
}

function contactFields(contact: ArchivedContact): CborMap {
  const { account, role, name, vouched, verification, identityKey, newIdentityKey, knowsMyName } = contact;
  return {
    account: idToBytes(account),
    role,
    name,
    vouched,
    verification,
    identityKey,
    ...(newIdentityKey && { newIdentityKey }),
    knowsMyName,
  };
}

function readContact(map: FieldReader): ArchivedContact {
  const newIdentityKey = map.optional("newIdentityKey", (key) => readIdentityKey(map, key));
  return {
    account: readId(map, "account"),
    role: map.oneOf("role", roles),
    name: map.text("name", { maxBytes: maxNameBytes }),
    vouched: map.bool("vouched"),
    verification: map.oneOf("verification", verifications),
    identityKey: readIdentityKey(map, "identityKey"),
    ...(newIdentityKey && { newIdentityKey }),
    knowsMyName: map.bool("knowsMyName"),
  };
}

function readIdentityKey(map: FieldReader, key: string): Uint8Array {
  return map.bytes(key, { length: identityKeyBytesCount });
}

function conversationFields(conversation: ArchivedConversation): CborMap {
  const { id, title, members, openedBy, createdAtMs, consents, unread, routing } = conversation;
  return {
    id: idToBytes(id),
    title,
    members: members.map(({ account, role }) => ({ account: idToBytes(account), role })),
    openedBy: idToBytes(openedBy),
    createdAtMs,
    consents: consents.map(({ agent, by, granted, atMs }) => {
      return { agent: idToBytes(agent), by: idToBytes(by), granted, atMs };
    }),
    unread: unread.slice(-maxUnreadCount).map(({ position, id: message, from }) => {
      return { position, id: idToBytes(message), from: idToBytes(from) };
    }),
    ...(routing && { routing: { ...routing } }),
  };
}

function readConversation(map: FieldReader): ArchivedConversation {
  const routing = map.optional("routing", (key) => map.map(key, readRouting));
  return {
    id: readId(map, "id"),
    title: map.text("title", { maxBytes: maxTitleBytes }),
    members: map.list("members", inMap(readMember), { maxCount: maxMembersCount }),
    openedBy: readId(map, "openedBy"),
    createdAtMs: map.uint("createdAtMs"),
    consents: map.list("consents", inMap(readConsent), { maxCount: maxConsentsCount }),
    unread: map.list("unread", inMap(readUnread), { maxCount: maxUnreadCount }),
    ...(routing && { routing }),
  };
}

function readRouting(map: FieldReader): RoutingStanding {
  const strictest = map.optional("strictest", (key) => map.oneOf(key, processors));
  return {
    sensitivity: map.oneOf("sensitivity", sensitivities),
    isCloudBarred: map.bool("isCloudBarred"),
    ...(strictest !== undefined && { strictest }),
  };
}

function inMap<T>(read: (map: FieldReader) => T): (item: CborValue) => T {
  return (item) => {
    const map = readMap(item);
    const value = read(map);
    map.end();
    return value;
  };
}

function readMember(map: FieldReader): Member {
  return { account: readId(map, "account"), role: map.oneOf("role", roles) };
}

function readConsent(map: FieldReader): ConversationRecord["consents"][number] {
  return {
    agent: readId(map, "agent"),
    by: readId(map, "by"),
    granted: map.bool("granted"),
    atMs: map.uint("atMs"),
  };
}

function readUnread(map: FieldReader): ConversationRecord["unread"][number] {
  return { position: map.uint("position"), id: readId(map, "id"), from: readId(map, "from") };
}

function messageFields({ message, reports }: MessageRecord): CborMap {
  return {
    position: message.position,
    from: idToBytes(message.from),
    ...saidFields(message),
    reports: Object.entries(reports).map(([account, status]) => ({ account: idToBytes(account), status })),
  };
}

function saidFields(message: Message): CborMap {
  if (message.kind === "notice") return { notice: noticeFields(message) };
  // Content has fields for what was said; the rest of the message stays out of its way.
  if (message.kind === "answer") return { content: contentToCbor(message) };
  return { content: contentToCbor(message), state: message.state };
}

function noticeFields({ id, conversation, sentAtMs, notice }: NoticeMessage): CborMap {
  return {
    id: idToBytes(id),
    conversation: idToBytes(conversation),
    sentAtMs,
    type: notice.type,
    ...("account" in notice && { account: idToBytes(notice.account) }),
    ...("agent" in notice && { agent: idToBytes(notice.agent), granted: notice.granted }),
  };
}

function readMessage(map: FieldReader, own: AccountId): MessageRecord {
  const from = readId(map, "from");
  const base = { from, mine: from === own, position: map.uint("position") };
  const notice = map.optional("notice", (key) => map.map(key, readNotice));
  const message: Message = notice ? { ...base, ...notice } : { ...base, ...readSaid(map) };
  const reports = map.list("reports", inMap(readReport), { maxCount: maxMembersCount });
  return { message, reports: Object.fromEntries(reports) };
}

type Said = Pick<NoticeMessage, "id" | "conversation" | "sentAtMs">;
type Without<T> = T extends unknown ? Omit<T, "from" | "mine" | "position"> : never;

function readSaid(map: FieldReader): Without<Exclude<Message, NoticeMessage>> {
  const content = map.map("content", readContent);
  if (content.kind === "answer") return content;
  if (content.kind === "text") return { ...content, state: map.oneOf("state", states) };
  throw new BaseError("Decode", "HISTORY_RECORD", "a message in the history is of no kind that is shown");
}

function readNotice(map: FieldReader): Without<NoticeMessage> {
  const said: Said = {
    id: readId(map, "id"),
    conversation: readId(map, "conversation"),
    sentAtMs: map.uint("sentAtMs"),
  };
  const type = map.oneOf("type", ["created", "joined", "consent", "identityChanged", "unreadable"]);
  switch (type) {
    case "created":
      return { kind: "notice", ...said, notice: { type } };
    case "consent":
      return {
        kind: "notice",
        ...said,
        notice: { type, agent: readId(map, "agent"), granted: map.bool("granted") },
      };
    case "joined":
    case "identityChanged":
    case "unreadable":
      return { kind: "notice", ...said, notice: { type, account: readId(map, "account") } };
  }
}

function readReport(map: FieldReader): readonly [AccountId, "delivered" | "read"] {
  return [readId(map, "account"), map.oneOf("status", reported)];
}
