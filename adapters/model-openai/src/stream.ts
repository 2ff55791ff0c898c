import type { IncomingMessage } from "node:http";
import type { ModelEvent, Usage } from "@cloister/answering";
import { BaseError } from "@cloister/bytes";
import { type Chunk, parseChunk } from "./chunk.ts";
import { protocolError, timedOut, unreachable } from "./errors.ts";
import type { Timeouts } from "./options.ts";
import { EventParser } from "./sse.ts";

/** Deltas beyond the tokens asked for, such as an empty one at the beginning. */
const spareDeltasCount = 16;

/** What to hold a stream to. */
export interface StreamRules {
  readonly model: string;
  readonly maxTokensCount: number;
  readonly timeouts: Timeouts;
  /** Called for each piece that the network hands over and that holds text. */
  readonly onRead?: () => void;
}

/**
 * The events of a chat completion. Ends the connection when it ends, for whatever reason.
 * @throws BaseError `MODEL_PROTOCOL`, `MODEL_SWAPPED`, `MODEL_TIMEOUT`, `MODEL_BROKEN_OFF`
 */
export async function* streamEvents(
  response: IncomingMessage,
  rules: StreamRules,
): AsyncGenerator<ModelEvent, void, undefined> {
  const answer = new Answer(rules);
  const parser = new EventParser();
  try {
    if (!/^text\/event-stream\b/.test(response.headers["content-type"] ?? "")) {
      throw protocolError("does not stream");
    }
    const pieces = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    for (;;) {
      const piece = await inTime(pieces.next(), answer.hasText, rules.timeouts);
      if (piece.done === true) throw brokenOff();
      let hasText = false;
      for (const data of parser.push(piece.value)) {
        if (data === "[DONE]") return yield answer.end();
        const text = answer.take(parseChunk(data));
        if (text === "") continue;
        hasText = true;
        yield { type: "text", text };
      }
      if (hasText) rules.onRead?.();
    }
  } finally {
    response.destroy();
  }
}

/** What has been said so far, and whether it may go on. */
class Answer {
  readonly #rules: StreamRules;
  #deltasCount = 0;
  #textsCount = 0;
  #reason: "complete" | "length" | undefined;
  #usage: Usage | undefined;

  constructor(rules: StreamRules) {
    this.#rules = rules;
  }

  get hasText(): boolean {
    return this.#textsCount > 0;
  }

  take({ model, text, finishReason, usage }: Chunk): string {
    if (model !== this.#rules.model) {
      throw new BaseError(
        "Verification",
        "MODEL_SWAPPED",
        "the server answers with another model than asked",
      );
    }
    this.#deltasCount += 1;
    if (text !== "") this.#textsCount += 1;
    if (this.#deltasCount > this.#rules.maxTokensCount + spareDeltasCount) {
      throw protocolError("says more than it was asked for");
    }
    if (text !== "" && this.#reason !== undefined) throw protocolError("goes on after its end");
    if (finishReason === "stop") this.#reason = "complete";
    else if (finishReason === "length") this.#reason = "length";
    else if (finishReason !== undefined) throw protocolError("ends for a reason that was not allowed");
    this.#usage = usage ?? this.#usage;
    return text;
  }

  end(): ModelEvent {
    if (this.#reason === undefined) throw brokenOff();
    return {
      type: "end",
      reason: this.#reason,
      usage: this.#usage ?? { outputTokensCount: this.#textsCount },
    };
  }
}

async function inTime<T>(next: Promise<T>, hasText: boolean, timeouts: Timeouts): Promise<T> {
  const limitMs = hasText ? timeouts.betweenTokensMs : timeouts.firstTokenMs;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(timedOut(hasText ? "between two tokens" : "to begin")), limitMs);
  });
  try {
    return await Promise.race([next, late]);
  } catch (error) {
    next.catch(() => undefined);
    if (error instanceof BaseError) throw error;
    throw hasText ? brokenOff() : unreachable(error);
  } finally {
    clearTimeout(timer);
  }
}

function brokenOff(): BaseError {
  return new BaseError("Unavailable", "MODEL_BROKEN_OFF", "the model's server broke off; ask again");
}
