import type { JsonSchema, JsonValue } from "./json.ts";

/**
 * Whom an answer is for. Opaque ids that only tell one from another: they part caches and count limits, and no
 * adapter sends them anywhere as they are.
 */
export interface Scope {
  /** Who shares one allowance: an organisation or a department. */
  readonly tenant: string;
  readonly patient: string;
  /** One conversation of the patient. Nothing computed for it is used for another. */
  readonly session: string;
}

/** A passage to answer from. Attacker-controlled: articles and records are written by others. */
export interface Passage {
  readonly id: string;
  readonly text: string;
  /** It is about the patient who asks, and no knowledge: it stands between marks of its own. */
  readonly of?: "patient";
}

/** What was said before, and last the question. Attacker-controlled. */
export interface Turn {
  readonly from: "patient" | "assistant";
  readonly text: string;
}

/** One question to a model, its parts kept apart until the last moment. Bounds: {@link checkRequest}. */
export interface ModelRequest {
  readonly scope: Scope;
  /** The rules of the house: the only part whose instructions count. Never holds text of others. */
  readonly policy: string;
  readonly passages: readonly Passage[];
  /** Oldest first; the last is the patient's. */
  readonly turns: readonly Turn[];
  /** The answer must be JSON of this shape; text without it. */
  readonly output?: JsonSchema;
  /** At most this much is generated. */
  readonly maxTokensCount: number;
  /** 0 always takes the likeliest token. */
  readonly temperature: number;
  /** The same request with the same seed on the same engine gives the same answer. 32 bits. */
  readonly seed: number;
}

/** What was spent. An engine that was stopped may not say what the input took. */
export interface Usage {
  readonly inputTokensCount?: number;
  readonly outputTokensCount: number;
}

/**
 * What comes back: pieces of text, then one end. `complete`: the model had no more to say. `length`: it was cut
 * at `maxTokensCount`. `stopped`: the caller's signal. `value` is there when JSON was asked for and complete,
 * and then it has the shape that was asked for.
 */
export type ModelEvent =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "end";
      readonly reason: "complete" | "length" | "stopped";
      readonly usage: Usage;
      readonly value?: JsonValue;
    };

/** What an `AbortSignal` is, as far as the port needs it. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Which model answers; goes into receipts. */
export interface ModelIdentity {
  readonly name: string;
  /** SHA-256 of the weights, 64 hexadecimal digits, where they are at hand. */
  readonly digest?: string;
  /** The most tokens that input and output may have together. */
  readonly contextTokensCount: number;
}

/** Whether a question would be answered now. */
export type ModelHealth = "ready" | "starting" | "unavailable";

/**
 * A language model. Adapters: `@cloister/model-openai`, `@cloister/model-llama`; suite:
 * `@cloister/testkit/model`. Put {@link queuedModel} in front: a bare adapter admits everybody.
 */
export interface Model {
  readonly identity: ModelIdentity;
  /**
   * Nothing begins before the first event is asked for. The engine stops, and what it held is free, when the
   * signal fires, when the iteration is left, and when a time limit of the adapter runs out.
   * @throws BaseError `MODEL_REQUEST`, `MODEL_TOO_LONG` (family `Usage`), `MODEL_OUTPUT` or `MODEL_PROTOCOL`
   * (`Decode`), or family `Unavailable`: {@link ModelBusyError}, `MODEL_UNREACHABLE`, `MODEL_TIMEOUT`,
   * `MODEL_BROKEN_OFF`, `MODEL_CLOSED`
   */
  generate(request: ModelRequest, signal: StopSignal): AsyncGenerator<ModelEvent, void, undefined>;
  health(): Promise<ModelHealth>;
  /** Stops what is under way and gives everything back. */
  close(): Promise<void>;
}
