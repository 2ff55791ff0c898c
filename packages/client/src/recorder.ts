import { type AuditEvent, encodeLeaf, hourOf, saltBytesCount } from "@cloister/transparency";
import { type Core, selfOf, takeNumbers } from "./core.ts";
import type { Transaction } from "./database.ts";
import type { LogClient } from "./log-client.ts";
import { leavesTable, only, orderKey, selfTable } from "./records.ts";
import { backOff } from "./timing.ts";

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
/** A recorded act; who and when are filled in. */
export type Act = Without<AuditEvent, "at" | "actor">;

/** Leaves that are under way at once. */
const batchCount = 16;

/** The leaf of an act of this account, now. */
export function leafOf(core: Core, act: Act, actor = selfOf(core).pseudonym): Uint8Array {
  const event = { ...act, at: hourOf(core.clock.nowMs()), actor } as AuditEvent;
  return encodeLeaf(event, core.random(saltBytesCount));
}

/** Queues an act for the log, durable with what it is about. */
export async function record(core: Core, transaction: Transaction, act: Act): Promise<void> {
  const self = await transaction.get(selfTable, only);
  const order = await takeNumbers(transaction, "order");
  transaction.put(leavesTable, orderKey(order), { order, leaf: leafOf(core, act, self?.pseudonym) });
  transaction.afterwards(core.wakeRecorder);
}

/** Takes queued leaves to the log while there is a connection. */
export class Recorder {
  readonly #core: Core;
  readonly #log: LogClient;
  #running = false;
  #flushing = false;
  #failuresCount = 0;
  #cancelRetry: () => void = () => undefined;

  constructor(core: Core, log: LogClient) {
    this.#core = core;
    this.#log = log;
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  stop(): void {
    this.#running = false;
    this.#cancelRetry();
  }

  wake(): void {
    if (this.#running && !this.#flushing) this.#core.inBackground(() => this.#flush());
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    try {
      while (this.#running && (await this.#flushBatch()));
      this.#failuresCount = 0;
    } catch (error) {
      this.#retryLater();
      throw error;
    } finally {
      this.#flushing = false;
    }
  }

  /** False when nothing is left. */
  async #flushBatch(): Promise<boolean> {
    const { database } = this.#core;
    const rows = database.all(leavesTable).slice(0, batchCount);
    const results = await Promise.allSettled(rows.map(({ leaf }) => this.#log.append(leaf)));
    await database.change(async (transaction) => {
      for (const [at, { order }] of rows.entries()) {
        if (results[at]?.status === "fulfilled") transaction.delete(leavesTable, orderKey(order));
      }
    });
    const failure = results.find((result) => result.status === "rejected");
    if (failure) throw failure.reason;
    return rows.length > 0;
  }

  #retryLater(): void {
    const { clock, random } = this.#core;
    this.#cancelRetry = clock.after(backOff(random, this.#failuresCount), () => this.wake());
    this.#failuresCount += 1;
  }
}
