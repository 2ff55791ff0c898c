import { ModelBusyError, type Usage } from "@cloister/answering";
import { BaseError, type ErrorFamily, isBaseError } from "@cloister/bytes";

/** Why an answer ended, in the words of the protocol. */
export type FinishReason = "stop" | "length" | "content_filter";

/** One answer's name and time, the same in each of its chunks. */
export interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

/** A whole chat completion. */
export function completion(head: Head, text: string, finishReason: FinishReason, usage: Usage): object {
  return {
    ...head,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text, refusal: null },
        finish_reason: finishReason,
        logprobs: null,
      },
    ],
    usage: usageOf(usage),
  };
}

/** One piece of a streamed completion. */
export function chunk(head: Head, delta: object, finishReason: FinishReason | null = null): object {
  return {
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finishReason, logprobs: null }],
  };
}

/** The piece that says what was spent. */
export function usageChunk(head: Head, usage: Usage): object {
  return { ...head, object: "chat.completion.chunk", choices: [], usage: usageOf(usage) };
}

function usageOf({ inputTokensCount = 0, outputTokensCount }: Usage): object {
  return {
    prompt_tokens: inputTokensCount,
    completion_tokens: outputTokensCount,
    total_tokens: inputTokensCount + outputTokensCount,
  };
}

/** An error as clients of the protocol know it. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 502 | 503;
  readonly retryAfterSeconds?: number;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly code: string;
      readonly param: null;
    };
  };
}

const ofFamily: Readonly<Record<ErrorFamily, Refusal["status"]>> = {
  Usage: 400,
  Policy: 403,
  Conflict: 409,
  // What a model's server or engine did wrong is no fault of who asked.
  Decode: 502,
  Verification: 502,
  Unavailable: 503,
  Internal: 500,
};
const retryAfterSeconds = 2;

/** What to answer for an error. Says the rule and never what was asked. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof ModelBusyError) {
    return { ...refusal(429, error), retryAfterSeconds: Math.ceil(error.retryAfterMs / 1_000) };
  }
  if (!isBaseError(error)) {
    return refusal(500, new BaseError("Internal", "INTERNAL", "a fault of this service; its log says where"));
  }
  if (error.code === "MODEL_UNAUTHORISED") return refusal(502, error);
  const status = ofFamily[error.family];
  return { ...refusal(status, error), ...(status === 503 && { retryAfterSeconds }) };
}

/** A refusal with a status of its own. */
export function refusal(status: Refusal["status"], { message, code, family }: BaseError): Refusal {
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return {
    status,
    body: {
      error: { message, type: family === "Unavailable" ? "rate_limit_error" : type, code, param: null },
    },
  };
}
