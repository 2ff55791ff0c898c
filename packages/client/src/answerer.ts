import { isBaseError } from "@cloister/bytes";
import { type AnswerContent, decodeContent, encodeContent } from "@cloister/contracts/content";
import {
  answerDigest,
  attachProof,
  citedSources,
  hourOf,
  receiptDigest,
  signReceipt,
} from "@cloister/transparency";
import type { AgentReply, AnswerQuestion } from "./api.ts";
import { type Core, freshId, keysOf } from "./core.ts";
import type { LogClient } from "./log-client.ts";
import { enqueue } from "./outbox.ts";
import { tellProgress } from "./progress.ts";
import { leafOf } from "./recorder.ts";
import { messageKey, type PreparedRecord, type QuestionRecord, questionsTable } from "./records.ts";
import { requestIdOf } from "./request-id.ts";
import { backOff, pause } from "./timing.ts";
import { Turn } from "./turn.ts";

/** Questions answered at once. */
const maxBusyCount = 4;
/** A question that fails this often, though everything can be reached, no longer holds up the mailbox. */
const maxFailuresCount = 5;

interface Waiting {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

/** Answers the questions that are stored here; an answer is in the outbox before its question counts as done. */
export class Answerer {
  readonly #core: Core;
  readonly #log: LogClient;
  readonly #answer: AnswerQuestion;
  readonly #waiting = new Map<string, Waiting>();
  readonly #queue: string[] = [];
  readonly #turns = new Map<string, Turn>();
  #busyCount = 0;
  #running = false;

  constructor(core: Core, log: LogClient, answer: AnswerQuestion) {
    this.#core = core;
    this.#log = log;
    this.#answer = answer;
  }

  /** Takes up what was left open. */
  start(): void {
    this.#running = true;
    this.#core.inBackground(async () => {
      const questions = await this.#core.database.list(questionsTable);
      for (const { from, id, answer } of questions) {
        if (!answer) void this.answered(messageKey(from, id));
      }
    });
  }

  /** What is under way is left; it comes again. */
  stop(): void {
    this.#running = false;
    for (const turn of this.#turns.values()) turn.stop();
    this.#queue.length = 0;
    this.#waiting.clear();
  }

  /** The asker wants no more of an answer under way. */
  stopAnswering(key: string): void {
    this.#turns.get(key)?.stop();
  }

  /** Answers a stored question unless that is under way, and resolves when its answer is in the outbox. */
  answered(key: string): Promise<void> {
    const known = this.#waiting.get(key);
    if (known) return known.promise;
    let resolve: () => void = () => undefined;
    const promise = new Promise<void>((settle) => {
      resolve = settle;
    });
    this.#waiting.set(key, { promise, resolve });
    this.#queue.push(key);
    this.#next();
    return promise;
  }

  #next(): void {
    if (!this.#running || this.#busyCount >= maxBusyCount) return;
    const key = this.#queue.shift();
    if (key === undefined) return;
    this.#busyCount += 1;
    void this.#answerUntilDone(key).finally(() => {
      this.#busyCount -= 1;
      this.#next();
    });
  }

  async #answerUntilDone(key: string): Promise<void> {
    for (let failuresCount = 0; this.#running; failuresCount += 1) {
      try {
        await this.#answerOnce(key);
        return this.#done(key);
      } catch (error) {
        const isHopeless = failuresCount >= maxFailuresCount && !isUnavailable(error);
        // It stays open here, for the next start or for when it is asked again.
        if (isHopeless) return this.#done(key);
        await pause(this.#core.clock, backOff(this.#core.random, failuresCount));
      }
    }
  }

  #done(key: string): void {
    this.#waiting.get(key)?.resolve();
    this.#waiting.delete(key);
  }

  async #answerOnce(key: string): Promise<void> {
    const { database } = this.#core;
    const question = await database.get(questionsTable, key);
    if (!question || question.answer) return;
    const prepared = question.prepared ?? (await this.#prepare(key, question));
    if (!prepared) return;
    const content = await this.#withProof(prepared);
    if (!this.#running) return;
    await database.change(async (transaction) => {
      // Consent may have been taken back meanwhile; then there is no question any more.
      const open = await transaction.get(questionsTable, key);
      if (!open || open.answer) return;
      const { prepared: _done, ...rest } = open;
      transaction.put(questionsTable, key, { ...rest, body: "", answer: encodeContent(content) });
      await enqueue(this.#core, transaction, { content, to: question.replyTo });
    });
  }

  /** What will be answered is durable before the log hears of it, so that no other answer follows a crash. */
  async #prepare(key: string, question: QuestionRecord): Promise<PreparedRecord | undefined> {
    const prepared = this.#sign(question, await this.#takeTurn(key, question));
    if (!this.#running) return undefined;
    return this.#core.database.change(async (transaction) => {
      const open = await transaction.get(questionsTable, key);
      if (!open || open.answer) return undefined;
      if (open.prepared) return open.prepared;
      transaction.put(questionsTable, key, { ...open, body: "", prepared });
      return prepared;
    });
  }

  async #takeTurn(key: string, question: QuestionRecord): Promise<AgentReply> {
    const { conversation, id, from, body } = question;
    const turn = new Turn(this.#core.clock, (text) => this.#report(key, text));
    this.#turns.set(key, turn);
    if (question.stopped) turn.stop();
    try {
      return await this.#answer({ conversation, id, from, body }, turn);
    } finally {
      turn.end();
      this.#turns.delete(key);
    }
  }

  /** Consent may be taken back at any time: then nobody is told any more. */
  #report(key: string, text: string): void {
    this.#core.inBackground(() =>
      this.#core.database.change(async (transaction) => {
        const open = await transaction.get(questionsTable, key);
        if (open && !open.prepared && !open.answer) await tellProgress(this.#core, transaction, open, text);
      }),
    );
  }

  /** Signs what the agent claims. */
  #sign(question: QuestionRecord, { answer, claims }: AgentReply): PreparedRecord {
    const { clock, random } = this.#core;
    const { publicKey: agentKey, privateKey } = keysOf(this.#core).identityKeyPair;
    const receipt = signReceipt({
      body: {
        ...claims,
        agentKey,
        sources: citedSources(answer),
        ...(question.decision && { decision: question.decision }),
        requestId: requestIdOf(question),
        answerDigest: answerDigest(answer),
        issuedAt: hourOf(clock.nowMs()),
      },
      privateKey,
      random,
    });
    const leaf = leafOf(this.#core, {
      type: "ai.answered",
      conversation: question.pseudonym,
      receiptDigest: receiptDigest(receipt),
      abstained: answer.outcome === "abstained",
    });
    const content: AnswerContent = {
      kind: "answer",
      conversation: question.conversation,
      id: freshId(random),
      inReplyTo: question.id,
      asker: question.from,
      sentAtMs: clock.nowMs(),
      answer,
      receipt: new Uint8Array(),
    };
    return { content: encodeContent(content), receipt, leaf };
  }

  /** Has the log keep the leaf, and puts its proof into the receipt, before the answer goes anywhere. */
  async #withProof({ content, receipt, leaf }: PreparedRecord): Promise<AnswerContent> {
    const { index, proof, checkpoint } = await this.#log.append(leaf);
    const whole = attachProof(receipt, { leaf, leafIndex: index, proof, checkpoint });
    return { ...(decodeContent(content) as AnswerContent), receipt: whole };
  }
}

function isUnavailable(error: unknown): boolean {
  return isBaseError(error) && error.family === "Unavailable";
}
