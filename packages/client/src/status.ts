import { decodeContent, encodeContent, type StatusContent } from "@cloister/contracts/content";
import type { AccountId, ConversationId, MessageId } from "@cloister/contracts/ids";
import type { Message } from "./api.ts";
import { changeConversation, requireConversation } from "./conversations.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { enqueue } from "./outbox.ts";
import {
  type ConversationRecord,
  contactsTable,
  messagesTable,
  type OutboxRow,
  orderKey,
  outboxTable,
} from "./records.ts";
import { between } from "./timing.ts";

/** A report that left at once would tell the network who talks with whom; a random wait also gathers several. */
const leastDelayMs = 250;
const mostDelayMs = 2000;
const maxIdsCount = 200;

/** Queues a report about one message, with others that wait for the same recipients. */
export async function report(
  core: Core,
  transaction: Transaction,
  input: Omit<StatusContent, "kind" | "ids"> & { readonly id: MessageId; readonly to: readonly AccountId[] },
): Promise<void> {
  const { conversation, status, id, to } = input;
  const gathering = transaction.all(outboxTable).find((row) => isGathering(row, input));
  if (gathering) {
    const content = decodeContent(gathering.content) as StatusContent;
    const more = encodeContent({ ...content, ids: [...content.ids, id] });
    transaction.put(outboxTable, orderKey(gathering.order), { ...gathering, content: more });
    return;
  }
  await enqueue(core, transaction, {
    content: { kind: "status", conversation, status, ids: [id] },
    to,
    lane: `status/${conversation}`,
    notBeforeMs: core.clock.nowMs() + between(core.random, leastDelayMs, mostDelayMs),
  });
}

function isGathering(
  row: OutboxRow,
  input: {
    readonly conversation: ConversationId;
    readonly status: string;
    readonly to: readonly AccountId[];
  },
): boolean {
  if (row.lane !== `status/${input.conversation}` || row.envelopes) return false;
  if (row.to.length !== input.to.length || row.to.some((account, at) => account !== input.to[at]))
    return false;
  const content = decodeContent(row.content);
  return content.kind === "status" && content.status === input.status && content.ids.length < maxIdsCount;
}

/** A person saw the conversation: its authors hear so, and this person's other devices. */
export async function markRead(core: Core, id: ConversationId): Promise<void> {
  await core.database.change(async (transaction) => {
    const conversation = await requireConversation(transaction, id);
    if (conversation.unreadCount === 0) return;
    const messages = await messagesOf(transaction, id);
    const news = messages.filter((message) => isNews(message, conversation.readPosition));
    const last = news.at(-1);
    if (!last) return;
    readUpTo(transaction, conversation, last.position, messages);
    const { account: own } = selfOf(core);
    for (const message of news) {
      const author = await transaction.get(contactsTable, message.from);
      const isPerson = message.kind === "text" && author?.role !== "agent";
      const to = isPerson ? [message.from, own] : [own];
      await report(core, transaction, { conversation: id, status: "read", id: message.id, to });
    }
  });
}

/** Whether a message is something to read that was not read up to here. */
function isNews(message: Message, readPosition: number): boolean {
  return message.position > readPosition && !message.mine && message.kind !== "notice";
}

/** This person read it on another device. */
export async function readElsewhere(
  transaction: Transaction,
  conversation: ConversationRecord,
  ids: readonly MessageId[],
): Promise<void> {
  const messages = await messagesOf(transaction, conversation.id);
  const read = messages.filter(({ id }) => ids.includes(id));
  const position = Math.max(0, ...read.map((message) => message.position));
  if (position > conversation.readPosition) readUpTo(transaction, conversation, position, messages);
}

function readUpTo(
  transaction: Transaction,
  conversation: ConversationRecord,
  readPosition: number,
  messages: readonly Message[],
): void {
  const unreadCount = messages.filter((message) => isNews(message, readPosition)).length;
  changeConversation(transaction, { ...conversation, readPosition, unreadCount });
}

async function messagesOf(transaction: Transaction, id: ConversationId): Promise<readonly Message[]> {
  return (await transaction.list(messagesTable(id))).map(({ message }) => message);
}
