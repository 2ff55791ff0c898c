import { isBaseError } from "@cloister/bytes";
import type { Core } from "./core.ts";
import type { Link } from "./link.ts";
import { type OutboxRow, outboxTable } from "./records.ts";
import { sendRow } from "./send-row.ts";
import { backOff } from "./timing.ts";

interface Lane {
  busy: boolean;
  failuresCount: number;
  /** Ends a wait; present while the lane waits. */
  cancelWait: (() => void) | undefined;
}

/**
 * Empties the outbox over whatever link there is. Within a lane one row is under way at a time, so that what
 * belongs together arrives in order; a full mailbox holds up its own lane only.
 */
export class Sender {
  readonly #core: Core;
  readonly #lanes = new Map<string, Lane>();
  #link: Link | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  attach(link: Link): void {
    this.#link = link;
    this.wake();
  }

  detach(): void {
    this.#link = undefined;
    for (const lane of this.#lanes.values()) {
      lane.cancelWait?.();
      lane.cancelWait = undefined;
    }
  }

  /** There is a new row, or what held one up is gone. */
  wake(): void {
    if (!this.#link) return;
    for (const name of this.#heads().keys()) {
      const lane = this.#lanes.get(name) ?? { busy: false, failuresCount: 0, cancelWait: undefined };
      this.#lanes.set(name, lane);
      if (lane.busy || lane.cancelWait) continue;
      lane.busy = true;
      this.#core.inBackground(() => this.#run(name, lane));
    }
  }

  /** The first row of each lane. */
  #heads(): ReadonlyMap<string, OutboxRow> {
    const heads = new Map<string, OutboxRow>();
    for (const row of this.#core.database.all(outboxTable)) {
      if (!heads.has(row.lane)) heads.set(row.lane, row);
    }
    return heads;
  }

  async #run(name: string, lane: Lane): Promise<void> {
    try {
      for (let link = this.#link; link; link = this.#link) {
        const row = this.#heads().get(name);
        if (!row) return;
        const waitMs = (row.notBeforeMs ?? 0) - this.#core.clock.nowMs();
        if (waitMs > 0) return this.#wait(lane, waitMs);
        const result = await sendRow(this.#core, link, row.order);
        if (result.outcome === "retry") return this.#retry(lane, result.afterMs);
        // Over a newer link it is not held up; that link found this lane busy when it came.
        if (result.outcome === "held" && link === this.#link) return;
        lane.failuresCount = 0;
      }
    } catch (error) {
      this.#retry(lane);
      if (!isBaseError(error)) throw error;
    } finally {
      lane.busy = false;
    }
  }

  #retry(lane: Lane, leastMs = 0): void {
    const delayMs = Math.max(leastMs, backOff(this.#core.random, lane.failuresCount));
    lane.failuresCount += 1;
    this.#wait(lane, delayMs);
  }

  #wait(lane: Lane, delayMs: number): void {
    if (!this.#link) return;
    lane.cancelWait = this.#core.clock.after(delayMs, () => {
      lane.cancelWait = undefined;
      this.wake();
    });
  }
}
