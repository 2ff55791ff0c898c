/**
 * The discrete Gaussian over the integers (Canonne, Kamath and Steinke, "The Discrete Gaussian for
 * Differential Privacy", NeurIPS 2020), P(x) proportional to exp(-x^2 / (2 variance)), by rejection from
 * steps: the half line is cut into blocks of a power of two, a block is drawn by a table in proportion to
 * (a little more than) its highest probability, then a place within it, then acceptance. All comparisons
 * are exact: where 32 random bits do not decide, more are drawn and the exponential is bracketed by
 * integers. So there is no floating-point noise to attack (Mironov 2012; Haney et al. 2022).
 */
import { BaseError } from "@cloister/bytes";
import type { Keystream } from "./keystream.ts";

const SLOT_BITS = 13;
const SLOTS = 2 ** SLOT_BITS;
/** Blocks per standard deviation, at least; fewer than twice as many. */
const BLOCKS = 16;
/** Standard deviations beyond which nothing is drawn: less than 1e-39 lies there. */
const CUT = 13.5;
const MAX_VARIANCE = 2 ** 44;
const MARGIN = 1e-12;
const WORD = 2 ** 32;

interface Table {
  readonly variance: number;
  /** log2 of a block's width. */
  readonly shift: number;
  /** Block of a slot; `SLOTS` where none is. */
  readonly blockOf: Uint16Array;
  /** Slots of a block: at least `scale` times the probability (relative to 0) at its near end. */
  readonly slotsOf: Uint16Array;
  readonly scale: number;
  /** Below this word every place in the block is accepted. */
  readonly surely: Float64Array;
}

/** Adds independent noise to a whole number. */
export type NoiseSource = () => number;

/**
 * A source of discrete Gaussian noise.
 * @param variance a whole number, 1 to 2^44
 * @throws BaseError `NOISE_VARIANCE`
 */
export function discreteGaussian(variance: number, words: Keystream): NoiseSource {
  const table = tableOf(variance);
  const { shift, blockOf, slotsOf, surely } = table;
  const mask = 2 ** shift - 1;
  return () => {
    for (;;) {
      const word = words.next();
      const block = blockOf[word & (SLOTS - 1)] ?? SLOTS;
      if (block === SLOTS) continue;
      const rest = word >>> SLOT_BITS;
      const x = block * (mask + 1) + ((rest >>> 1) & mask);
      const negative = (rest & 1) === 1;
      if (negative && x === 0) continue; // zero has one sign
      const lot = words.next();
      if (lot < (surely[block] ?? 0) || accepts(table, { x, slots: slotsOf[block] ?? 1, lot, words })) {
        return negative ? -x : x;
      }
    }
  };
}

/** Adds noise to each entry, in place, and gives the sum back. @throws BaseError `NOISE_VARIANCE` */
export function addDiscreteGaussian(sum: Int32Array, variance: number, words: Keystream): Int32Array {
  const noise = discreteGaussian(variance, words);
  for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + noise();
  return sum;
}

let latest: Table | undefined;

function tableOf(variance: number): Table {
  if (!(Number.isInteger(variance) && variance >= 1 && variance <= MAX_VARIANCE)) {
    throw new BaseError("Usage", "NOISE_VARIANCE", "the noise's variance is a whole number from 1 to 2^44");
  }
  if (latest?.variance === variance) return latest;
  const deviation = Math.sqrt(variance);
  const shift = Math.max(0, Math.floor(Math.log2(deviation / BLOCKS)));
  const width = 2 ** shift;
  const count = Math.ceil((CUT * deviation) / width);
  const scale = scaleFor(variance, width, count);
  const blockOf = new Uint16Array(SLOTS).fill(SLOTS);
  const slotsOf = new Uint16Array(count);
  const surely = new Float64Array(count);
  let slot = 0;
  for (let block = 0; block < count; block += 1) {
    const slots = slotsNeeded(block * width, variance, scale);
    slotsOf[block] = slots;
    blockOf.fill(block, slot, slot + slots);
    slot += slots;
    const least = (scale * weight((block + 1) * width - 1, variance)) / slots;
    surely[block] = Math.floor(least * (1 - MARGIN) * WORD);
  }
  latest = { variance, shift, blockOf, slotsOf, scale, surely };
  return latest;
}

/** Relative to the one at 0. */
function weight(x: number, variance: number): number {
  return Math.exp((-x * x) / (2 * variance));
}

function slotsNeeded(x: number, variance: number, scale: number): number {
  return Math.ceil(scale * weight(x, variance) * (1 + MARGIN));
}

/** The largest whole scale with which all blocks find room. */
function scaleFor(variance: number, width: number, count: number): number {
  let [low, high] = [1, SLOTS];
  while (high - low > 1) {
    const scale = Math.floor((low + high) / 2);
    let slots = 0;
    for (let block = 0; block < count; block += 1) slots += slotsNeeded(block * width, variance, scale);
    if (slots <= SLOTS) low = scale;
    else high = scale;
  }
  return low;
}

/** Whether a uniform number in [0, 1) that starts with `lot` is below scale * weight / slots, exactly. */
function accepts(
  { variance, scale }: Table,
  input: { readonly x: number; readonly slots: number; readonly lot: number; readonly words: Keystream },
): boolean {
  const bound = ((scale * weight(input.x, variance)) / input.slots) * WORD;
  if (input.lot + 1 < bound * (1 - MARGIN)) return true;
  if (input.lot > bound * (1 + MARGIN)) return false;
  let lot = BigInt(input.lot);
  for (let bits = 64n; ; bits += 32n) {
    lot = (lot << 32n) | BigInt(input.words.next());
    const { low, high } = exponential(input.x, variance, bits + 32n);
    const left = (lot * BigInt(input.slots)) << 32n;
    const next = ((lot + 1n) * BigInt(input.slots)) << 32n;
    if (next <= BigInt(scale) * low) return true;
    if (left >= BigInt(scale) * high) return false;
  }
}

/**
 * exp(-x^2 / (2 variance)) in units of 2^-bits, from below and above: the series of exp at the argument
 * divided by 2^8, rounded down and up, then squared eight times.
 */
export function exponential(
  x: number,
  variance: number,
  bits: bigint,
): { readonly low: bigint; readonly high: bigint } {
  const working = bits + 64n;
  const one = 1n << working;
  const numerator = BigInt(x) * BigInt(x);
  const denominator = BigInt(variance) << 9n;
  let term = one;
  let sum = 0n;
  let terms = 0n;
  for (; term > 0n; terms += 1n) {
    sum += term;
    term = (term * numerator) / (denominator * (terms + 1n));
  }
  // e^+: each term lost less than one unit and passed it on diminished; what is left out is below that.
  let low = (one * one) / (sum + 4n * terms + 4n);
  let high = (one * one) / sum + 1n;
  for (let at = 0; at < 8; at += 1) {
    low = (low * low) >> working;
    high = ((high * high) >> working) + 1n;
  }
  return { low: low >> 64n, high: (high >> 64n) + 1n };
}
