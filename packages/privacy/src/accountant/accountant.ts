/**
 * What a training run costs: epsilon for a delta, and the noise for an epsilon. Neighbours differ in one
 * record added or removed; sampling is Poisson.
 */
import { BaseError } from "@cloister/bytes";
import { compose, exponentsFor, type RepeatedLoss, windowOf } from "./compose.ts";
import { gaussianEpsilon } from "./gaussian.ts";
import { discretise, type PrivacyLoss, type SubsampledGaussian, spanOf } from "./privacy-loss.ts";

/** So many steps of one mechanism. */
export interface PrivacyEvent extends SubsampledGaussian {
  /** 1 to 10^7. */
  readonly stepsCount: number;
}

const FINEST_STEP = 1e-6;
const COARSE_POINTS = 4096;
/** Any exponents bound a sum. */
const ANY_EXPONENTS = { below: -1, above: 1 };
/** Of one distribution and of the transform. */
const MOST_POINTS = 2 ** 19;
const SEARCH_POINTS = 2 ** 14;
const CLOSED_DELTA = 1e-9;
const CLOSED_NOISE = 0.1;
const MAX_STEPS = 10_000_000;
/** How near to epsilon the noise's cost comes from below, relatively; and how often Newton's method may look. */
const CLOSE = 5e-7;
const MAX_TURNS = 8;
/** Round-off of the transform, counted against delta. */
const ROUND_OFF = 2e-13;

/**
 * The smallest epsilon that a PLD shows for all the events together (never below the true one but for
 * round-off that is counted in).
 * @param delta above 0, below 1
 * @throws BaseError `PRIVACY_EVENT`, `PRIVACY_DELTA`
 */
export function epsilonFor(events: readonly PrivacyEvent[], delta: number): number {
  checkDelta(delta);
  return epsilonOn(merge(events), delta, MOST_POINTS);
}

/**
 * An upper bound of {@link epsilonFor}, some tens of times faster: the same on a coarse grid, which never
 * shows less. Within about 1 % where epsilon is above 0.1.
 * @throws BaseError `PRIVACY_EVENT`, `PRIVACY_DELTA`
 */
export function epsilonBound(events: readonly PrivacyEvent[], delta: number): number {
  checkDelta(delta);
  const together = merge(events);
  const [only] = together;
  // Deeper in the tails the formula's difference loses its digits.
  const closed = together.length === 1 && only?.samplingRate === 1 && delta >= CLOSED_DELTA;
  return closed && only.noiseMultiplier >= CLOSED_NOISE
    ? gaussianEpsilon(only.noiseMultiplier, delta)
    : epsilonOn(together, delta, SEARCH_POINTS);
}

function epsilonOn(events: readonly PrivacyEvent[], delta: number, pointsCount: number): number {
  return Math.max(0, ...composedLosses(events, pointsCount).map((loss) => epsilonOf(loss, delta)));
}

/**
 * The smallest delta for an epsilon.
 * @param epsilon 0 or above
 * @throws BaseError `PRIVACY_EVENT`, `PRIVACY_EPSILON`
 */
export function deltaFor(events: readonly PrivacyEvent[], epsilon: number): number {
  if (!(epsilon >= 0 && epsilon < Infinity)) throw epsilonOutOfRange();
  return Math.min(
    1,
    Math.max(...composedLosses(merge(events), MOST_POINTS).map((loss) => deltaOf(loss, epsilon))),
  );
}

/** A question for the noise that an epsilon needs. */
export interface NoiseRequest {
  readonly samplingRate: number;
  readonly stepsCount: number;
  readonly epsilon: number;
  readonly delta: number;
}

/**
 * The least noise multiplier, to about 1e-6 upwards, with which the steps cost no more than `epsilon`.
 * @throws BaseError `PRIVACY_EVENT`, `PRIVACY_DELTA`, `PRIVACY_EPSILON`
 */
export function noiseFor({ epsilon, delta, samplingRate, stepsCount }: NoiseRequest): number {
  checkDelta(delta);
  if (!(epsilon > 0 && epsilon < Infinity)) throw epsilonOutOfRange();
  const costOn = (pointsCount: number) => (noiseMultiplier: number) => {
    const events = merge([{ samplingRate, stepsCount, noiseMultiplier }]);
    const cost = epsilonOn(events, delta, pointsCount);
    return Math.log(Math.min(Math.max(cost, 1e-12), 1e12) / epsilon);
  };
  const [coarse, fine] = [costOn(SEARCH_POINTS), costOn(MOST_POINTS)];
  // A coarse grid finds almost all of it, and its slope, with which a fine one needs few more looks.
  let noise = leastNoise(coarse, { start: 1, factor: 1.5 });
  const slope = (coarse(noise * 1.01) - coarse(noise)) / Math.log(1.01);
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const over = fine(noise);
    if (over <= 0 && over > -2 * CLOSE) return noise;
    noise *= Math.exp(-(over + CLOSE) / slope);
  }
  return leastNoise(fine, { start: noise, factor: 1.002 });
}

/** Where a falling cost meets zero, from above: bracket it, then regula falsi in logarithms (Illinois). */
function leastNoise(
  cost: (noise: number) => number,
  { start, factor }: { readonly start: number; readonly factor: number },
): number {
  const at = (x: number) => ({ x, y: cost(Math.exp(x)) });
  let upper = at(Math.log(start));
  while (upper.y > 0) upper = at(upper.x + Math.log(factor));
  let lower = at(upper.x - Math.log(factor));
  while (lower.y <= 0) [upper, lower] = [lower, at(lower.x - Math.log(factor))];
  for (let turn = 0; turn < 40 && upper.x - lower.x > 1e-7 && upper.y < -1e-7; turn += 1) {
    const next = at((lower.x * upper.y - upper.x * lower.y) / (upper.y - lower.y));
    if (next.y <= 0) upper = next;
    else {
      lower = next;
      upper = { x: upper.x, y: upper.y / 2 };
    }
  }
  return Math.exp(upper.x);
}

/** Steps of one mechanism together; without sampling, Gaussians add up to one Gaussian exactly. */
function merge(events: readonly PrivacyEvent[]): readonly PrivacyEvent[] {
  if (events.length === 0) throw eventInvalid("there must be at least one");
  const counts = new Map<string, PrivacyEvent>();
  let precision = 0;
  for (const event of events) {
    checkEvent(event);
    const { samplingRate, noiseMultiplier, stepsCount } = event;
    if (samplingRate === 1) {
      precision += stepsCount / noiseMultiplier ** 2;
      continue;
    }
    const key = `${samplingRate}/${noiseMultiplier}`;
    const known = counts.get(key);
    counts.set(key, { ...event, stepsCount: stepsCount + (known?.stepsCount ?? 0) });
  }
  const full = { samplingRate: 1, noiseMultiplier: 1 / Math.sqrt(precision), stepsCount: 1 };
  return precision > 0 ? [...counts.values(), full] : [...counts.values()];
}

/** The sum of the losses in both directions, on a grid of about so many points. */
function composedLosses(events: readonly PrivacyEvent[], pointsCount: number): readonly PrivacyLoss[] {
  const span = Math.max(...events.map(spanOf));
  const coarse = lossesAt(events, span / COARSE_POINTS);
  const exponents = coarse.map(exponentsFor);
  const widths = coarse.map((losses, at) => {
    const { first, last } = windowOf(losses, exponents[at] ?? ANY_EXPONENTS);
    return ((last - first + 2) * span) / COARSE_POINTS;
  });
  const width = Math.max(span, ...widths);
  const step = Math.max(FINEST_STEP, width / pointsCount);
  return lossesAt(events, step).map((losses, at) => {
    const [only] = losses;
    if (only && losses.length === 1 && only.count === 1) return only.loss;
    return compose(losses, windowOf(losses, exponents[at] ?? ANY_EXPONENTS));
  });
}

/** Removing and adding a record, in this order. */
function lossesAt(events: readonly PrivacyEvent[], step: number): readonly (readonly RepeatedLoss[])[] {
  const pairs = events.map((event) => ({ pair: discretise(event, step), count: event.stepsCount }));
  return (["remove", "add"] as const).map((direction) =>
    pairs.map(({ pair, count }) => ({ loss: pair[direction], count })),
  );
}

/** delta(epsilon) = P(loss infinite) + E[(1 - e^(epsilon - loss))+]. */
function deltaOf({ step, first, masses, infinityMass }: PrivacyLoss, epsilon: number): number {
  let delta = infinityMass + ROUND_OFF;
  for (let at = masses.length - 1; at >= 0 && (first + at) * step > epsilon; at -= 1) {
    delta += (masses[at] ?? 0) * -Math.expm1(epsilon - (first + at) * step);
  }
  return delta;
}

/** Where delta(epsilon), which is linear in e^epsilon between grid points, meets `delta`. */
function epsilonOf({ step, first, masses, infinityMass }: PrivacyLoss, delta: number): number {
  const budget = delta - infinityMass - ROUND_OFF;
  if (budget <= 0) return Infinity;
  let above = 0;
  let weighted = 0; // sum of mass * e^-loss, scaled by e^(loss at hand)
  for (let at = masses.length - 1; at >= 0; at -= 1) {
    const mass = masses[at] ?? 0;
    above += mass;
    weighted += mass;
    // Between this point and the one below: delta = above - e^(epsilon - loss) * weighted.
    if (above - weighted * Math.exp(-step) > budget) {
      return (first + at) * step + Math.log((above - budget) / weighted);
    }
    weighted *= Math.exp(-step);
  }
  return -Infinity;
}

function checkEvent({ samplingRate, noiseMultiplier, stepsCount }: PrivacyEvent): void {
  if (!(samplingRate > 0 && samplingRate <= 1))
    throw eventInvalid("a sampling rate is above 0 and at most 1");
  if (!(noiseMultiplier >= 0.01 && noiseMultiplier <= 1e6)) {
    throw eventInvalid("a noise multiplier is from 0.01 to 10^6");
  }
  if (!(Number.isInteger(stepsCount) && stepsCount >= 1 && stepsCount <= MAX_STEPS)) {
    throw eventInvalid("steps are a whole number from 1 to 10^7");
  }
}

function checkDelta(delta: number): void {
  if (delta > 0 && delta < 1) return;
  throw new BaseError("Usage", "PRIVACY_DELTA", "delta is above 0 and below 1, and less than 1 / records");
}

function epsilonOutOfRange(): BaseError {
  return new BaseError("Usage", "PRIVACY_EPSILON", "epsilon is a finite number and not negative");
}

function eventInvalid(message: string): BaseError {
  return new BaseError("Usage", "PRIVACY_EVENT", message);
}
