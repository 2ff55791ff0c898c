import { mkdir } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { BaseError } from "@cloister/bytes";
import { RelayError, type RelayStore } from "@cloister/relay-core";
import type { Call, CallName, Reply } from "./relay-database.ts";
import type { FromWorker, ToWorker } from "./relay-worker.ts";

/** Rows one commit takes at most. */
const maxBatchRowsCount = 512;
/**
 * How long acknowledgements wait for something else to share a commit with. One that a crash takes is only
 * delivered again, so none is worth an fsync of its own at once.
 */
const acknowledgeDelayMs = 10;
const mebibyte = 1_048_576;

/** Where the relay keeps its state, and how much room it leaves. */
export interface RelayStoreOptions {
  /** Folder of the database; made when missing. One process at a time. */
  readonly dir: string;
  /**
   * The disk or the file failed. Nothing is acknowledged from here on; the process must exit, and what was
   * acknowledged is there when it starts again.
   */
  readonly onFatal: (error: BaseError) => void;
  /** Default 64 MiB; 0 for none. */
  readonly ballastBytes?: number;
  /** Free bytes below which SENDs are refused. Default 32 MiB, twice what the journal may hold. */
  readonly lowWaterBytes?: number;
  /** Bound of the database itself; default none. */
  readonly maxBytes?: number;
}

interface Waiting {
  readonly call: Call;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: BaseError) => void;
}

/**
 * Opens the SQLite store of a relay: WAL with fsync at each commit, in a thread of its own. Calls made while
 * a commit is under way share the next one; acknowledgements alone wait a moment for company.
 * @throws BaseError `STORE_LOCKED`, `STORE_VERSION`, `STORE_FAILED`
 */
export async function openRelayStore(options: RelayStoreOptions): Promise<RelayStore> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const { dir, maxBytes, ballastBytes = 64 * mebibyte, lowWaterBytes = 32 * mebibyte } = options;
  const worker = new Worker(new URL("./relay-worker.ts", import.meta.url), {
    workerData: { dir, ballastBytes, lowWaterBytes, ...(maxBytes !== undefined && { maxBytes }) },
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  await opened(worker);
  return store(new Batches(worker, options.onFatal));
}

/** Calls in, batches to the worker, one at a time. */
class Batches {
  readonly #worker: Worker;
  readonly #onFatal: (error: BaseError) => void;
  #waiting: Waiting[] = [];
  #underWay: readonly Waiting[] = [];
  /** Something that waits is more than an acknowledgement. */
  #isUrgent = false;
  #delay: NodeJS.Timeout | undefined;
  #ended: BaseError | undefined;
  #onIdle: (() => void) | undefined;

  constructor(worker: Worker, onFatal: (error: BaseError) => void) {
    this.#worker = worker;
    this.#onFatal = onFatal;
    worker.on("message", (message: FromWorker) => this.#settle(message));
    worker.on("error", (cause) => this.#fatal(cause));
    worker.on("exit", () => this.#fatal(undefined));
  }

  call(name: CallName, input: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) reject(this.#ended);
      else {
        this.#waiting.push({ call: { name, input }, resolve, reject });
        this.#isUrgent ||= name !== "acknowledge";
        this.#schedule();
      }
    });
  }

  /** Ends after everything called before is done. */
  async close(): Promise<void> {
    if (this.#ended) return;
    if (this.#waiting.length > 0 || this.#underWay.length > 0) {
      const idle = new Promise<void>((resolve) => (this.#onIdle = resolve));
      this.#isUrgent = true;
      this.#schedule();
      await idle;
    }
    this.#ended = new BaseError("Usage", "STORE_CLOSED", "the store is closed");
    const exited = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.#say({ close: true });
    await exited;
  }

  #schedule(): void {
    if (this.#underWay.length > 0) return;
    if (this.#waiting.length === 0) this.#onIdle?.();
    else if (this.#isUrgent) this.#flush();
    else this.#delay ??= setTimeout(() => this.#flush(), acknowledgeDelayMs);
  }

  #flush(): void {
    clearTimeout(this.#delay);
    this.#delay = undefined;
    let rowsCount = 0;
    let count = 0;
    for (const { call } of this.#waiting) {
      rowsCount += rowsOf(call);
      if (count > 0 && rowsCount > maxBatchRowsCount) break;
      count += 1;
    }
    this.#underWay = this.#waiting.splice(0, count);
    this.#isUrgent = this.#waiting.length > 0;
    this.#say({ batch: this.#underWay.map(({ call }) => call) });
  }

  #settle(message: FromWorker): void {
    if (!("replies" in message)) return;
    const batch = this.#underWay;
    this.#underWay = [];
    this.#schedule();
    for (const [index, { resolve, reject }] of batch.entries()) {
      const reply = message.replies[index];
      if (reply?.ok) resolve(reply.value);
      else reject(failure(reply));
    }
  }

  #fatal(cause: unknown): void {
    if (this.#ended) return;
    this.#ended = new BaseError("Internal", "STORE_FATAL", "the disk or the database file failed", { cause });
    for (const { reject } of [...this.#underWay, ...this.#waiting]) reject(this.#ended);
    this.#onIdle?.();
    this.#onFatal(this.#ended);
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message, []);
  }
}

function store(batches: Batches): RelayStore {
  const call =
    <Name extends CallName>(name: Name) =>
    (...input: Parameters<RelayStore[Name]>): ReturnType<RelayStore[Name]> =>
      batches.call(name, input) as ReturnType<RelayStore[Name]>;
  return {
    createAccount: call("createAccount"),
    addDevice: call("addDevice"),
    revokeDevice: call("revokeDevice"),
    account: call("account"),
    device: call("device"),
    directory: call("directory"),
    setAccessKeyHash: call("setAccessKeyHash"),
    accessKeyHash: call("accessKeyHash"),
    putSession: call("putSession"),
    session: call("session"),
    deleteSession: call("deleteSession"),
    addPreKeys: call("addPreKeys"),
    takePreKeys: call("takePreKeys"),
    countPreKeys: call("countPreKeys"),
    append: call("append"),
    read: call("read"),
    acknowledge: call("acknowledge"),
    putBox: call("putBox"),
    takeBox: call("takeBox"),
    putPiece: call("putPiece"),
    piece: call("piece"),
    deleteBlob: call("deleteBlob"),
    setRecovery: call("setRecovery"),
    recovery: call("recovery"),
    replaceDevices: call("replaceDevices"),
    sweep: call("sweep"),
    state: call("state"),
    markRestored: call("markRestored"),
    close: () => batches.close(),
  };
}

function rowsOf({ name, input }: Call): number {
  if (name !== "append") return 1;
  const [send] = input as Parameters<RelayStore["append"]>;
  return send.envelopes.length;
}

function failure(reply: Reply | undefined): BaseError {
  if (reply === undefined || reply.ok) return new RelayError("INTERNAL");
  return new RelayError(reply.code, { cause: new BaseError("Internal", "STORE_CALL", reply.reason) });
}

function opened(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (code: string, reason: string) => reject(new BaseError("Usage", code, reason));
    worker.once("error", (error) => fail("STORE_FAILED", String(error)));
    worker.once("message", (message: FromWorker) => {
      worker.removeAllListeners("error");
      if ("refused" in message) fail(message.refused.code, message.refused.reason);
      else resolve();
    });
  });
}
