import { concatBytes, equalBytes, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { broken } from "./rules.ts";

/** Length of a SHA-256 hash. */
export const hashBytesCount = 32;

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

/** Root of the tree without leaves: SHA-256 of nothing (RFC 9162 section 2.1.1). */
export const emptyRoot: Uint8Array = sha256(toUtf8(""));

/** SHA-256(0x00 || leaf), 32 bytes. */
export function leafHash(leaf: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(leafPrefix, leaf));
}

/** SHA-256(0x01 || left || right), 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(nodePrefix, left, right));
}

/** "The leaf with this hash is number `index` of the `size` leaves under `root`." All fields are untrusted. */
export interface InclusionClaim {
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** "The tree of `size1` leaves under `root1` is the beginning of that of `size2` under `root2`." All untrusted. */
export interface ConsistencyClaim {
  readonly size1: number;
  readonly size2: number;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** An inclusion claim about the leaves from `start` (kept) to `end` (left out) only. */
export interface SubtreeInclusionClaim extends Omit<InclusionClaim, "size"> {
  readonly start: number;
  readonly end: number;
}

/** "`root1` is over the leaves from `start` to `end` of the tree of `size` leaves under `root2`." */
export interface SubtreeConsistencyClaim extends Omit<ConsistencyClaim, "size1" | "size2"> {
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

// Shifts in JavaScript work on 32 bits; sizes go to 2^53.
function half(n: number): number {
  return Math.floor(n / 2);
}

function isOdd(n: number): boolean {
  return n % 2 === 1;
}

function requireRange(...numbers: readonly number[]): void {
  let previous = 0;
  for (const n of numbers) {
    if (!Number.isSafeInteger(n) || n < previous) throw broken("MERKLE_RANGE");
    previous = n;
  }
}

function requireHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== hashBytesCount)) throw broken("MERKLE_HASH_LENGTH");
}

function requireSubtree(start: number, end: number): void {
  let width = 1;
  while (width < end - start) width *= 2;
  if (start % width !== 0) throw broken("MERKLE_SUBTREE");
}

/**
 * Returns when the claim holds (RFC 9162 section 2.1.3.2).
 * @throws BaseError `MERKLE_RANGE`, `MERKLE_HASH_LENGTH`, `MERKLE_PROOF_LENGTH`, `MERKLE_ROOT`
 */
export function verifyInclusion({ size, ...claim }: InclusionClaim): void {
  verifySubtreeInclusion({ ...claim, start: 0, end: size });
}

/**
 * {@link verifyInclusion} within a subtree (draft-ietf-plants-merkle-tree-certs section 4.3).
 * @throws BaseError as there, and `MERKLE_SUBTREE`
 */
export function verifySubtreeInclusion(claim: SubtreeInclusionClaim): void {
  const { index, start, end, proof, root } = claim;
  requireRange(start, index, end - 1);
  requireSubtree(start, end);
  requireHashes([claim.leafHash, ...proof]);
  let fn = index - start;
  let sn = end - start - 1;
  let hash = claim.leafHash;
  for (const sibling of proof) {
    if (sn === 0) throw broken("MERKLE_PROOF_LENGTH");
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else hash = nodeHash(hash, sibling);
    [fn, sn] = [half(fn), half(sn)];
  }
  if (sn !== 0) throw broken("MERKLE_PROOF_LENGTH");
  if (!equalBytes(hash, root)) throw broken("MERKLE_ROOT");
}

/**
 * Returns when the claim holds (RFC 9162 section 2.1.4.2). An empty old tree is refused: every tree
 * extends it, so such a proof says nothing.
 * @throws BaseError `MERKLE_OLD_SIZE_ZERO`, `MERKLE_RANGE`, `MERKLE_HASH_LENGTH`, `MERKLE_PROOF_LENGTH`,
 * `MERKLE_OLD_ROOT`, `MERKLE_NEW_ROOT`
 */
export function verifyConsistency({ size1, size2, ...claim }: ConsistencyClaim): void {
  if (size1 === 0) throw broken("MERKLE_OLD_SIZE_ZERO");
  verifySubtreeConsistency({ ...claim, start: 0, end: size1, size: size2 });
}

/**
 * {@link verifyConsistency} of a subtree with its tree (draft-ietf-plants-merkle-tree-certs section 4.4).
 * An empty subtree has the empty root and an empty proof.
 * @throws BaseError as there, and `MERKLE_SUBTREE`
 */
export function verifySubtreeConsistency(claim: SubtreeConsistencyClaim): void {
  const { start, end, size, root1, root2 } = claim;
  requireRange(start, end, size);
  requireSubtree(start, end);
  requireHashes(claim.proof);
  if (start === end) return verifyEmptySubtree(claim);
  let [fn, sn, tn] = [start, end - 1, size - 1];
  // Up to the largest complete subtree that ends where the old one does.
  while (fn !== sn && (sn === tn || isOdd(sn))) [fn, sn, tn] = [half(fn), half(sn), half(tn)];
  const proof = claim.proof.values();
  let old = root1;
  if (fn !== sn) {
    const first = proof.next();
    if (first.done) throw broken("MERKLE_PROOF_LENGTH");
    old = first.value;
  }
  let now = old;
  for (const hash of proof) {
    if (tn === 0) throw broken("MERKLE_PROOF_LENGTH");
    if (isOdd(sn) || sn === tn) {
      if (fn < sn) old = nodeHash(hash, old);
      now = nodeHash(hash, now);
      while (!isOdd(sn) && sn !== 0) [fn, sn, tn] = [half(fn), half(sn), half(tn)];
    } else now = nodeHash(now, hash);
    [fn, sn, tn] = [half(fn), half(sn), half(tn)];
  }
  if (tn !== 0) throw broken("MERKLE_PROOF_LENGTH");
  if (!equalBytes(old, root1)) throw broken("MERKLE_OLD_ROOT");
  if (!equalBytes(now, root2)) throw broken("MERKLE_NEW_ROOT");
}

function verifyEmptySubtree({ root1, proof }: SubtreeConsistencyClaim): void {
  if (proof.length > 0) throw broken("MERKLE_PROOF_LENGTH");
  if (!equalBytes(root1, emptyRoot)) throw broken("MERKLE_OLD_ROOT");
}
