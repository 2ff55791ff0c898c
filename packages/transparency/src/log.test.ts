import { BaseError, toUtf8 } from "@cloister/bytes";
import { logStoreConformance, MemoryLogStore } from "@cloister/testkit/log-store";
import { describe, expect, it } from "vitest";
import { verifyCheckpoint } from "./checkpoint.ts";
import { encodeLeaf } from "./leaf.ts";
import { type LoggedLeaf, TransparencyLog } from "./log.ts";
import { verifyConsistency, verifyInclusion } from "./merkle.ts";
import type { LogBatch, LogStore } from "./ports.ts";
import { verifyLog } from "./verify-log.ts";

const seed = new Uint8Array(32).fill(1);
const origin = "clinic.example/log";

function open(store: LogStore): TransparencyLog {
  return new TransparencyLog({ store, origin, seed });
}

function leaf(number: number): Uint8Array {
  const salt = new Uint8Array(32);
  new DataView(salt.buffer).setUint32(0, number);
  return encodeLeaf({ type: "ai.asked", at: "2026-11-24T16Z" }, salt);
}

function expectIncluded(log: TransparencyLog, logged: LoggedLeaf): void {
  const { size, root } = verifyCheckpoint(logged.checkpoint, [log.vkey]);
  const { leafHash, index, proof } = logged;
  verifyInclusion({ leafHash, index, size, proof, root });
}

logStoreConformance("memory", async () => {
  const store = new MemoryLogStore();
  return { open: async () => store, clean: async () => {} };
});

describe("TransparencyLog", () => {
  it("begins with the checkpoint of the empty tree", async () => {
    const log = open(new MemoryLogStore());
    expect(verifyCheckpoint(await log.checkpoint(), [log.vkey])).toMatchObject({ origin, size: 0 });
  });

  it("answers each append with a proof under a signed head, in groups", async () => {
    const store = new CountingStore();
    const log = open(store);
    const logged = await Promise.all(Array.from({ length: 100 }, (_, n) => log.append(leaf(n))));
    expect(logged.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    for (const each of logged) expectIncluded(log, each);
    // The first leaf went alone, the rest gathered meanwhile.
    expect(store.batchSizes).toEqual([1, 99]);
    const leaves = await log.leaves(0, 1000);
    const verdict = await verifyLog({ leaves, checkpoint: await log.checkpoint(), vkeys: [log.vkey] });
    expect(verdict.verified).toBe(true);
  });

  it("gives the same bytes the same index, at once and later", async () => {
    const log = open(new MemoryLogStore());
    const together = await Promise.all([0, 1, 1, 2, 1].map((n) => log.append(leaf(n))));
    expect(together.map(({ index }) => index)).toEqual([0, 1, 1, 2, 1]);
    await log.append(leaf(3));
    const again = await log.append(leaf(1));
    expect(again.index).toBe(1);
    expectIncluded(log, again);
    expect(verifyCheckpoint(again.checkpoint, [log.vkey]).size).toBe(4);
  });

  it("refuses what is not on the allow-list", async () => {
    const log = open(new MemoryLogStore());
    await expect(log.append(toUtf8("Mrs Miller"))).rejects.toMatchObject({ code: "LEAF_FIELDS" });
    expect(await log.size()).toBe(0);
  });

  it("proves growth and places, for durable sizes only", async () => {
    const log = open(new MemoryLogStore());
    const heads = [];
    for (let n = 0; n < 9; n += 1) {
      const { checkpoint, leafHash } = await log.append(leaf(n));
      heads.push(verifyCheckpoint(checkpoint, [log.vkey]));
      expect(await log.indexOf(leafHash)).toBe(n);
    }
    const [older, newer] = [heads[3], heads[8]];
    if (!older || !newer) throw new Error("there are nine heads");
    const proof = await log.proveConsistency(older.size, newer.size);
    const roots = { root1: older.root, root2: newer.root };
    verifyConsistency({ size1: older.size, size2: newer.size, ...roots, proof });
    expect(await log.proveInclusion(2, 4)).toHaveLength(2);
    await expect(log.proveInclusion(2, 10)).rejects.toMatchObject({ code: "MERKLE_RANGE" });
    await expect(log.proveConsistency(2, 10)).rejects.toMatchObject({ code: "MERKLE_RANGE" });
  });

  it("goes on where the store ended", async () => {
    const store = new MemoryLogStore();
    await Promise.all(
      [0, 1, 2].map((n) =>
        open(store)
          .append(leaf(n))
          .catch(() => undefined),
      ),
    );
    const log = open(store);
    const before = await log.size();
    const logged = await log.append(leaf(9));
    expect(logged.index).toBe(before);
    expectIncluded(log, logged);
  });

  it("asks the store again when an append failed, kept or not", async () => {
    for (const kept of [false, true]) {
      const store = new FailingStore(kept);
      const log = open(store);
      await log.append(leaf(0));
      store.failNext = true;
      await expect(log.append(leaf(1))).rejects.toMatchObject({ code: "DISK_FULL" });
      const retried = await log.append(leaf(1));
      expect(retried.index).toBe(1);
      expectIncluded(log, retried);
      expect((await log.append(leaf(2))).index).toBe(2);
    }
  });

  it("does not speak for a store whose tree is not the one it signed", async () => {
    const damaged = { code: "LOG_DAMAGED" };
    const store = new MemoryLogStore();
    await open(store).append(leaf(0));
    const { checkpoint = "" } = await store.head();

    const other = new TransparencyLog({ store, origin, seed: new Uint8Array(32).fill(2) });
    await expect(other.checkpoint()).rejects.toMatchObject({ code: "LOG_KEY" });
    const renamed = new TransparencyLog({ store, origin: "other.example/log", seed });
    await expect(renamed.checkpoint()).rejects.toMatchObject({ code: "LOG_KEY" });

    await store.append({ firstIndex: 1, leaves: [leaf(1)], nodes: [], checkpoint });
    await expect(open(store).checkpoint()).rejects.toMatchObject(damaged);
    await expect(open(store).append(leaf(2))).rejects.toMatchObject(damaged);

    const forked = new MemoryLogStore();
    const hash = new Uint8Array(32);
    await forked.append({
      firstIndex: 0,
      leaves: [leaf(7)],
      nodes: [{ level: 0, index: 0, hash }],
      checkpoint,
    });
    await expect(open(forked).checkpoint()).rejects.toMatchObject(damaged);
  });
});

class CountingStore extends MemoryLogStore {
  readonly batchSizes: number[] = [];

  override async append(batch: LogBatch): Promise<void> {
    this.batchSizes.push(batch.leaves.length);
    await super.append(batch);
  }
}

/** Fails one append: before it kept the batch, or after, as when the answer is lost. */
class FailingStore extends MemoryLogStore {
  failNext = false;
  readonly #kept: boolean;

  constructor(kept: boolean) {
    super();
    this.#kept = kept;
  }

  override async append(batch: LogBatch): Promise<void> {
    const fail = this.failNext;
    this.failNext = false;
    if (!fail || this.#kept) await super.append(batch);
    if (fail) throw new BaseError("Unavailable", "DISK_FULL", "make room");
  }
}
