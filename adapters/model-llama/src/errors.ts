import { ModelBusyError } from "@cloister/answering";
import { BaseError } from "@cloister/bytes";
import type { Reply } from "./messages.ts";

const fullRetryMs = 2_000;

/** The engine's process ended in the middle. */
export function crashed(): BaseError {
  return new BaseError(
    "Unavailable",
    "MODEL_CRASHED",
    "the model's process ended; it starts again, ask again",
  );
}

/** A time limit ran out. */
export function timedOut(what: string): BaseError {
  return new BaseError("Unavailable", "MODEL_TIMEOUT", `the model took too long ${what}; try again`);
}

/** The adapter was closed. */
export function closed(): BaseError {
  return new BaseError("Unavailable", "MODEL_CLOSED", "the model was closed; open it again");
}

/** What the engine says it cannot do. */
export function replyError(code: Extract<Reply, { type: "error" }>["code"]): BaseError {
  switch (code) {
    case "too-long":
      return new BaseError("Usage", "MODEL_TOO_LONG", "the question does not fit into the model; shorten it");
    case "full":
      return new ModelBusyError(fullRetryMs);
    case "failed":
      return new BaseError("Unavailable", "MODEL_FAILED", "the model could not answer; try again");
  }
}

/** The engine cannot start with what it was given. */
export function unusable(what: "engine" | "weights"): BaseError {
  return what === "engine"
    ? new BaseError(
        "Usage",
        "MODEL_ENGINE",
        "the engine is not installed or not for this machine: cloister model install",
      )
    : new BaseError(
        "Usage",
        "MODEL_WEIGHTS",
        "the weights cannot be loaded: pull them again, or use a model that fits this machine",
      );
}
