import { ModelBusyError } from "@cloister/answering";
import { BaseError } from "@cloister/bytes";

const defaultRetryMs = 1_000;
const maxRetryMs = 60_000;

/** The server does not speak the protocol. Never quotes it: it may echo a prompt. */
export function protocolError(what: string): BaseError {
  return new BaseError("Decode", "MODEL_PROTOCOL", `the model's server ${what}`);
}

/** No connection, or it ended. */
export function unreachable(cause?: unknown): BaseError {
  return new BaseError(
    "Unavailable",
    "MODEL_UNREACHABLE",
    "the model's server cannot be reached; try again",
    {
      cause,
    },
  );
}

/** A time limit ran out. */
export function timedOut(what: string): BaseError {
  return new BaseError("Unavailable", "MODEL_TIMEOUT", `the model's server took too long ${what}; try again`);
}

/** The adapter was closed. */
export function closed(): BaseError {
  return new BaseError("Unavailable", "MODEL_CLOSED", "the model was closed; open it again");
}

/**
 * What a status other than 200 means.
 * @param body the first bytes of the answer; looked at, never passed on
 */
export function statusError(status: number, retryAfter: string | undefined, body: string): BaseError {
  if (status === 429 || status === 503) return new ModelBusyError(retryAfterMs(retryAfter));
  if (status === 401 || status === 403) {
    return new BaseError("Policy", "MODEL_UNAUTHORISED", "the model's server refuses the API key; check it");
  }
  if (status === 404) {
    return new BaseError("Usage", "MODEL_UNKNOWN", "the server has no such model or address; check both");
  }
  if (status >= 500) {
    return new BaseError(
      "Unavailable",
      "MODEL_FAILED",
      `the model's server failed (HTTP ${status}); try again`,
    );
  }
  if (status >= 400 && /context|too long|exceed/i.test(body)) {
    return new BaseError("Usage", "MODEL_TOO_LONG", "the question does not fit into the model; shorten it");
  }
  if (status >= 400) {
    return new BaseError("Usage", "MODEL_REFUSED", `the model's server refuses the request (HTTP ${status})`);
  }
  return protocolError(`answers with HTTP ${status}`);
}

function retryAfterMs(header: string | undefined): number {
  const seconds = /^\d{1,6}$/.test(header ?? "") ? Number(header) : undefined;
  return seconds === undefined ? defaultRetryMs : Math.min(Math.max(seconds * 1_000, 100), maxRetryMs);
}
