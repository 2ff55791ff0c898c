import { type ChildProcess, fork } from "node:child_process";
import process from "node:process";
import { ModelBusyError } from "@cloister/answering";
import type { Channel } from "./channel.ts";
import { closed, crashed, timedOut, unusable } from "./errors.ts";
import { type Ask, fromEngine, type Reply, type Start, type ToEngine } from "./messages.ts";

const startTimeoutMs = 300_000;
const pingTimeoutMs = 2_000;
/** A stop that takes longer means that the engine hangs. */
const stopTimeoutMs = 2_000;
const shortestPauseMs = 250;
const longestPauseMs = 15_000;
/** Whoever ran this long was well; a crash then begins with the shortest pause again. */
const steadyMs = 10_000;
/** What the child needs of our environment: nothing that may be secret. */
const passedOn = ["PATH", "SystemRoot", "TEMP", "TMPDIR"];

/** What a question gets: replies, and at the end one of them or an error. */
export type Answer = Channel<Reply | Error>;

/** The engine's process: started, watched, started again with growing pauses after a crash. */
export class EngineProcess {
  readonly #start: Omit<Start, "type">;
  readonly #answers = new Map<number, Answer>();
  readonly #pings = new Map<number, () => void>();
  #child: ChildProcess | undefined;
  #isReady = false;
  #isClosed = false;
  #startedAtMs = 0;
  #failuresCount = 0;
  #pause: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(start: Omit<Start, "type">) {
    this.#start = start;
  }

  get state(): "ready" | "starting" | "unavailable" {
    if (this.#isReady) return "ready";
    return this.#isClosed ? "unavailable" : "starting";
  }

  /** For tests and for operators: the process to look at. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Resolves with the context's size when the first question can be asked.
   * @throws BaseError `MODEL_ENGINE`, `MODEL_WEIGHTS`, `MODEL_CRASHED`, `MODEL_TIMEOUT`
   */
  open(): Promise<number> {
    const child = fork(new URL("./child.ts", import.meta.url), {
      env: Object.fromEntries(passedOn.map((name) => [name, process.env[name]])),
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#child = child;
    this.#startedAtMs = performance.now();
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        clearTimeout(timer);
        child.kill("SIGKILL");
        reject(error);
      };
      const timer = setTimeout(() => fail(timedOut("to start")), startTimeoutMs);
      child.once("error", () => fail(crashed()));
      child.once("exit", () => {
        fail(crashed());
        this.#ended(child);
      });
      child.on("message", (message: unknown) => {
        const parsed = fromEngine.safeParse(message);
        if (!parsed.success) return child.kill("SIGKILL");
        const { data } = parsed;
        if (data.type === "unusable") return fail(unusable(data.what));
        if (data.type === "ready") {
          clearTimeout(timer);
          this.#isReady = true;
          return resolve(data.contextTokensCount);
        }
        if (data.type === "pong") return this.#pings.get(data.id)?.();
        return this.#reply(data);
      });
      this.#send({ type: "start", ...this.#start });
    });
  }

  /** @throws BaseError `MODEL_CLOSED`; ModelBusyError while it starts */
  ask(question: Omit<Ask, "type" | "id">, answer: Answer): number {
    if (this.#isClosed) throw closed();
    if (!this.#isReady) throw new ModelBusyError(this.#pauseMs() + shortestPauseMs);
    this.#lastId += 1;
    this.#answers.set(this.#lastId, answer);
    this.#send({ type: "ask", id: this.#lastId, ...question });
    return this.#lastId;
  }

  /** The engine ends that answer, or is ended. */
  stop(id: number): void {
    if (!this.#answers.has(id)) return;
    this.#send({ type: "stop", id });
    const child = this.#child;
    setTimeout(() => {
      if (this.#answers.has(id)) child?.kill("SIGKILL");
    }, stopTimeoutMs).unref();
  }

  /** Whether the engine answers to a ping. */
  ping(): Promise<boolean> {
    if (!this.#isReady) return Promise.resolve(false);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const settle = (isAlive: boolean) => {
        clearTimeout(timer);
        this.#pings.delete(id);
        resolve(isAlive);
      };
      const timer = setTimeout(() => settle(false), pingTimeoutMs);
      this.#pings.set(id, () => settle(true));
      this.#send({ type: "ping", id });
    });
  }

  /** Ends the process; its memory is free when this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isReady = false;
    clearTimeout(this.#pause);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  #send(message: ToEngine): void {
    // A child that is gone is noticed by its exit.
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  #reply(reply: Reply): void {
    const answer = this.#answers.get(reply.id);
    if (reply.type !== "text") this.#answers.delete(reply.id);
    answer?.push(reply);
  }

  #ended(child: ChildProcess): void {
    if (child !== this.#child) return;
    const wasReady = this.#isReady;
    this.#isReady = false;
    for (const answer of this.#answers.values()) answer.push(this.#isClosed ? closed() : crashed());
    this.#answers.clear();
    // The first start is the caller's: it says what is wrong.
    if (this.#isClosed || (!wasReady && this.#failuresCount === 0)) return;
    this.#failuresCount = performance.now() - this.#startedAtMs > steadyMs ? 1 : this.#failuresCount + 1;
    this.#pause = setTimeout(() => void this.open().catch(() => undefined), this.#pauseMs());
  }

  #pauseMs(): number {
    return Math.min(shortestPauseMs * 2 ** Math.max(this.#failuresCount - 1, 0), longestPauseMs);
  }
}
