import { decodeContent, encodeContent, type StatusContent } from "@cloister/contracts/content";
import type { AccountId, ConversationId, MessageId } from "@cloister/contracts/ids";
import { changeConversation, requireConversation } from "./conversations.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { enqueue } from "./outbox.ts";
import { type ConversationRecord, contactsTable, type OutboxRow, orderKey, outboxTable } from "./records.ts";
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
  const { account: own } = selfOf(core);
  await core.database.change(async (transaction) => {
    const { unread, ...conversation } = await requireConversation(transaction, id);
    if (unread.length === 0) return;
    changeConversation(transaction, { ...conversation, unread: [] });
    for (const message of unread) {
      const author = await transaction.get(contactsTable, message.from);
      const to = author?.role === "agent" ? [own] : [message.from, own];
      await report(core, transaction, { conversation: id, status: "read", id: message.id, to });
    }
  });
}

/** This person read it on another device, up to the last of these messages. */
export function readElsewhere(
  transaction: Transaction,
  conversation: ConversationRecord,
  ids: readonly MessageId[],
): void {
  const read = conversation.unread.filter(({ id }) => ids.includes(id));
  const upTo = Math.max(0, ...read.map(({ position }) => position));
  const unread = conversation.unread.filter(({ position }) => position > upTo);
  if (read.length > 0) changeConversation(transaction, { ...conversation, unread });
}
