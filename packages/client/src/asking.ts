import { decodeContent } from "@cloister/contracts/content";
import type { AccountId, ConversationId, MessageId } from "@cloister/contracts/ids";
import type { TextMessage } from "./api.ts";
import { hasConsent } from "./consent.ts";
import { peopleIn, requireConversation } from "./conversations.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { findMessage } from "./messages.ts";
import { enqueue } from "./outbox.ts";
import {
  askKey,
  asksTable,
  type OpenAskRecord,
  type OutboxRow,
  openAsksTable,
  orderKey,
  outboxTable,
} from "./records.ts";

/** An agent may have been restarted and forgotten: unanswered questions are put again, less and less often. */
const firstRetryMs = 120_000;
const mostRetryMs = 3_600_000;
/** After a new connection sooner, but not at each one of a flickering line. */
const reconnectRetryMs = 30_000;
const givenUpMs = 86_400_000;

type Question = Pick<TextMessage, "conversation" | "id" | "body" | "sentAtMs" | "decision"> & {
  readonly asked: AccountId;
};

/** Puts a question to an agent, who answers the people of the conversation. */
export async function askAgent(core: Core, transaction: Transaction, question: Question): Promise<void> {
  const { conversation, id, asked: agent } = question;
  await expectAnswer(transaction, { agent, id, conversation, by: selfOf(core).account });
  await put(core, transaction, question, 1);
}

/** Notes that an agent was asked: nothing else may be answered. */
export async function expectAnswer(
  transaction: Transaction,
  input: {
    readonly agent: AccountId;
    readonly id: MessageId;
    readonly conversation: ConversationId;
    readonly by: AccountId;
  },
): Promise<void> {
  const { agent, id, conversation, by } = input;
  const key = askKey(agent, by, id);
  if (!(await transaction.get(asksTable, key))) transaction.put(asksTable, key, { conversation });
}

interface Wait {
  readonly agent: AccountId;
  readonly waitMs: number;
}

/** An agent has no time for this person's questions; what is open is put again when it will. */
export function askLater(core: Core, transaction: Transaction, { agent, waitMs }: Wait): void {
  const againAtMs = core.clock.nowMs() + waitMs;
  for (const ask of transaction.all(openAsksTable)) {
    if (ask.agent === agent) transaction.put(openAsksTable, ask.id, { ...ask, againAtMs });
  }
}

/** An agent forgot what it was asked: what is open is put again at once. */
export function askSoon(core: Core, transaction: Transaction, agent: AccountId): void {
  askLater(core, transaction, { agent, waitMs: 0 });
}

/** Puts questions again whose answer is overdue. */
export async function askAgain(core: Core, isNewConnection: boolean): Promise<void> {
  const nowMs = core.clock.nowMs();
  const isDue = ({ triesCount, triedAtMs, againAtMs }: OpenAskRecord) =>
    againAtMs === undefined
      ? nowMs - triedAtMs >= (isNewConnection ? reconnectRetryMs : retryMs(triesCount))
      : nowMs >= againAtMs;
  if (!core.database.all(openAsksTable).some(isDue)) return;
  await core.database.change(async (transaction) => {
    for (const ask of transaction.all(openAsksTable).filter(isDue)) {
      const known = await findMessage(transaction, selfOf(core).account, ask.id);
      if (known?.message.kind !== "text" || !(await mayStillAsk(core, transaction, ask, known.message))) {
        transaction.delete(openAsksTable, ask.id);
      } else if (!isQueued(transaction, ask)) {
        await put(core, transaction, { ...known.message, asked: ask.agent }, ask.triesCount + 1);
      }
    }
  });
}

/** Takes back a question that people could not be told of. */
export function withdrawQuestion(
  transaction: Transaction,
  { conversation, id }: { readonly conversation: ConversationId; readonly id: MessageId },
): void {
  for (const row of transaction.all(outboxTable)) {
    if (isQuestion(row, conversation, id)) transaction.delete(outboxTable, orderKey(row.order));
  }
  transaction.delete(openAsksTable, id);
}

async function put(
  core: Core,
  transaction: Transaction,
  question: Question,
  triesCount: number,
): Promise<void> {
  const { conversation, id, sentAtMs, body, decision, asked: agent } = question;
  const replyTo = peopleIn(core, await requireConversation(transaction, conversation));
  await enqueue(core, transaction, {
    content: { kind: "ask", conversation, id, sentAtMs, body, replyTo, ...(decision && { decision }) },
    to: [agent],
    forAgents: true,
  });
  const triedAtMs = core.clock.nowMs();
  transaction.put(openAsksTable, id, { id, conversation, agent, triesCount, triedAtMs });
  transaction.afterwards(() => core.evidence.asked(agent));
}

async function mayStillAsk(
  core: Core,
  transaction: Transaction,
  { conversation, agent }: OpenAskRecord,
  { sentAtMs }: TextMessage,
): Promise<boolean> {
  const { consents } = await requireConversation(transaction, conversation);
  const stands = hasConsent(consents, { agent, by: selfOf(core).account });
  return stands && core.clock.nowMs() - sentAtMs < givenUpMs;
}

function isQueued(transaction: Transaction, { conversation, id }: OpenAskRecord): boolean {
  return transaction.all(outboxTable).some((row) => isQuestion(row, conversation, id));
}

function isQuestion(row: OutboxRow, conversation: ConversationId, id: MessageId): boolean {
  if (!row.forAgents) return false;
  const content = decodeContent(row.content);
  return content.kind === "ask" && content.id === id && content.conversation === conversation;
}

function retryMs(triesCount: number): number {
  return Math.min(mostRetryMs, firstRetryMs * 2 ** (triesCount - 1));
}
