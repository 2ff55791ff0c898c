import { BaseError } from "@cloister/bytes";

/** No room for the question now. `retryAfterMs` is an estimate of when there will be: HTTP's 429 with Retry-After. */
export class ModelBusyError extends BaseError<"MODEL_BUSY"> {
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("Unavailable", "MODEL_BUSY", "the model has as much to do as it may; ask again later");
    this.retryAfterMs = retryAfterMs;
  }
}
