import { BaseError } from "@cloister/bytes";
import type { ConsentContent } from "@cloister/contracts/content";
import type { AccountId, ConversationId } from "@cloister/contracts/ids";
import { requireContact } from "./contacts.ts";
import { changeConversation, peopleIn, requireConversation } from "./conversations.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import type { LogClient } from "./log-client.ts";
import { addNotice } from "./messages.ts";
import { enqueue, isOf } from "./outbox.ts";
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
  return decisionOf(consents, { agent, by })?.granted === true;
}

function decisionOf(
  consents: ConversationRecord["consents"],
  { agent, by }: { readonly agent: AccountId; readonly by: AccountId },
): ConversationRecord["consents"][number] | undefined {
  return consents.find((consent) => consent.agent === agent && consent.by === by);
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
    await decide(core, transaction, { conversation: id, agent, granted: true });
  });
}

/** From here on the agent gets nothing of this person's, except this word, so that it can forget. */
export async function revokeConsent(core: Core, id: ConversationId, agent: AccountId): Promise<void> {
  await core.database.change(async (transaction) => {
    if (!(await decide(core, transaction, { conversation: id, agent, granted: false }))) return;
    const { pseudonym } = await requireConversation(transaction, id);
    await record(core, transaction, { type: "consent.revoked", conversation: pseudonym });
  });
}

/** Decides here and tells the others. What is decided now is newer than what was, whatever the clocks say. */
async function decide(
  core: Core,
  transaction: Transaction,
  input: Pick<ConsentContent, "conversation" | "agent" | "granted">,
): Promise<boolean> {
  const { account: by } = selfOf(core);
  const { consents } = await requireConversation(transaction, input.conversation);
  const before = decisionOf(consents, { agent: input.agent, by });
  const atMs = Math.max(core.clock.nowMs(), (before?.atMs ?? 0) + 1);
  const changed = await applyConsent(core, transaction, { ...input, by, atMs });
  if (changed) await tell(core, transaction, { kind: "consent", ...input, atMs });
  return changed;
}

/**
 * Notes what a person decided, with a line between the messages. False when it was so already, or when they
 * decided otherwise later: the newest decision holds, and of two at once the one that takes consent back.
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
    readonly atMs: number;
  },
): Promise<boolean> {
  const { agent, by, granted, atMs } = input;
  const conversation = await requireConversation(transaction, input.conversation);
  const before = decisionOf(conversation.consents, { agent, by });
  if (before && (atMs < before.atMs || (atMs === before.atMs && granted))) return false;
  const others = conversation.consents.filter((consent) => consent !== before);
  changeConversation(transaction, {
    ...conversation,
    consents: [...others, { agent, by, granted, atMs }],
  });
  if ((before?.granted ?? false) === granted) return false;
  await addNotice(core, transaction, {
    conversation: conversation.id,
    from: by,
    notice: { type: "consent", agent, granted },
  });
  if (!granted && by === selfOf(core).account) withdraw(transaction, conversation.id, agent);
  return true;
}

async function tell(core: Core, transaction: Transaction, content: ConsentContent): Promise<void> {
  const people = peopleIn(core, await requireConversation(transaction, content.conversation));
  await enqueue(core, transaction, { content, to: people });
  await enqueue(core, transaction, { content, to: [content.agent], forAgents: true });
}

/** An agent forgot who consented: it is told again. */
export async function tellConsents(core: Core, transaction: Transaction, agent: AccountId): Promise<void> {
  const { account: by } = selfOf(core);
  for (const { id: conversation, consents } of transaction.all(conversationsTable)) {
    const decision = decisionOf(consents, { agent, by });
    if (!decision?.granted) continue;
    const { atMs, granted } = decision;
    const content = { kind: "consent", conversation, agent, granted, atMs } as const;
    await enqueue(core, transaction, { content, to: [agent], forAgents: true });
  }
}

/** Takes back whatever waits to go to the agent from this conversation, and stops asking again. */
function withdraw(transaction: Transaction, conversation: ConversationId, agent: AccountId): void {
  for (const row of transaction.all(outboxTable)) {
    if (row.forAgents && row.to.includes(agent) && isOf(row, conversation)) {
      transaction.delete(outboxTable, orderKey(row.order));
    }
  }
  for (const ask of transaction.all(openAsksTable)) {
    if (ask.conversation === conversation && ask.agent === agent) transaction.delete(openAsksTable, ask.id);
  }
}
