import { BaseError } from "@cloister/bytes";
import { MemoryClientStore, MemoryDisk } from "@cloister/testkit/client-store";
import type { LoggedLeaf } from "@cloister/transparency";
import { beforeEach, describe, expect, it } from "vitest";
import type { Core } from "./core.ts";
import { Database } from "./database.ts";
import { Recorder } from "./recorder.ts";
import { cachedTables, leavesTable, orderKey } from "./records.ts";

describe("the recorder", () => {
  let timers: (() => void)[];
  let database: Database;
  let recorder: Recorder;
  let isLogThere: boolean;
  let attemptsCount: number;
  let kept: number[];
  /** Happens while what the log has is struck off. */
  let onStruck: () => void;

  /** Queues a leaf as a recorded act does. */
  const queue = (order: number) =>
    database.change(async (transaction) => {
      transaction.put(leavesTable, orderKey(order), { order, leaf: Uint8Array.of(order) });
      transaction.afterwards(() => recorder.wake());
    });

  /** Everything that can happen without time passing has happened. */
  const rest = () => new Promise((resolve) => setTimeout(resolve, 20));

  beforeEach(async () => {
    timers = [];
    const store = new MemoryClientStore(new MemoryDisk());
    const commit = store.commit.bind(store);
    store.commit = async (writes) => {
      if (writes.some(({ type }) => type === "delete")) {
        onStruck();
        onStruck = () => undefined;
      }
      await commit(writes);
    };
    database = await Database.open(store, cachedTables);
    isLogThere = true;
    attemptsCount = 0;
    kept = [];
    onStruck = () => undefined;
    const append = async ([order = 0]: Uint8Array): Promise<LoggedLeaf> => {
      attemptsCount += 1;
      if (!isLogThere) throw new BaseError("Unavailable", "UNREACHABLE", "the log is down");
      kept.push(order);
      return { index: order, leafHash: new Uint8Array(32), proof: [], checkpoint: "" };
    };
    const core: Pick<Core, "database" | "clock" | "random" | "inBackground"> = {
      database,
      clock: {
        nowMs: () => 0,
        after: (_, callback) => {
          timers.push(callback);
          return () => void (timers = timers.filter((timer) => timer !== callback));
        },
      },
      random: (count) => new Uint8Array(count),
      inBackground: (job) => void job().catch(() => undefined),
    };
    recorder = new Recorder(core, { append });
  });

  it("takes along what is queued while it finishes", async () => {
    await queue(1);
    onStruck = () => void queue(2);
    recorder.start();
    await rest();
    expect(kept).toEqual([1, 2]);
  });

  it("tries again once after a pause, however much is queued while the log is down", async () => {
    isLogThere = false;
    recorder.start();
    for (let order = 1; order <= 12; order += 1) await queue(order);
    await rest();
    expect(attemptsCount).toBe(1);
    expect(timers).toHaveLength(1);
    isLogThere = true;
    timers[0]?.();
    await rest();
    expect(kept).toHaveLength(12);
  });

  it("tries at once over a new connection", async () => {
    isLogThere = false;
    recorder.start();
    await queue(1);
    await rest();
    recorder.stop();
    expect(timers).toEqual([]);
    isLogThere = true;
    recorder.start();
    await rest();
    expect(kept).toEqual([1]);
  });
});
