import { type AskContent, type Content, decodeContent } from "@cloister/contracts/content";
import { idBytesCount } from "@cloister/contracts/ids";
import type { Allowance } from "./allowance.ts";
import type { ConsentStands } from "./api.ts";
import { mendingLane, receiveResent } from "./broken.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { enqueue } from "./outbox.ts";
import type { Sender } from "./receive.ts";
import {
  agentConsentsTable,
  consentKey,
  messageKey,
  type QuestionRecord,
  questionsTable,
} from "./records.ts";
import { forgetAnswersTo, sayAgain } from "./resend.ts";

/** Whom one question is answered to; the asker comes first. An answer is sealed for each of their devices. */
const maxReplyToCount = 8;

interface AgentParts {
  readonly core: Core;
  readonly allowance: Allowance;
  /** Stops an answer under way, by the key of its question. */
  readonly stop: (question: string) => void;
  /** Somebody decided about consent. */
  readonly consented: () => void;
}

/**
 * What an agent's device does with what it was told: it hears consent, and questions that consent covers.
 * Returns the key of a question that waits for its answer. Whoever asks more than is allowed is told when to
 * ask again.
 */
export async function receiveAsAgent(
  { core, allowance, stop, consented }: AgentParts,
  transaction: Transaction,
  { address }: Sender,
  content: Content,
): Promise<string | undefined> {
  const { account } = address;
  if (content.kind === "consent" && content.agent === selfOf(core).account) {
    const key = consentKey(content.conversation, account);
    if (content.granted) {
      const known = await transaction.get(agentConsentsTable, key);
      if (!known) transaction.put(agentConsentsTable, key, { pseudonym: core.random(idBytesCount) });
    } else {
      transaction.delete(agentConsentsTable, key);
      const forgotten = await forget(transaction, content.conversation, account);
      transaction.afterwards(() => forgotten.forEach(stop));
      await forgetAnswersTo(transaction, { conversation: content.conversation, asker: account });
    }
    transaction.afterwards(consented);
    return undefined;
  }
  if (content.kind === "stop") {
    const key = messageKey(account, content.id);
    const open = await transaction.get(questionsTable, key);
    if (open?.conversation !== content.conversation || open.answer) return undefined;
    transaction.put(questionsTable, key, { ...open, stopped: true });
    transaction.afterwards(() => stop(key));
  }
  if (content.kind === "unopened") await sayAgain(core, transaction, address, content);
  if (content.kind === "resent") await receiveResent(core, transaction, address, content);
  if (content.kind !== "ask") return undefined;
  const consent = await transaction.get(agentConsentsTable, consentKey(content.conversation, account));
  if (!consent) return undefined;
  const waitMs = allowance.take(account);
  if (waitMs > 0) {
    if (allowance.tell(account)) {
      const later = { kind: "later", waitMs } as const;
      await enqueue(core, transaction, { content: later, to: [account], lane: mendingLane(account) });
    }
    return undefined;
  }
  return receiveQuestion(core, transaction, { ...consent, from: account }, content);
}

/** Whether this person lets this agent read what they address to it there. */
export async function consentStands(core: Core, asked: Parameters<ConsentStands>[0]): Promise<boolean> {
  const key = consentKey(asked.conversation, asked.account);
  return (await core.database.get(agentConsentsTable, key)) !== undefined;
}

/** A question again is answered with the same answer, or is being answered already. */
async function receiveQuestion(
  core: Core,
  transaction: Transaction,
  { from, pseudonym }: Pick<QuestionRecord, "from" | "pseudonym">,
  { conversation, id, body, replyTo, decision }: AskContent,
): Promise<string | undefined> {
  const key = messageKey(from, id);
  const known = await transaction.get(questionsTable, key);
  if (known?.answer) {
    await enqueue(core, transaction, { content: decodeContent(known.answer), to: known.replyTo });
    return undefined;
  }
  const { account: own } = selfOf(core);
  const people = [...new Set([from, ...replyTo])]
    .filter((account) => account !== own)
    .slice(0, maxReplyToCount);
  const question: QuestionRecord = {
    from,
    pseudonym,
    conversation,
    id,
    body,
    replyTo: people,
    ...(decision && { decision }),
    askedAtMs: core.clock.nowMs(),
  };
  transaction.put(questionsTable, key, question);
  return key;
}

/** Consent is taken back: questions and answers of this person here are erased. */
async function forget(transaction: Transaction, conversation: string, from: string): Promise<string[]> {
  const forgotten: string[] = [];
  for (const question of await transaction.list(questionsTable)) {
    if (question.conversation === conversation && question.from === from) {
      const key = messageKey(from, question.id);
      transaction.delete(questionsTable, key);
      forgotten.push(key);
    }
  }
  return forgotten;
}
