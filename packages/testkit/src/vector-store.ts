import type { Random } from "@cloister/crypto";
import { MemoryVectorStore, type Neighbour, type VectorRow, type VectorStore } from "@cloister/retrieval";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seededRandom } from "./test-random.ts";

/** How to test a vector store. */
export interface VectorStoreSetup {
  /** An empty store of that many dimensions. */
  readonly open: (dimensions: number) => Promise<VectorStore>;
  readonly close?: (store: VectorStore) => Promise<void>;
  /** Least mean recall against exact search, 0 to 1; 1 unless told. */
  readonly minRecall?: number;
}

const DIMENSIONS = 16;
const ROWS = 400;
const QUERIES = 30;
const COUNT = 10;
/** Every hundredth row has the narrow label: where an approximate index forgets rows. */
const NARROW_EVERY = 100;
const CLOSE = 1e-4;

function vectorOf(random: Random): Float32Array {
  const bytes = random(DIMENSIONS);
  return Float32Array.from(bytes, (byte) => byte - 127.5);
}

function rowsOf(random: Random): VectorRow[] {
  return Array.from({ length: ROWS }, (_, i) => ({
    id: `row-${i}`,
    vector: vectorOf(random),
    labels: i % NARROW_EVERY === 0 ? ["all", "narrow"] : ["all"],
  }));
}

const axis = (at: number, length = 1): Float32Array => {
  const out = new Float32Array(DIMENSIONS);
  out[at] = length;
  return out;
};
const idsOf = (found: readonly Neighbour[]): string[] => found.map(({ id }) => id);

/** What every vector store must do; an approximate one may miss some of the nearest, never the count. */
export function vectorStoreConformance({ open, close, minRecall = 1 }: VectorStoreSetup): void {
  describe("a vector store", () => {
    let store: VectorStore;
    beforeEach(async () => {
      store = await open(DIMENSIONS);
    });
    afterEach(() => close?.(store));

    it("is empty at first", async () => {
      expect(store.dimensions).toBe(DIMENSIONS);
      expect(await store.count()).toBe(0);
      expect(await store.nearest({ vector: axis(0), count: 5 })).toEqual([]);
    });

    it("finds the nearest first, by direction and not by length", async () => {
      await store.put([
        { id: "far", vector: axis(1, 0.1), labels: [] },
        { id: "near", vector: axis(0, 50), labels: [] },
        { id: "opposite", vector: axis(0, -3), labels: [] },
      ]);
      const found = await store.nearest({ vector: axis(0, 0.5), count: 3 });
      expect(idsOf(found)).toEqual(["near", "far", "opposite"]);
      for (const [i, expected] of [1, 0, -1].entries())
        expect(Math.abs((found[i]?.similarity ?? Number.NaN) - expected)).toBeLessThan(CLOSE);
    });

    it("lets ids decide between equals", async () => {
      const rows = ["c", "a", "b"].map((id) => ({ id, vector: axis(0), labels: [] }));
      await store.put(rows);
      expect(idsOf(await store.nearest({ vector: axis(0), count: 2 }))).toEqual(["a", "b"]);
    });

    it("replaces a row of the same id with its labels, and removes rows", async () => {
      await store.put([{ id: "a", vector: axis(0), labels: ["old"] }]);
      await store.put([{ id: "a", vector: axis(1), labels: ["new"] }]);
      expect(await store.count()).toBe(1);
      expect(await store.nearest({ vector: axis(0), count: 1, label: "old" })).toEqual([]);
      const [found] = await store.nearest({ vector: axis(1), count: 1, label: "new" });
      expect(found?.similarity).toBeGreaterThan(1 - CLOSE);
      await store.remove(["a", "never there"]);
      expect(await store.count()).toBe(0);
    });

    it("agrees with exact search", async () => {
      const random = seededRandom(7);
      const rows = rowsOf(random);
      const exact = new MemoryVectorStore(DIMENSIONS);
      await Promise.all([store.put(rows), exact.put(rows)]);
      let shared = 0;
      for (let i = 0; i < QUERIES; i += 1) {
        const query = { vector: vectorOf(random), count: COUNT };
        const found = idsOf(await store.nearest(query));
        const wanted = new Set(idsOf(await exact.nearest(query)));
        expect(found).toHaveLength(COUNT);
        shared += found.filter((id) => wanted.has(id)).length;
      }
      expect(shared / (QUERIES * COUNT)).toBeGreaterThanOrEqual(minRecall);
    });

    it("gives the count that was asked for or all that match, however narrow the label", async () => {
      const random = seededRandom(8);
      await store.put(rowsOf(random));
      for (let i = 0; i < QUERIES; i += 1) {
        const vector = vectorOf(random);
        const narrow = await store.nearest({ vector, count: COUNT, label: "narrow" });
        expect(new Set(idsOf(narrow))).toEqual(new Set(["row-0", "row-100", "row-200", "row-300"]));
        expect(await store.nearest({ vector, count: COUNT, label: "all" })).toHaveLength(COUNT);
      }
      expect(await store.nearest({ vector: axis(0), count: COUNT, label: "none" })).toEqual([]);
    });

    it("takes ids and labels as they are", async () => {
      const odd = `'; DROP TABLE rows; -- " \\ % _ é 😀`;
      await store.put([{ id: odd, vector: axis(0), labels: [odd] }]);
      expect(idsOf(await store.nearest({ vector: axis(0), count: 1, label: odd }))).toEqual([odd]);
      expect(await store.nearest({ vector: axis(0), count: 1, label: "%" })).toEqual([]);
      await store.remove([odd]);
      expect(await store.count()).toBe(0);
    });

    it.each<[string, Float32Array]>([
      ["too few numbers", new Float32Array(DIMENSIONS - 1).fill(1)],
      ["too many", new Float32Array(DIMENSIONS + 1).fill(1)],
      ["nothing but zeros", new Float32Array(DIMENSIONS)],
      ["a NaN", axis(0, Number.NaN)],
      ["an infinity", axis(0, Number.POSITIVE_INFINITY)],
    ])("refuses %s, and then stores none of the rows", async (_, vector) => {
      const invalid = expect.objectContaining({ code: "VECTOR_INVALID" });
      const good = { id: "good", vector: axis(0), labels: [] };
      await expect(store.put([good, { id: "bad", vector, labels: [] }])).rejects.toEqual(invalid);
      expect(await store.count()).toBe(0);
      await expect(store.nearest({ vector, count: 1 })).rejects.toEqual(invalid);
      await expect(store.nearest({ vector: axis(0), count: 0 })).rejects.toEqual(invalid);
      await expect(store.nearest({ vector: axis(0), count: 1001 })).rejects.toEqual(invalid);
    });
  });
}
