import { copyBytes } from "@cloister/bytes";
import { emptyRoot, nodeHash } from "./merkle.ts";
import { broken } from "./rules.ts";

/** A complete subtree: the 2^level leaves from index * 2^level on. Level 0 is the leaf hashes. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

/** A complete subtree with its hash; it never changes once the tree has its leaves. */
export interface StoredNode extends NodeId {
  readonly hash: Uint8Array;
}

/** Gives stored hashes of complete subtrees, in the order asked. From rows, tiles or memory. */
export interface HashReader {
  hashes(ids: readonly NodeId[]): Promise<readonly Uint8Array[]>;
}

/** Leaves from `start` (kept) to `end` (left out). */
interface Range {
  readonly start: number;
  readonly end: number;
}

function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** The complete subtrees that make up a range whose start is aligned, as all ranges of proofs are. */
function nodesOf({ start, end }: Range): NodeId[] {
  const ids: NodeId[] = [];
  let at = start;
  while (at < end) {
    let level = 0;
    let width = 1;
    while (width * 2 <= end - at) {
      width *= 2;
      level += 1;
    }
    ids.push({ level, index: at / width });
    at += width;
  }
  return ids;
}

function joinPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  const last = peaks.at(-1);
  if (last === undefined) return emptyRoot;
  return peaks.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** One read for all ranges; ranges of neighbouring proofs share most of their nodes. */
async function hashRanges(reader: HashReader, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const groups = ranges.map(nodesOf);
  const ids = new Map(groups.flat().map((id) => [nodeKey(id), id]));
  const hashes = await reader.hashes([...ids.values()]);
  const byKey = new Map([...ids.keys()].map((key, at) => [key, hashes[at]]));
  return groups.map((group) =>
    joinPeaks(
      group.map((id) => {
        const hash = byKey.get(nodeKey(id));
        if (hash === undefined) throw broken("MERKLE_NODE_MISSING");
        return hash;
      }),
    ),
  );
}

function nodeKey({ level, index }: NodeId): string {
  return `${level}/${index}`;
}

/**
 * Inclusion proof for leaf `index` in the tree of the first `size` leaves, in O(log n) reads.
 * @throws BaseError `MERKLE_RANGE`, `MERKLE_NODE_MISSING`
 */
export async function proveInclusion(reader: HashReader, index: number, size: number): Promise<Uint8Array[]> {
  return hashRanges(reader, siblingsOf(index, size));
}

/** {@link proveInclusion} for several leaves with one read: each as it was given, with its proof. */
export async function proveInclusions<Leaf extends { readonly index: number }>(
  reader: HashReader,
  leaves: readonly Leaf[],
  size: number,
): Promise<(Leaf & { readonly proof: readonly Uint8Array[] })[]> {
  const paths = leaves.map(({ index }) => siblingsOf(index, size));
  const hashes = await hashRanges(reader, paths.flat());
  let at = 0;
  return leaves.map((leaf, which) => {
    const start = at;
    at += paths[which]?.length ?? 0;
    return { ...leaf, proof: hashes.slice(start, at) };
  });
}

/** The subtrees beside the path, from the leaf up (RFC 9162 section 2.1.3.1). */
function siblingsOf(index: number, size: number): Range[] {
  requireInteger(index, size - 1);
  const siblings: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      siblings.push({ start: middle, end });
      end = middle;
    } else {
      siblings.push({ start, end: middle });
      start = middle;
    }
  }
  return siblings.toReversed();
}

function requireInteger(value: number, max: number): void {
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(max) || value < 0 || value > max) {
    throw broken("MERKLE_RANGE");
  }
}

/**
 * Proof that the tree of `size1` leaves begins that of `size2`, in O(log n) reads; empty for equal sizes.
 * @throws BaseError `MERKLE_RANGE`, `MERKLE_OLD_SIZE_ZERO`, `MERKLE_NODE_MISSING`
 */
export async function proveConsistency(
  reader: HashReader,
  size1: number,
  size2: number,
): Promise<Uint8Array[]> {
  if (size1 === 0) throw broken("MERKLE_OLD_SIZE_ZERO");
  requireInteger(size1, size2);
  const ranges: Range[] = [];
  let [start, end] = [0, size2];
  // RFC 9162 section 2.1.4.1: descend to where the old tree ends.
  while (end !== size1) {
    const middle = start + largestPowerBelow(end - start);
    if (size1 <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // The verifier has the old root already when the old tree is this very subtree.
  if (start > 0) ranges.push({ start, end });
  return hashRanges(reader, ranges.toReversed());
}

/** A growing tree that keeps one hash for each complete subtree on its right edge. */
export class CompactTree {
  #size = 0;
  /** Hashes of the complete subtrees, largest first; one for each 1 in the binary size. */
  #peaks: Uint8Array[] = [];

  /** The tree of the first `size` leaves of what `reader` holds. */
  static async load(reader: HashReader, size: number): Promise<CompactTree> {
    const tree = new CompactTree();
    tree.#size = size;
    tree.#peaks = [...(await reader.hashes(nodesOf({ start: 0, end: size })))];
    return tree;
  }

  /** How many leaves. */
  get size(): number {
    return this.#size;
  }

  /** An independent copy: append to it, and drop it if the leaves could not be kept. */
  copy(): CompactTree {
    const copy = new CompactTree();
    copy.#size = this.#size;
    copy.#peaks = this.#peaks.map(copyBytes);
    return copy;
  }

  /** Adds a leaf hash (32 bytes); returns the complete subtrees that it finished, the leaf first. */
  append(hash: Uint8Array): StoredNode[] {
    let node: StoredNode = { level: 0, index: this.#size, hash };
    const finished = [node];
    while (node.index % 2 === 1) {
      const left = this.#peaks.pop();
      if (left === undefined) throw broken("MERKLE_RANGE");
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(left, node.hash) };
      finished.push(node);
    }
    this.#peaks.push(node.hash);
    this.#size += 1;
    return finished;
  }

  /** The RFC 9162 root, 32 bytes. */
  root(): Uint8Array {
    return joinPeaks(this.#peaks);
  }
}
