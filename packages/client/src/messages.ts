import type { AccountId, ConversationId, MessageId } from "@cloister/contracts/ids";
import type { Message, MessageState, NoticeMessage } from "./api.ts";
import { type Core, freshId, selfOf, takeNumbers } from "./core.ts";
import type { Transaction } from "./database.ts";
import {
  conversationsTable,
  type MessageRecord,
  messageIndexTable,
  messageKey,
  messagesTable,
  orderKey,
} from "./records.ts";

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
/** A message before it has a place. */
export type NewMessage = Without<Message, "position" | "mine">;

const statesInOrder: readonly MessageState[] = ["failed", "queued", "sent", "delivered", "read"];

/** Puts a message at the end of its conversation. */
export async function addMessage(core: Core, transaction: Transaction, input: NewMessage): Promise<Message> {
  const position = await takeNumbers(transaction, "order");
  const message = { ...input, position, mine: input.from === selfOf(core).account } as Message;
  const { conversation, from, id } = message;
  transaction.put(messageIndexTable, messageKey(from, id), { conversation, position });
  put(transaction, { message, reports: {} });
  const known = await transaction.get(conversationsTable, conversation);
  if (known) {
    const isNews = !message.mine && message.kind !== "notice";
    const unread = isNews ? [...known.unread, { position, id, from }] : known.unread;
    transaction.put(conversationsTable, conversation, { ...known, lastMessage: message, unread });
  }
  return message;
}

/** A line between messages. */
export async function addNotice(
  core: Core,
  transaction: Transaction,
  input: Pick<NoticeMessage, "conversation" | "from" | "notice">,
): Promise<void> {
  const sentAtMs = core.clock.nowMs();
  await addMessage(core, transaction, { kind: "notice", id: freshId(core.random), sentAtMs, ...input });
}

/**
 * Something of this account cannot be read here and has to be said again. One line is enough: more of the same
 * say nothing new, and whoever sends rubbish shall not fill the screen.
 */
export async function noteUnreadable(
  core: Core,
  transaction: Transaction,
  account: AccountId,
): Promise<void> {
  const shared = transaction
    .all(conversationsTable)
    .filter(({ members }) => members.some((member) => member.account === account));
  const latest = shared.sort((a, b) => lastPosition(b) - lastPosition(a))[0];
  if (!latest) return;
  const { lastMessage } = latest;
  if (lastMessage?.kind === "notice" && lastMessage.notice.type === "unreadable") return;
  await addNotice(core, transaction, {
    conversation: latest.id,
    from: account,
    notice: { type: "unreadable", account },
  });
}

function lastPosition(conversation: { readonly lastMessage?: { readonly position: number } }): number {
  return conversation.lastMessage?.position ?? 0;
}

/** Finds a message by who sent it and its id. */
export async function findMessage(
  transaction: Transaction,
  from: AccountId,
  id: MessageId,
): Promise<MessageRecord | undefined> {
  const place = await transaction.get(messageIndexTable, messageKey(from, id));
  return place && transaction.get(messagesTable(place.conversation), orderKey(place.position));
}

/** Moves an own text on: states only rise, except when it is sent again. */
export async function changeState(
  transaction: Transaction,
  known: MessageRecord,
  state: MessageState,
  reports = known.reports,
): Promise<void> {
  const { message } = known;
  if (message.kind !== "text") return;
  const rises = statesInOrder.indexOf(state) > statesInOrder.indexOf(message.state);
  const fails = state === "failed" && message.state === "queued";
  const changed = rises || fails ? { ...message, state } : message;
  put(transaction, { message: changed, reports });
  const conversation = await transaction.get(conversationsTable, message.conversation);
  if (conversation?.lastMessage?.position === message.position) {
    transaction.put(conversationsTable, conversation.id, { ...conversation, lastMessage: changed });
  }
}

/** The whole history of a conversation, in order of position. */
export async function history(core: Core, conversation: ConversationId): Promise<readonly Message[]> {
  const records = await core.database.list(messagesTable(conversation));
  return records.map(({ message }) => message);
}

function put(transaction: Transaction, record: MessageRecord): void {
  const { message } = record;
  transaction.put(messagesTable(message.conversation), orderKey(message.position), record);
  transaction.emit({ type: "message", message });
}
