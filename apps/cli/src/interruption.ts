import process from "node:process";
import { BaseError } from "@cloister/bytes";

/** Aborted when somebody ends this process. From then on ending in good order is up to the caller. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const reason = new BaseError("Unavailable", "INTERRUPTED", "ended before it was done");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => controller.abort(reason));
  }
  return controller.signal;
}
