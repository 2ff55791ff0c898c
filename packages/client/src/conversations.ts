import { BaseError } from "@cloister/bytes";
import {
  type ConversationContent,
  type Member,
  maxMembersCount,
  maxTitleBytes,
} from "@cloister/contracts/content";
import { type AccountId, type ConversationId, idBytesCount } from "@cloister/contracts/ids";
import type { Conversation } from "./api.ts";
import { changeContact, requireContact, roleOf } from "./contacts.ts";
import { type Core, freshId, selfOf } from "./core.ts";
import type { Database, Transaction } from "./database.ts";
import { addNotice } from "./messages.ts";
import { cleanName } from "./names.ts";
import { enqueue } from "./outbox.ts";
import { record } from "./recorder.ts";
import { type ConversationRecord, contactsTable, conversationsTable } from "./records.ts";

/** As interfaces see it. */
export function conversationView(database: Database, stored: ConversationRecord): Conversation {
  const { id, title, createdAtMs, unread, consents, routing, lastMessage } = stored;
  return {
    id,
    title,
    members: stored.members.map((member) => ({ account: member.account, role: roleOf(database, member) })),
    createdAtMs,
    unreadCount: unread.length,
    consents: consents.flatMap(({ agent, by, granted }) => (granted ? [{ agent, by }] : [])),
    ...(routing?.strictest !== undefined && { strictest: routing.strictest }),
    ...(lastMessage && { lastMessage }),
  };
}

/** The people of a conversation, this one included: everybody who gets what is said in it. */
export function peopleIn({ database }: Pick<Core, "database">, { members }: ConversationRecord): AccountId[] {
  return members.filter((member) => roleOf(database, member) !== "agent").map(({ account }) => account);
}

/** @throws BaseError `CONVERSATION_UNKNOWN` */
export async function requireConversation(
  transaction: Transaction,
  id: ConversationId,
): Promise<ConversationRecord> {
  const conversation = await transaction.get(conversationsTable, id);
  if (conversation) return conversation;
  throw new BaseError("Usage", "CONVERSATION_UNKNOWN", "there is no such conversation on this device");
}

/**
 * Opens a conversation with these accounts.
 * @throws BaseError `ACCOUNT_UNKNOWN`, `MEMBERS_COUNT`, `TITLE_MISSING`, or family `Unavailable` when
 * somebody is not known here yet and the relay cannot be asked
 */
export async function createConversation(
  core: Core,
  input: { readonly title: string; readonly members: readonly AccountId[] },
): Promise<ConversationRecord> {
  const self = selfOf(core);
  const title = cleanName(input.title, maxTitleBytes);
  if (title === "") throw new BaseError("Usage", "TITLE_MISSING", "give the conversation a title");
  const others = [...new Set(input.members)].filter((account) => account !== self.account);
  if (others.length === 0 || others.length >= maxMembersCount) {
    throw new BaseError("Usage", "MEMBERS_COUNT", `choose 1 to ${maxMembersCount - 1} others`);
  }
  const members: Member[] = [{ account: self.account, role: self.role }];
  for (const account of others) members.push({ account, role: (await requireContact(core, account)).role });
  const id = freshId(core.random);
  return core.database.change(async (transaction) => {
    const createdAtMs = core.clock.nowMs();
    const created = await open(core, transaction, {
      kind: "conversation",
      conversation: id,
      title,
      members,
      openedBy: self.account,
      createdAtMs,
    });
    const people = peopleIn(core, created);
    await introduce(core, transaction, created);
    await enqueue(core, transaction, { content: contentOf(created), to: people });
    await addNotice(core, transaction, { conversation: id, from: self.account, notice: { type: "created" } });
    await record(core, transaction, { type: "conversation.created", conversation: created.pseudonym });
    return requireConversation(transaction, id);
  });
}

/** Stores a new conversation that `openedBy` told of. */
export async function open(
  core: Core,
  transaction: Transaction,
  content: ConversationContent & { readonly openedBy: AccountId },
): Promise<ConversationRecord> {
  const { conversation: id, title, members, createdAtMs, openedBy } = content;
  const opened: ConversationRecord = {
    id,
    title,
    members,
    openedBy,
    createdAtMs,
    consents: [],
    unread: [],
    pseudonym: core.random(idBytesCount),
  };
  changeConversation(transaction, opened);
  return opened;
}

/** Stores a conversation and tells listeners. */
export function changeConversation(transaction: Transaction, conversation: ConversationRecord): void {
  transaction.put(conversationsTable, conversation.id, conversation);
  transaction.emit({ type: "conversation", conversation: conversation.id });
}

/** The conversation as its members are told of it. */
export function contentOf({ id, title, members, createdAtMs }: ConversationRecord): ConversationContent {
  return { kind: "conversation", conversation: id, title, members, createdAtMs };
}

/**
 * Tells people in the conversation who were not told yet what this person is called. Staff are known by
 * their credentials; a patient's name travels only here.
 */
export async function introduce(
  core: Core,
  transaction: Transaction,
  conversation: ConversationRecord,
): Promise<void> {
  const { account: own, role, displayName } = selfOf(core);
  if (role !== "patient") return;
  const strangers: AccountId[] = [];
  for (const account of peopleIn(core, conversation)) {
    const contact = await transaction.get(contactsTable, account);
    if (account !== own && contact && !contact.knowsMyName) strangers.push(account);
  }
  if (strangers.length === 0) return;
  await enqueue(core, transaction, {
    content: { kind: "profile", displayName },
    to: strangers,
    lane: conversation.id,
  });
  for (const account of strangers) await changeContact(transaction, account, { knowsMyName: true });
}
