import { type AuditEvent, encodeLeaf, hourOf, saltBytesCount } from "@cloister/transparency";
import { type Core, selfOf, takeNumbers } from "./core.ts";
import type { Transaction } from "./database.ts";
import type { LogClient } from "./log-client.ts";
import { type LeafRow, leavesTable, only, orderKey, selfTable } from "./records.ts";
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
  readonly #core: Pick<Core, "database" | "clock" | "random" | "inBackground">;
  readonly #log: Pick<LogClient, "append">;
  #running = false;
  #flushing = false;
  #failuresCount = 0;
  /** Ends the pause before the next attempt; present while it lasts. */
  #cancelPause: (() => void) | undefined;

  constructor(
    core: Pick<Core, "database" | "clock" | "random" | "inBackground">,
    log: Pick<LogClient, "append">,
  ) {
    this.#core = core;
    this.#log = log;
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  stop(): void {
    this.#running = false;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }

  /** There is a new leaf. It waits with the others when the log failed just now. */
  wake(): void {
    if (!this.#running || this.#flushing || this.#cancelPause) return;
    this.#core.inBackground(() => this.#flush());
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    try {
      // Nothing may come between the last look and the end: a leaf queued meanwhile wakes nobody.
      for (let rows = this.#nextRows(); rows.length > 0; rows = this.#nextRows()) {
        await this.#flushRows(rows);
        this.#failuresCount = 0;
      }
    } catch (error) {
      this.#pause();
      throw error;
    } finally {
      this.#flushing = false;
    }
  }

  #nextRows(): readonly LeafRow[] {
    return this.#running ? this.#core.database.all(leavesTable).slice(0, batchCount) : [];
  }

  async #flushRows(rows: readonly LeafRow[]): Promise<void> {
    const results = await Promise.allSettled(rows.map(({ leaf }) => this.#log.append(leaf)));
    await this.#core.database.change(async (transaction) => {
      for (const [at, { order }] of rows.entries()) {
        if (results[at]?.status === "fulfilled") transaction.delete(leavesTable, orderKey(order));
      }
    });
    const failure = results.find((result) => result.status === "rejected");
    if (failure) throw failure.reason;
  }

  #pause(): void {
    if (!this.#running) return;
    const { clock, random } = this.#core;
    this.#cancelPause = clock.after(backOff(random, this.#failuresCount), () => {
      this.#cancelPause = undefined;
      this.wake();
    });
    this.#failuresCount += 1;
  }
}
