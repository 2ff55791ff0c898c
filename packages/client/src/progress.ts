import { decodeContent, type ProgressContent } from "@cloister/contracts/content";
import type { AccountId, ConversationId, MessageId } from "@cloister/contracts/ids";
import type { AnswerProgress } from "./api.ts";
import { hasConsent } from "./consent.ts";
import { requireConversation } from "./conversations.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { findMessage } from "./messages.ts";
import { enqueue } from "./outbox.ts";
import {
  askKey,
  conversationsTable,
  openAsksTable,
  outboxTable,
  progressTable,
  type QuestionRecord,
} from "./records.ts";

/** An agent tells how far an answer is, unless what it told before has not gone yet. */
export async function tellProgress(
  core: Core,
  transaction: Transaction,
  { conversation, id, from, replyTo }: QuestionRecord,
  text: string,
): Promise<void> {
  const waits = transaction.all(outboxTable).some((row) => {
    if (row.lane !== conversation) return false;
    const content = decodeContent(row.content);
    return content.kind === "progress" && content.inReplyTo === id && content.asker === from;
  });
  if (waits) return;
  const atMs = core.clock.nowMs();
  const content: ProgressContent = { kind: "progress", conversation, inReplyTo: id, asker: from, atMs, text };
  await enqueue(core, transaction, { content, to: replyTo });
}

/** Keeps the newest word of an agent about an answer that somebody here waits for. */
export function noteProgress(transaction: Transaction, agent: AccountId, content: ProgressContent): void {
  const { kind: _kind, ...progress } = content;
  const key = askKey(agent, content.asker, content.inReplyTo);
  const known = transaction
    .all(progressTable)
    .find((one) => askKey(one.agent, one.asker, one.inReplyTo) === key);
  if (known && known.atMs > content.atMs) return;
  transaction.put(progressTable, key, { ...progress, agent });
  transaction.emit({ type: "progress", conversation: content.conversation });
}

/** The answer is there, or will not come. */
export function endProgress(
  transaction: Transaction,
  {
    agent,
    asker,
    inReplyTo,
    conversation,
  }: Pick<AnswerProgress, "agent" | "asker" | "inReplyTo" | "conversation">,
): void {
  transaction.delete(progressTable, askKey(agent, asker, inReplyTo));
  transaction.emit({ type: "progress", conversation });
}

/** How far answers in a conversation are, as far as consent stands. */
export function progressIn({ database }: Core, id: ConversationId): readonly AnswerProgress[] {
  const conversation = database.find(conversationsTable, id);
  return database
    .all(progressTable)
    .filter(
      (one) =>
        one.conversation === id &&
        conversation !== undefined &&
        hasConsent(conversation.consents, { agent: one.agent, by: one.asker }),
    );
}

/** Tells the agent that no more of an answer is wanted. Does nothing when the answer is there already. */
export async function stopAnswer(core: Core, conversation: ConversationId, id: MessageId): Promise<void> {
  await core.database.change(async (transaction) => {
    await requireConversation(transaction, conversation);
    const known = await findMessage(transaction, selfOf(core).account, id);
    const agent = known?.message.kind === "text" ? known.message.asked : undefined;
    if (agent === undefined || !(await transaction.get(openAsksTable, id))) return;
    await enqueue(core, transaction, {
      content: { kind: "stop", conversation, id },
      to: [agent],
      forAgents: true,
    });
  });
}
