import { BaseError, toUtf8 } from "@cloister/bytes";
import { maxBodyBytes } from "@cloister/contracts/content";
import type { AccountId, ConversationId, MessageId } from "@cloister/contracts/ids";
import type { CloisterClient, TextMessage } from "./api.ts";
import { askAgent } from "./asking.ts";
import { hasConsent } from "./consent.ts";
import { introduce, peopleIn, requireConversation } from "./conversations.ts";
import { type Core, freshId, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { addMessage, changeState, findMessage } from "./messages.ts";
import { wellFormed } from "./names.ts";
import { enqueue } from "./outbox.ts";
import { record } from "./recorder.ts";
import { type ConversationRecord, contactsTable } from "./records.ts";
import { raiseRouting, requireRoute } from "./routing/decide.ts";

/**
 * Queues a text for the people of a conversation and, with `ask`, for that agent.
 * @throws BaseError `CONVERSATION_UNKNOWN`, `CONTENT_EMPTY`, `CONTENT_TOO_LARGE`, `IDENTITY_CHANGED`,
 * `CONSENT_REQUIRED`, `ROUTE_REFUSED`
 */
export async function sendText(
  core: Core,
  input: Parameters<CloisterClient["sendText"]>[0],
): Promise<TextMessage> {
  const body = wellFormed(input.body);
  if (body.trim() === "") throw new BaseError("Usage", "CONTENT_EMPTY", "write something first");
  if (toUtf8(body).length > maxBodyBytes) {
    throw new BaseError("Usage", "CONTENT_TOO_LARGE", "the message is too long; send it in parts");
  }
  const { account: from } = selfOf(core);
  return core.database.change(async (transaction) => {
    const conversation = await requireConversation(transaction, input.conversation);
    await mayAddress(core, transaction, conversation, input.ask);
    const { ask: agent, assessment } = input;
    const decision =
      agent === undefined ? undefined : requireRoute(core, conversation, { agent, assessment });
    if (decision) await raiseRouting(transaction, conversation.id, decision);
    await introduce(core, transaction, conversation);
    const message = (await addMessage(core, transaction, {
      kind: "text",
      id: freshId(core.random),
      conversation: conversation.id,
      from,
      sentAtMs: core.clock.nowMs(),
      body,
      state: "queued",
      ...(agent !== undefined && { asked: agent }),
      ...(decision && { decision }),
      ...(input.intake && { intake: input.intake }),
    })) as TextMessage;
    await enqueueText(core, transaction, conversation, message);
    const { pseudonym } = conversation;
    await record(core, transaction, { type: "message.sent", conversation: pseudonym, kind: "human" });
    if (agent !== undefined) {
      await record(core, transaction, { type: "ai.asked", conversation: pseudonym });
    }
    return message;
  });
}

/** Sends a failed text again, under the same id. @throws BaseError `MESSAGE_UNKNOWN`, and as {@link sendText} */
export async function retry(core: Core, id: ConversationId, messageId: MessageId): Promise<void> {
  await core.database.change(async (transaction) => {
    const conversation = await requireConversation(transaction, id);
    const known = await findMessage(transaction, selfOf(core).account, messageId);
    if (known?.message.kind !== "text") {
      throw new BaseError("Usage", "MESSAGE_UNKNOWN", "there is no such message of yours");
    }
    if (known.message.state !== "failed") return;
    const { asked: agent, decision } = known.message;
    await mayAddress(core, transaction, conversation, agent);
    // It was read when it was written; a limit may have come since.
    if (agent !== undefined) {
      requireRoute(core, conversation, { agent, assessment: decision && { ...decision, reasons: [] } });
    }
    await changeState(transaction, known, "queued");
    await enqueueText(core, transaction, conversation, known.message);
  });
}

/** People first, so that they have seen the question when its answer comes. */
async function enqueueText(
  core: Core,
  transaction: Transaction,
  conversation: ConversationRecord,
  message: TextMessage,
): Promise<void> {
  const { id, sentAtMs, body, asked, decision, intake } = message;
  await enqueue(core, transaction, {
    content: {
      kind: "text",
      conversation: conversation.id,
      id,
      sentAtMs,
      body,
      ...(asked !== undefined && { asked }),
      ...(decision && { decision }),
      ...(intake && { intake }),
    },
    to: peopleIn(core, conversation),
    message: { conversation: conversation.id, id },
  });
  if (asked !== undefined) await askAgent(core, transaction, { ...message, asked });
}

/** A person decides about a changed identity before anything goes to it, and about each agent. */
async function mayAddress(
  core: Core,
  transaction: Transaction,
  conversation: ConversationRecord,
  ask: AccountId | undefined,
): Promise<void> {
  for (const account of [...peopleIn(core, conversation), ...(ask === undefined ? [] : [ask])]) {
    if ((await transaction.get(contactsTable, account))?.verification !== "changed") continue;
    throw new BaseError(
      "Policy",
      "IDENTITY_CHANGED",
      "somebody's identity key changed; compare safety numbers before you write",
    );
  }
  if (ask !== undefined && !hasConsent(conversation.consents, { agent: ask, by: selfOf(core).account })) {
    throw new BaseError("Policy", "CONSENT_REQUIRED", "consent to the assistant in this conversation first");
  }
}
