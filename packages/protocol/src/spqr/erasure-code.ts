/**
 * The erasure code of ML-KEM Braid. A string of n blocks of 32 bytes is 16 polynomials over GF(2^16), one
 * for each 16-bit word of a block, with the blocks as their values at 0 to n-1. Chunk x is their value at
 * x: any n chunks give the string back, and the first n are the blocks themselves.
 */
import { fieldTables, GROUP_ORDER } from "./field.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Length of a block and of a chunk. */
export const CHUNK_BYTES = 32;
/** Chunks are numbered by field elements. */
export const CHUNK_COUNT = 65_536;
const WORDS = CHUNK_BYTES / 2;

/** One value of the polynomials. Chunks of a peer are attacker-controlled. */
export interface Chunk {
  readonly index: number;
  readonly data: Bytes;
}

/** A string on its way, and the number of the chunk that goes next. */
export interface Encoder {
  readonly source: Bytes;
  readonly next: number;
}

/** Starts at chunk 0. The length of `source` is a multiple of 32. */
export function startEncoder(source: Bytes): Encoder {
  return { source, next: 0 };
}

/** The next chunk. Beyond the source's own blocks it goes on, because some may have been lost. */
export function nextChunk({ source, next }: Encoder): { encoder: Encoder; chunk: Chunk } {
  const data = blocksCount(source) > next ? block(source, next) : extend(source, next);
  return { encoder: { source, next: (next + 1) % CHUNK_COUNT }, chunk: { index: next, data } };
}

/** The chunks with one more; it replaces one of the same number. */
export function collect(chunks: readonly Chunk[], chunk: Chunk): readonly Chunk[] {
  return [...chunks.filter(({ index }) => index !== chunk.index), chunk];
}

/** The string of `lengthBytes`, or undefined as long as too few chunks are there. */
export function decode(chunks: readonly Chunk[], lengthBytes: number): Bytes | undefined {
  const count = lengthBytes / CHUNK_BYTES;
  if (chunks.length < count) return undefined;
  const out = new Uint8Array(lengthBytes);
  const missing = new Set(Array.from({ length: count }, (_, index) => index));
  for (const { index, data } of chunks) {
    if (missing.delete(index)) out.set(data, index * CHUNK_BYTES);
  }
  if (missing.size > 0) {
    const points = chunks.map(({ index }) => index);
    const values = chunks.map(({ data }) => data);
    const basis = { points, values, weights: weightsOf(points) };
    for (const index of missing) out.set(interpolate(basis, index), index * CHUNK_BYTES);
  }
  return out;
}

const blocksCount = (source: Bytes) => source.length / CHUNK_BYTES;
const block = (source: Bytes, index: number) => source.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);

/** Weights for the points 0 to n-1 of an encoder, by n. There are four lengths. */
const encoderWeights = new Map<number, readonly number[]>();

function extend(source: Bytes, at: number): Bytes {
  const count = blocksCount(source);
  const points = Array.from({ length: count }, (_, index) => index);
  const weights = encoderWeights.get(count) ?? weightsOf(points);
  encoderWeights.set(count, weights);
  const values = points.map((index) => source.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));
  return interpolate({ points, values, weights }, at);
}

/** Values at distinct points, with the logarithm of each point's Lagrange denominator. */
interface Basis {
  readonly points: readonly number[];
  readonly values: readonly Uint8Array[];
  readonly weights: readonly number[];
}

/** For each point, the logarithm of the product of its differences to the others. */
function weightsOf(points: readonly number[]): number[] {
  const { log } = fieldTables();
  return points.map((point) => {
    let sum = 0;
    for (const other of points) if (other !== point) sum += log[point ^ other] ?? 0;
    return sum % GROUP_ORDER;
  });
}

/**
 * All 16 polynomials at `at`, which is none of the points. The Lagrange coefficient of point i is
 * product(at - x_k) / ((at - x_i) * weight_i), the same for every column.
 */
function interpolate({ points, values, weights }: Basis, at: number): Bytes {
  const { log, power } = fieldTables();
  let product = 0;
  for (const point of points) product += log[at ^ point] ?? 0;
  const words = new Uint16Array(WORDS);
  for (const [i, value] of values.entries()) {
    const divisor = (log[at ^ (points[i] ?? 0)] ?? 0) + (weights[i] ?? 0);
    const coefficient = (product - divisor + 2 * GROUP_ORDER) % GROUP_ORDER;
    for (let word = 0; word < WORDS; word += 1) {
      const y = ((value[2 * word] ?? 0) << 8) | (value[2 * word + 1] ?? 0);
      if (y !== 0) words[word] = (words[word] ?? 0) ^ (power[(log[y] ?? 0) + coefficient] ?? 0);
    }
  }
  const out = new Uint8Array(CHUNK_BYTES);
  for (let word = 0; word < WORDS; word += 1) {
    out[2 * word] = (words[word] ?? 0) >> 8;
    out[2 * word + 1] = words[word] ?? 0;
  }
  return out;
}
