import { BaseError, toHex, toUtf8 } from "@cloister/bytes";
import {
  CompactTree,
  type LogBatch,
  type LogHead,
  type LogStore,
  leafHash,
  type NodeId,
} from "@cloister/transparency";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** A LogStore in memory: the reference for what a store does, and a fast one for tests of what is above it. */
export class MemoryLogStore implements LogStore {
  readonly #leaves: Uint8Array[] = [];
  readonly #nodes = new Map<string, Uint8Array>();
  readonly #indexes = new Map<string, number>();
  #checkpoint: string | undefined;

  async head(): Promise<LogHead> {
    const size = this.#leaves.length;
    return this.#checkpoint === undefined ? { size } : { size, checkpoint: this.#checkpoint };
  }

  async append({ firstIndex, leaves, nodes, checkpoint }: LogBatch): Promise<void> {
    if (firstIndex !== this.#leaves.length) {
      throw new BaseError(
        "Conflict",
        "LOG_CONFLICT",
        "the batch does not continue the log; load its head again",
      );
    }
    const added = new Map(nodes.map(({ level, index, hash }) => [`${level}/${index}`, hash]));
    if (added.size !== nodes.length || [...added.keys()].some((key) => this.#nodes.has(key))) {
      throw new BaseError("Usage", "LOG_NODE_TWICE", "store each complete subtree once");
    }
    for (const leaf of leaves) {
      const key = toHex(leafHash(leaf));
      if (!this.#indexes.has(key)) this.#indexes.set(key, this.#leaves.length);
      this.#leaves.push(leaf);
    }
    for (const [key, hash] of added) this.#nodes.set(key, hash);
    this.#checkpoint = checkpoint;
  }

  async leaves(from: number, count: number): Promise<readonly Uint8Array[]> {
    return this.#leaves.slice(from, from + count);
  }

  async hashes(ids: readonly NodeId[]): Promise<readonly Uint8Array[]> {
    return ids.map(({ level, index }) => {
      const hash = this.#nodes.get(`${level}/${index}`);
      if (!hash) throw new BaseError("Usage", "MERKLE_NODE_MISSING", "ask only for complete subtrees");
      return hash;
    });
  }

  async indexesOf(leafHashes: readonly Uint8Array[]): Promise<readonly (number | undefined)[]> {
    return leafHashes.map((hash) => this.#indexes.get(toHex(hash)));
  }

  async close(): Promise<void> {}
}

/** A store under test, on something that outlives it. */
export interface LogStoreSite {
  /** Opens a store on what was kept so far. */
  open(): Promise<LogStore>;
  /** Removes what was kept. */
  clean(): Promise<void>;
}

function batchOf(tree: CompactTree, texts: readonly string[]): LogBatch {
  const firstIndex = tree.size;
  const leaves = texts.map(toUtf8);
  const nodes = leaves.flatMap((leaf) => tree.append(leafHash(leaf)));
  return { firstIndex, leaves, nodes, checkpoint: `head at ${tree.size}\n` };
}

function numbered(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `leaf ${from + at}`);
}

/** What every {@link LogStore} must do. Call it in a test file of the adapter. */
export function logStoreConformance(name: string, makeSite: () => Promise<LogStoreSite>): void {
  describe(`LogStore: ${name}`, () => {
    let site: LogStoreSite;
    let store: LogStore;
    let tree: CompactTree;

    beforeEach(async () => {
      site = await makeSite();
      store = await site.open();
      tree = new CompactTree();
    });
    afterEach(async () => {
      await store.close();
      await site.clean();
    });

    it("begins empty", async () => {
      expect(await store.head()).toEqual({ size: 0 });
      expect(await store.leaves(0, 10)).toEqual([]);
      expect(await store.indexesOf([leafHash(toUtf8("leaf 0"))])).toEqual([undefined]);
    });

    it("keeps leaves, subtrees and the newest checkpoint, and gives them back in order", async () => {
      await store.append(batchOf(tree, numbered(0, 3)));
      await store.append(batchOf(tree, numbered(3, 5)));
      expect(await store.head()).toEqual({ size: 8, checkpoint: "head at 8\n" });
      expect(await store.leaves(2, 3)).toEqual(numbered(2, 3).map(toUtf8));
      expect(await store.leaves(7, 100)).toEqual([toUtf8("leaf 7")]);
      const [root, leaf] = await store.hashes([
        { level: 3, index: 0 },
        { level: 0, index: 6 },
      ]);
      expect(root).toEqual(tree.root());
      expect(leaf).toEqual(leafHash(toUtf8("leaf 6")));
    });

    it("finds leaves by hash, the first where one comes twice", async () => {
      await store.append(batchOf(tree, ["a", "b", "a"]));
      const hashes = ["b", "a", "c"].map((text) => leafHash(toUtf8(text)));
      expect(await store.indexesOf(hashes)).toEqual([1, 0, undefined]);
    });

    it("refuses a subtree that is not complete", async () => {
      await store.append(batchOf(tree, numbered(0, 3)));
      await expect(store.hashes([{ level: 1, index: 1 }])).rejects.toMatchObject({
        code: "MERKLE_NODE_MISSING",
      });
    });

    it("refuses a batch that does not continue the log, and keeps nothing of it", async () => {
      await store.append(batchOf(tree, numbered(0, 2)));
      const stale = batchOf(new CompactTree(), ["other"]);
      await expect(store.append(stale)).rejects.toMatchObject({ code: "LOG_CONFLICT" });
      expect(await store.head()).toEqual({ size: 2, checkpoint: "head at 2\n" });
      expect(await store.indexesOf([leafHash(toUtf8("other"))])).toEqual([undefined]);
    });

    it("keeps nothing of a batch that it cannot keep whole", async () => {
      const batch = batchOf(tree, numbered(0, 2));
      const [first] = batch.nodes;
      if (!first) throw new Error("the batch has nodes");
      await expect(store.append({ ...batch, nodes: [...batch.nodes, first] })).rejects.toBeInstanceOf(Error);
      expect(await store.head()).toEqual({ size: 0 });
      expect(await store.leaves(0, 10)).toEqual([]);
    });

    it("accepts only one of two batches for the same place", async () => {
      const results = await Promise.allSettled([
        store.append(batchOf(new CompactTree(), ["one"])),
        store.append(batchOf(new CompactTree(), ["two"])),
      ]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
      expect(await store.leaves(0, 10)).toEqual([toUtf8("one")]);
    });

    it("has everything again after it was closed and opened", async () => {
      await store.append(batchOf(tree, numbered(0, 6)));
      await store.close();
      store = await site.open();
      expect(await store.head()).toEqual({ size: 6, checkpoint: "head at 6\n" });
      expect((await CompactTree.load(store, 6)).root()).toEqual(tree.root());
      await store.append(batchOf(tree, numbered(6, 1)));
      expect(await store.leaves(5, 2)).toEqual(numbered(5, 2).map(toUtf8));
    });
  });
}
