import { parentPort, Worker, workerData } from "node:worker_threads";
import { BaseError, type ErrorFamily, isBaseError } from "@cloister/bytes";

/*
 * node:sqlite is synchronous and a durable commit waits for the disk. So a database lives in a thread of
 * its own, and the thread that serves people only posts calls to it. Calls are answered in order.
 */

type Method = (...args: never[]) => unknown;
type MethodName<T> = { [K in keyof T]: T[K] extends Method ? K : never }[keyof T] & string;
type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;
type Result<F> = F extends (...args: never[]) => infer R ? R : never;

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

interface PlainError {
  readonly family: ErrorFamily;
  readonly code: string;
  readonly message: string;
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PlainError };

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * In the thread: makes the object at the first call, from what {@link DatabaseThread} was given, and answers
 * calls to it. A failure to make it is the answer to each call.
 */
export function serveDatabase(make: (file: string) => object): void {
  const port = parentPort;
  if (port === null) throw new BaseError("Usage", "THREAD_MISSING", "start this file as a worker thread");
  let target: { readonly [method: string]: (...args: readonly unknown[]) => unknown } | undefined;
  port.on("message", ({ id, method, args }: Call) => {
    const answered = answer(id, () => {
      target ??= make(String(workerData)) as NonNullable<typeof target>;
      return target[method]?.(...args);
    });
    port.postMessage(answered);
  });
}

function answer(id: number, act: () => unknown): Answer {
  try {
    return { id, value: act() };
  } catch (error) {
    if (isBaseError(error)) {
      const { family, code, message } = error;
      return { id, error: { family, code, message } };
    }
    // SQLite's own words name files and tables, which callers have no use for; the code says what to do.
    return { id, error: unavailable(error) };
  }
}

function unavailable(cause: unknown): PlainError & { readonly cause: unknown } {
  const reason = cause instanceof Error ? cause.message : "no reason given";
  const message = `the database failed (${reason}); check disk space and permissions, then retry`;
  return { family: "Unavailable", code: "STORE_UNAVAILABLE", message, cause };
}

/** Calls the methods of a `T` that lives in a thread. */
export class DatabaseThread<T extends object> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #failure: BaseError | undefined;

  /** @param module the file that calls {@link serveDatabase} */
  constructor(module: URL, file: string) {
    this.#worker = new Worker(module, { workerData: file });
    this.#worker.on("message", (message: Answer) => this.#settle(message));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("its thread ended")));
  }

  /** @throws BaseError what the method throws, or `STORE_UNAVAILABLE` */
  call<M extends MethodName<T>>(method: M, ...args: Arguments<T[M]>): Promise<Awaited<Result<T[M]>>> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is not a window
      this.#worker.postMessage({ id, method, args } satisfies Call);
    });
  }

  /** Ends the thread; calls that were not answered fail. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(message: Answer): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (!("error" in message)) return pending?.resolve(message.value);
    const { family, code, message: text } = message.error;
    pending?.reject(new BaseError(family, code, text));
  }

  #fail(error: unknown): void {
    const { family, code, message, cause } = unavailable(error);
    this.#failure ??= new BaseError(family, code, message, { cause });
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }
}
