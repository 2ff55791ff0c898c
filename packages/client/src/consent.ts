import { BaseError } from "@cloister/bytes";
import type { ConsentContent } from "@cloister/contracts/content";
import type { AccountId, ConversationId } from "@cloister/contracts/ids";
import { requireContact } from "./contacts.ts";
import { changeConversation, peopleIn, requireConversation } from "./conversations.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import type { LogClient } from "./log-client.ts";
import { addNotice } from "./messages.ts";
import { enqueue } from "./outbox.ts";
import { leafOf, record } from "./recorder.ts";
import {
  type ConversationRecord,
  conversationsTable,
  openAsksTable,
  orderKey,
  outboxTable,
} from "./records.ts";

/** Whether this person lets the agent read what is addressed to it. */
export function hasConsent(
  consents: ConversationRecord["consents"],
  { agent, by }: { readonly agent: AccountId; readonly by: AccountId },
): boolean {
  return consents.some((consent) => consent.agent === agent && consent.by === by);
}

/**
 * The log knows it first; then it takes effect here, at the other people and at the agent.
 * @throws BaseError `NOT_A_MEMBER`, `NOT_VOUCHED`, or family `Unavailable` when the log cannot be reached
 */
export async function grantConsent(
  core: Core,
  log: LogClient,
  id: ConversationId,
  agent: AccountId,
): Promise<void> {
  const { account: by } = selfOf(core);
  const conversation = core.database.find(conversationsTable, id);
  if (!conversation?.members.some(({ account }) => account === agent)) {
    throw new BaseError("Usage", "NOT_A_MEMBER", "this assistant is not part of the conversation");
  }
  const contact = await requireContact(core, agent);
  if (!contact.vouched || contact.role !== "agent") {
    throw new BaseError("Policy", "NOT_VOUCHED", "the organisation does not vouch for this assistant");
  }
  if (hasConsent(conversation.consents, { agent, by })) return;
  await log.append(leafOf(core, { type: "consent.granted", conversation: conversation.pseudonym }));
  await core.database.change(async (transaction) => {
    await applyConsent(core, transaction, { conversation: id, agent, by, granted: true });
    await tell(core, transaction, { conversation: id, agent, granted: true });
  });
}

/** From here on the agent gets nothing of this person's, except this word, so that it can forget. */
export async function revokeConsent(core: Core, id: ConversationId, agent: AccountId): Promise<void> {
  const { account: by } = selfOf(core);
  await core.database.change(async (transaction) => {
    const changed = await applyConsent(core, transaction, { conversation: id, agent, by, granted: false });
    if (!changed) return;
    await tell(core, transaction, { conversation: id, agent, granted: false });
    const { pseudonym } = await requireConversation(transaction, id);
    await record(core, transaction, { type: "consent.revoked", conversation: pseudonym });
  });
}

/**
 * Notes what a person decided, with a line between the messages. False when it was so already.
 * What this person queued for the agent before taking consent back is withdrawn.
 */
export async function applyConsent(
  core: Core,
  transaction: Transaction,
  input: {
    readonly conversation: ConversationId;
    readonly agent: AccountId;
    readonly by: AccountId;
    readonly granted: boolean;
  },
): Promise<boolean> {
  const { agent, by, granted } = input;
  const conversation = await requireConversation(transaction, input.conversation);
  if (hasConsent(conversation.consents, { agent, by }) === granted) return false;
  const others = conversation.consents.filter((consent) => consent.agent !== agent || consent.by !== by);
  const consents = granted ? [...others, { agent, by }] : others;
  changeConversation(transaction, { ...conversation, consents });
  await addNotice(core, transaction, {
    conversation: conversation.id,
    from: by,
    notice: { type: "consent", agent, granted },
  });
  if (!granted && by === selfOf(core).account) withdraw(transaction, conversation.id, agent);
  return true;
}

async function tell(
  core: Core,
  transaction: Transaction,
  input: Pick<ConsentContent, "conversation" | "agent" | "granted">,
): Promise<void> {
  const content: ConsentContent = { kind: "consent", ...input, atMs: core.clock.nowMs() };
  const people = peopleIn(core, await requireConversation(transaction, input.conversation));
  await enqueue(core, transaction, { content, to: people });
  await enqueue(core, transaction, { content, to: [input.agent], forAgents: true });
}

/** Takes back whatever waits to go to the agent from this conversation, and stops asking again. */
function withdraw(transaction: Transaction, conversation: ConversationId, agent: AccountId): void {
  for (const row of transaction.all(outboxTable)) {
    if (row.lane === conversation && row.forAgents && row.to.includes(agent)) {
      transaction.delete(outboxTable, orderKey(row.order));
    }
  }
  for (const ask of transaction.all(openAsksTable)) {
    if (ask.conversation === conversation && ask.agent === agent) transaction.delete(openAsksTable, ask.id);
  }
}
