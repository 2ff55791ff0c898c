import { setTimeout as sleep } from "node:timers/promises";
import {
  checkedEvents,
  type Model,
  ModelBusyError,
  type ModelEvent,
  type ModelHealth,
  type ModelIdentity,
  type ModelRequest,
  type StopSignal,
} from "@cloister/answering";
import { BaseError } from "@cloister/bytes";
import { chatBody } from "./body.ts";
import { parseModels } from "./chunk.ts";
import { closed, timedOut } from "./errors.ts";
import type { Settings } from "./options.ts";
import { streamEvents } from "./stream.ts";
import { call, readText } from "./transport.ts";

const healthTimeoutMs = 2_000;
const maxListBytes = 4 * 1024 * 1024;
const firstPauseMs = 100;
/** A server that wants more time than this gets it from the caller, who can tell a person. */
const longestPauseMs = 2_000;

/** The port over HTTP. Made by `openAiModel`, which first finds out what the server honours. */
export class OpenAiModel implements Model {
  readonly identity: ModelIdentity;
  readonly #settings: Settings;
  readonly #closing = new AbortController();

  constructor(settings: Settings) {
    this.#settings = settings;
    this.identity = {
      name: settings.model,
      contextTokensCount: settings.contextTokensCount,
      ...(settings.digest !== undefined && { digest: settings.digest }),
    };
  }

  generate(request: ModelRequest, signal: StopSignal): AsyncGenerator<ModelEvent, void, undefined> {
    return checkedEvents(request, () => this.stoppable(request, signal));
  }

  /**
   * Unchecked events, as the server sends them.
   * @param onRead called for each piece of the network that holds text
   */
  async *stoppable(
    request: ModelRequest,
    signal: StopSignal,
    onRead?: () => void,
  ): AsyncGenerator<ModelEvent, void, undefined> {
    const ending = new AbortController();
    const stop = () => ending.abort();
    const timer = setTimeout(() => ending.abort(timedOut("to finish")), this.#settings.timeouts.totalMs);
    signal.addEventListener("abort", stop);
    this.#closing.signal.addEventListener("abort", stop);
    let outputTokensCount = 0;
    try {
      if (this.#closing.signal.aborted) throw closed();
      if (signal.aborted) return yield stopped(0);
      for await (const event of this.#attempts(request, ending.signal, onRead)) {
        if (event.type === "text") outputTokensCount += 1;
        yield event;
      }
    } catch (error) {
      if (this.#closing.signal.aborted) throw closed();
      if (signal.aborted) return yield stopped(outputTokensCount);
      throw ending.signal.reason instanceof BaseError ? ending.signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      this.#closing.signal.removeEventListener("abort", stop);
      ending.abort();
    }
  }

  /** Again only while nothing has been said: a second beginning after the first would contradict it. */
  async *#attempts(
    request: ModelRequest,
    signal: AbortSignal,
    onRead?: () => void,
  ): AsyncGenerator<ModelEvent, void, undefined> {
    const { model, timeouts, retriesCount } = this.#settings;
    const { maxTokensCount } = request;
    const body = chatBody(this.#settings, request);
    for (let attempt = 0; ; attempt += 1) {
      let hasBegun = false;
      try {
        const response = await call(this.#settings, {
          method: "POST",
          path: "chat/completions",
          body,
          signal,
        });
        const rules = { model, maxTokensCount, timeouts, ...(onRead && { onRead }) };
        for await (const event of streamEvents(response, rules)) {
          hasBegun = true;
          yield event;
        }
        return;
      } catch (error) {
        const pauseMs = hasBegun || attempt === retriesCount ? undefined : retryPauseMs(error, attempt);
        if (pauseMs === undefined) throw error;
        await sleep(pauseMs, undefined, { signal });
      }
    }
  }

  /** The names in the server's list. @throws BaseError, see {@link call} */
  async list(signal: AbortSignal): Promise<readonly string[]> {
    const response = await call(this.#settings, { method: "GET", path: "models", signal });
    return parseModels(await readText(response, maxListBytes));
  }

  async health(): Promise<ModelHealth> {
    if (this.#closing.signal.aborted) return "unavailable";
    try {
      const names = await this.list(AbortSignal.timeout(healthTimeoutMs));
      return names.includes(this.#settings.model) ? "ready" : "unavailable";
    } catch (error) {
      // llama-server answers 503 while it loads.
      return error instanceof ModelBusyError ? "starting" : "unavailable";
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }
}

function stopped(outputTokensCount: number): ModelEvent {
  return { type: "end", reason: "stopped", usage: { outputTokensCount } };
}

/** How long to wait before trying again; undefined for what would not help or takes too long. */
function retryPauseMs(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof BaseError) || !error.retryable || error.code === "MODEL_TIMEOUT") return undefined;
  const pauseMs = error instanceof ModelBusyError ? error.retryAfterMs : firstPauseMs * 2 ** attempt;
  return pauseMs > longestPauseMs ? undefined : pauseMs * (1 + Math.random() / 4);
}
