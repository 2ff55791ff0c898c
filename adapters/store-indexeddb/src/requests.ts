import { BaseError } from "@cloister/bytes";

/** The answer to one IndexedDB request. */
export function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(unavailable(request.error)));
  });
}

/** Resolves once the transaction is on the disk. */
export function completionOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener("complete", () => resolve());
    transaction.addEventListener("abort", () => reject(unavailable(transaction.error)));
  });
}

/** What a person can do about it: make room, or allow storage. */
export function unavailable(cause: unknown): BaseError {
  return cause instanceof DOMException && cause.name === "QuotaExceededError"
    ? new BaseError("Unavailable", "STORE_FULL", "this browser has no room left; free some space", { cause })
    : new BaseError("Unavailable", "STORE_UNAVAILABLE", "this browser does not let Cloister store anything", {
        cause,
      });
}
