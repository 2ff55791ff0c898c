import type { ModelEvent, ModelHealth } from "@cloister/answering";
import type { KeyRecord } from "./keys.ts";
import type { Log } from "./log.ts";
import type { FinishReason } from "./reply.ts";
import type { ChatCall } from "./request.ts";

/**
 * What comes of a question: the model's words and their end, or a text of the service's own that ends the answer.
 * `outcome` and `code` go into the log.
 */
export type ChatEvent =
  | ModelEvent
  | {
      readonly type: "notice";
      readonly outcome: "emergency" | "withheld";
      readonly code?: string;
      readonly text: string;
      readonly finishReason: FinishReason;
    };

/** What answers behind the endpoint. */
export interface ChatService {
  /** Of the model that clients ask for. */
  readonly name: string;
  /** The house's rules, before those of any client. */
  readonly policy: string;
  /** Whether clients say which of their words are surrogates. */
  readonly takesSurrogates: boolean;
  readonly keys: () => readonly KeyRecord[];
  readonly log: Log;
  health(): Promise<ModelHealth>;
  /** @throws BaseError before the first event, which then has a status of its own, or later */
  answer(call: ChatCall, signal: AbortSignal): AsyncGenerator<ChatEvent, void, undefined>;
}
