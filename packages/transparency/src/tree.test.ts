/// <reference lib="es2023" />
import { toUtf8 } from "@cloister/bytes";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  emptyRoot,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from "./merkle.ts";
import { CompactTree, proveConsistency, proveInclusion, proveInclusions } from "./tree.ts";

/** RFC 9162 section 2.1.1, word for word: the definition that the fast code is held against. */
function definedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot;
  const [only] = leaves;
  if (leaves.length === 1 && only) return leafHash(only);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

async function grow(count: number) {
  const leaves = Array.from({ length: count }, (_, at) => toUtf8(`leaf ${at}`));
  const tree = new CompactTree();
  const nodes = leaves.flatMap((leaf) => tree.append(leafHash(leaf)));
  const store = new MemoryLogStore();
  await store.append({ firstIndex: 0, leaves, nodes, checkpoint: "" });
  return { leaves, tree, store };
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const out = Uint8Array.from(bytes);
  const at = Math.floor(bit / 8) % out.length;
  out[at] = (out[at] ?? 0) ^ (1 << (bit % 8));
  return out;
}

const largest = 130;
const grown = grow(largest);

describe("CompactTree", () => {
  it("has the defined root at every size, loaded or grown", async () => {
    const { leaves, store } = await grown;
    const tree = new CompactTree();
    for (let size = 0; size <= largest; size += 1) {
      const expected = definedRoot(leaves.slice(0, size));
      expect(tree.root()).toEqual(expected);
      const loaded = await CompactTree.load(store, size);
      expect(loaded.root()).toEqual(expected);
      expect(loaded.size).toBe(size);
      const next = leaves[size];
      if (next) tree.append(leafHash(next));
    }
  });

  it("is not changed by what its copy appends", async () => {
    const { tree } = await grow(5);
    const before = tree.root();
    tree.copy().append(leafHash(toUtf8("more")));
    expect(tree.root()).toEqual(before);
    expect(tree.size).toBe(5);
  });
});

describe("subtree claims", () => {
  it("are refused for ranges that are no subtree", () => {
    const roots = { root1: emptyRoot, root2: emptyRoot, proof: [] };
    const subtree = { code: "MERKLE_SUBTREE" };
    const claims = [
      () => verifySubtreeConsistency({ start: 1, end: 3, size: 8, ...roots }),
      () =>
        verifySubtreeInclusion({
          leafHash: emptyRoot,
          index: 3,
          start: 3,
          end: 5,
          proof: [],
          root: emptyRoot,
        }),
    ];
    for (const claim of claims) expect(claim).toThrow(expect.objectContaining(subtree));
  });
});

describe("proofs", () => {
  it("of inclusion verify for every leaf of every size, and no flipped bit does", async () => {
    const { leaves, store } = await grown;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: largest }), fc.nat(), fc.nat(), async (size, i, bit) => {
        const index = i % size;
        const root = definedRoot(leaves.slice(0, size));
        const hash = leafHash(leaves[index] ?? new Uint8Array());
        const proof = await proveInclusion(store, index, size);
        const claim = { leafHash: hash, index, size, proof, root };
        verifyInclusion(claim);
        expect(() => verifyInclusion({ ...claim, leafHash: flip(hash, bit) })).toThrow(/rule broken/);
        expect(() => verifyInclusion({ ...claim, root: flip(root, bit) })).toThrow(/rule broken/);
        expect(() => verifyInclusion({ ...claim, proof: [...proof, hash] })).toThrow(/rule broken/);
        for (const [at, sibling] of proof.entries()) {
          expect(() => verifyInclusion({ ...claim, proof: proof.with(at, flip(sibling, bit)) })).toThrow(
            /rule broken/,
          );
          expect(() => verifyInclusion({ ...claim, proof: proof.toSpliced(at, 1) })).toThrow(/rule broken/);
        }
      }),
    );
  });

  it("of consistency verify between all sizes, and no flipped bit does", async () => {
    const { leaves, store } = await grown;
    const size = fc.integer({ min: 1, max: largest });
    await fc.assert(
      fc.asyncProperty(size, size, fc.nat(), async (a, b, bit) => {
        const [size1, size2] = [Math.min(a, b), Math.max(a, b)];
        const root1 = definedRoot(leaves.slice(0, size1));
        const root2 = definedRoot(leaves.slice(0, size2));
        const proof = await proveConsistency(store, size1, size2);
        const claim = { size1, size2, root1, root2, proof };
        verifyConsistency(claim);
        expect(() => verifyConsistency({ ...claim, root1: flip(root1, bit) })).toThrow(/rule broken/);
        expect(() => verifyConsistency({ ...claim, root2: flip(root2, bit) })).toThrow(/rule broken/);
        expect(() => verifyConsistency({ ...claim, proof: [...proof, root1] })).toThrow(/rule broken/);
        for (const [at, hash] of proof.entries()) {
          expect(() => verifyConsistency({ ...claim, proof: proof.with(at, flip(hash, bit)) })).toThrow(
            /rule broken/,
          );
          expect(() => verifyConsistency({ ...claim, proof: proof.toSpliced(at, 1) })).toThrow(/rule broken/);
        }
      }),
    );
  });

  it("of several leaves are those of each", async () => {
    const { store } = await grown;
    const several = await proveInclusions(store, [{ index: 3 }, { index: 99 }, { index: 3 }], 101);
    for (const { index, proof } of several) expect(proof).toEqual(await proveInclusion(store, index, 101));
  });

  it("read O(log n) hashes from a tree of a million leaves", async () => {
    let reads = 0;
    const reader = {
      hashes: async (ids: readonly unknown[]) => {
        reads += ids.length;
        return ids.map(() => emptyRoot);
      },
    };
    expect(await proveInclusion(reader, 654_321, 1_000_003)).toHaveLength(20);
    await proveConsistency(reader, 654_321, 1_000_003);
    expect(reads).toBeLessThan(80);
  });

  it("are refused outside the tree", async () => {
    const { store } = await grown;
    const range = { code: "MERKLE_RANGE" };
    await expect(proveInclusion(store, 5, 5)).rejects.toMatchObject(range);
    await expect(proveInclusion(store, -1, 5)).rejects.toMatchObject(range);
    await expect(proveInclusion(store, 0.5, 5)).rejects.toMatchObject(range);
    await expect(proveConsistency(store, 6, 5)).rejects.toMatchObject(range);
    await expect(proveConsistency(store, 0, 5)).rejects.toMatchObject({ code: "MERKLE_OLD_SIZE_ZERO" });
    const empty = { hashes: async () => [] };
    await expect(proveInclusion(empty, 0, 5)).rejects.toMatchObject({ code: "MERKLE_NODE_MISSING" });
  });
});
