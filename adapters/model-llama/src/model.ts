import { randomBytes } from "node:crypto";
import {
  checkedEvents,
  type Model,
  type ModelEvent,
  type ModelHealth,
  type ModelIdentity,
  type ModelRequest,
  type Scope,
  type StopSignal,
  toChat,
} from "@cloister/answering";
import { type BaseError, toBase64Url, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { Channel } from "./channel.ts";
import { closed, replyError, timedOut } from "./errors.ts";
import type { Reply } from "./messages.ts";
import type { Answer, EngineProcess } from "./process.ts";

/** For as long as this process lives. */
const markerSecret = randomBytes(32);

/** How long an answer may take, in milliseconds. */
export interface Timeouts {
  readonly firstTokenMs: number;
  readonly betweenTokensMs: number;
  readonly totalMs: number;
}

/** The port over the engine's process. Made by `llamaModel`. */
export class LlamaModel implements Model {
  readonly identity: ModelIdentity;
  readonly #engine: EngineProcess;
  readonly #timeouts: Timeouts;
  #isClosed = false;

  constructor(identity: ModelIdentity, engine: EngineProcess, timeouts: Timeouts) {
    this.identity = identity;
    this.#engine = engine;
    this.#timeouts = timeouts;
  }

  generate(request: ModelRequest, signal: StopSignal): AsyncGenerator<ModelEvent, void, undefined> {
    return checkedEvents(request, () => this.#events(request, signal));
  }

  async *#events(request: ModelRequest, signal: StopSignal): AsyncGenerator<ModelEvent, void, undefined> {
    if (this.#isClosed) throw closed();
    if (signal.aborted) return yield { type: "end", reason: "stopped", usage: { outputTokensCount: 0 } };
    const following = new Following(this.#engine, this.#timeouts);
    const stop = () => following.stop();
    following.ask(request);
    signal.addEventListener("abort", stop);
    try {
      for (;;) {
        const reply = await following.next();
        if (reply.type === "text") {
          if (!signal.aborted) yield { type: "text", text: reply.text };
          continue;
        }
        const { reason, inputTokensCount, outputTokensCount } = reply;
        const usage = { inputTokensCount, outputTokensCount };
        return yield { type: "end", reason: signal.aborted ? "stopped" : reason, usage };
      }
    } finally {
      signal.removeEventListener("abort", stop);
      await following.leave();
    }
  }

  async health(): Promise<ModelHealth> {
    if (this.#engine.state !== "ready") return this.#engine.state;
    return (await this.#engine.ping()) ? "ready" : "unavailable";
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#engine.close();
  }
}

/** One question on its way through the engine, and its time limits. */
class Following {
  readonly #engine: EngineProcess;
  readonly #timeouts: Timeouts;
  readonly #answer: Answer = new Channel();
  #id = 0;
  #late: BaseError | undefined;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #total: NodeJS.Timeout;

  constructor(engine: EngineProcess, timeouts: Timeouts) {
    this.#engine = engine;
    this.#timeouts = timeouts;
    this.#total = setTimeout(() => this.#tooLate("to finish"), timeouts.totalMs);
  }

  ask(request: ModelRequest): void {
    const { scope, output, maxTokensCount, temperature, seed } = request;
    try {
      this.#id = this.#engine.ask(
        {
          conversation: conversationOf(scope),
          chat: [...toChat(request, markerSecret)],
          maxTokensCount,
          temperature,
          seed,
          ...(output !== undefined && { schema: { ...output } }),
        },
        this.#answer,
      );
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#timer = setTimeout(() => this.#tooLate("to begin"), this.#timeouts.firstTokenMs);
  }

  /** @throws BaseError */
  async next(): Promise<Exclude<Reply, { type: "error" }>> {
    const reply = await this.#answer.take();
    clearTimeout(this.#timer);
    if (!(reply instanceof Error) && reply.type === "text") {
      this.#timer = setTimeout(() => this.#tooLate("between two tokens"), this.#timeouts.betweenTokensMs);
      return reply;
    }
    this.#end();
    if (reply instanceof Error) throw this.#late ?? reply;
    if (reply.type === "error") throw replyError(reply.code);
    if (this.#late) throw this.#late;
    return reply;
  }

  stop(): void {
    this.#engine.stop(this.#id);
  }

  /** Resolves when the engine is free of this question. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.stop();
    while (!this.#isOver) await this.next().catch(() => undefined);
  }

  #tooLate(what: string): void {
    this.#late = timedOut(what);
    this.stop();
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#total);
  }
}

/** Tells conversations apart in the engine without naming anybody. */
function conversationOf({ tenant, patient, session }: Scope): string {
  return toBase64Url(sha256(toUtf8(JSON.stringify([tenant, patient, session]))));
}
