/**
 * Privacy loss distributions on a grid, by connecting the dots (Doroshenko, Ghazi, Kamath, Kumar and
 * Manurangsi, "Connect the Dots: Tighter Discrete Approximations of Privacy Loss Distributions", PETS 2022):
 * the mass of each interval goes to its two ends so that the hockey-stick curve is exact at the grid and
 * never below the true one in between. Whatever is cut off counts as an infinite loss.
 */
import { normalBetween, normalTail, normalUpperTail } from "./normal.ts";

/** A loss distribution: `masses[i]` is the probability of a loss of `(first + i) * step`. */
export interface PrivacyLoss {
  readonly step: number;
  readonly first: number;
  readonly masses: Float64Array;
  /** Probability of a loss that counts as infinite. */
  readonly infinityMass: number;
}

/**
 * One release of a Poisson-subsampled Gaussian mechanism with sensitivity 1: each record takes part with
 * probability `samplingRate` (0 < q <= 1); the noise has standard deviation `noiseMultiplier`.
 */
export interface SubsampledGaussian {
  readonly samplingRate: number;
  readonly noiseMultiplier: number;
}

/** Standard deviations beyond which a tail is cut: 8e-24 lies there. */
const TAIL = 10;

/** Both directions of adding or removing one record. */
export interface LossPair {
  readonly remove: PrivacyLoss;
  readonly add: PrivacyLoss;
}

/** How many grid points one release spans, to choose the step. */
export function spanOf({ samplingRate: q, noiseMultiplier: sigma }: SubsampledGaussian): number {
  return lossAt(1 + TAIL * sigma, q, sigma) - lossAt(-TAIL * sigma, q, sigma);
}

/** ln of (1-q) N(0, s^2) + q N(1, s^2) over N(0, s^2), at x. Increasing in x. */
function lossAt(x: number, q: number, sigma: number): number {
  const shifted = (2 * x - 1) / (2 * sigma * sigma);
  if (q === 1) return shifted;
  const a = Math.log1p(-q);
  const b = Math.log(q) + shifted;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** The x with that loss; minus infinity where no x has one as low. */
function whereLossIs(loss: number, q: number, sigma: number): number {
  if (q === 1) return sigma * sigma * loss + 0.5;
  const above = Math.expm1(loss - Math.log1p(-q));
  if (above <= 0) return -Infinity;
  return sigma * sigma * (Math.log(above) + Math.log1p(-q) - Math.log(q)) + 0.5;
}

/** The losses of one release, on a grid of multiples of `step`. */
export function discretise(event: SubsampledGaussian, step: number): LossPair {
  const { samplingRate: q, noiseMultiplier: sigma } = event;
  const first = Math.floor(lossAt(-TAIL * sigma, q, sigma) / step);
  const last = Math.ceil(lossAt(1 + TAIL * sigma, q, sigma) / step);
  const count = last - first;
  const without = new Float64Array(count);
  const mixed = new Float64Array(count);
  const lowest = whereLossIs(first * step, q, sigma);
  let from = lowest;
  const base = intervals(lowest / sigma);
  const shifted = intervals((lowest - 1) / sigma);
  for (let at = 0; at < count; at += 1) {
    from = whereLossIs((first + at + 1) * step, q, sigma);
    without[at] = base(from / sigma);
    mixed[at] = (1 - q) * (without[at] ?? 0) + q * shifted((from - 1) / sigma);
  }
  const tails = {
    withoutLow: normalUpperTail(-lowest / sigma),
    mixedLow: (1 - q) * normalUpperTail(-lowest / sigma) + q * normalUpperTail((1 - lowest) / sigma),
    withoutHigh: normalUpperTail(from / sigma),
    mixedHigh: (1 - q) * normalUpperTail(from / sigma) + q * normalUpperTail((from - 1) / sigma),
  };
  return {
    remove: connect({
      step,
      first,
      upper: mixed,
      lower: without,
      below: tails.mixedLow,
      above: tails.mixedHigh,
    }),
    // The same intervals, seen from the other side: losses change sign and the order turns round.
    add: connect({
      step,
      first: -last,
      upper: without.toReversed(),
      lower: mixed.toReversed(),
      below: tails.withoutHigh,
      above: tails.withoutLow,
    }),
  };
}

/** The masses of one interval after the other, each from where the last ended. */
function intervals(start: number): (end: number) => number {
  let from = start;
  let tail = normalTail(start);
  return (to) => {
    const next = normalTail(to);
    const mass = normalBetween(from, tail, to, next);
    from = to;
    tail = next;
    return mass;
  };
}

/** Splits each interval's mass between its ends: both distributions keep their mass (section 4). */
function connect(input: {
  readonly step: number;
  readonly first: number;
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  /** Mass of the upper distribution below the grid; its loss is rounded up to the first point. */
  readonly below: number;
  readonly above: number;
}): PrivacyLoss {
  const { step, first, upper, lower, below, above } = input;
  const masses = new Float64Array(upper.length + 1);
  masses[0] = below;
  const span = -Math.expm1(-step);
  for (const [at, mass] of upper.entries()) {
    const atLow = Math.exp((first + at) * step) * (lower[at] ?? 0);
    const high = Math.min(mass, Math.max(0, (mass - atLow) / span));
    masses[at] = (masses[at] ?? 0) + mass - high;
    masses[at + 1] = high;
  }
  return { step, first, masses, infinityMass: above };
}
