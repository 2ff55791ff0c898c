/** Composition of privacy losses: sums of independent losses, by one fast Fourier transform. */
import FFT from "fft.js";
import type { PrivacyLoss } from "./privacy-loss.ts";

/** One loss, met `count` times. */
export interface RepeatedLoss {
  readonly loss: PrivacyLoss;
  readonly count: number;
}

/** What lies outside the window of the transform, together. */
const TAIL_MASS = 1e-15;
const SEARCH_STEPS = 20;
/** A frequency that all of them together cannot bring above round-off: high ones, after many steps. */
const NEGLIGIBLE = 1e-25;

/** Where the sum of the losses lies but for {@link TAIL_MASS}, in grid indices. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

/** The exponents that bound the sum best, below and above. Any are valid; a coarse grid finds good ones. */
export interface Exponents {
  readonly below: number;
  readonly above: number;
}

/** Chernoff's bound at t: but for half the tail mass, the sum lies within `chernoff / t`. */
function chernoff(losses: readonly RepeatedLoss[], t: number): number {
  return (logMoment(losses, t) - Math.log(TAIL_MASS / 2)) / Math.abs(t);
}

/** Searches the exponents of the narrowest window. */
export function exponentsFor(losses: readonly RepeatedLoss[]): Exponents {
  const best = (sign: 1 | -1) =>
    sign * Math.exp(whereLeast((logT) => chernoff(losses, sign * Math.exp(logT)), -12, 8));
  return { below: best(-1), above: best(1) };
}

/** The sum's window (Chernoff: P(S >= s) <= E[e^(tS)] / e^(ts)). */
export function windowOf(losses: readonly RepeatedLoss[], { below, above }: Exponents): Window {
  const step = losses[0]?.loss.step ?? 1;
  const [least, most] = extremes(losses);
  return {
    first: Math.max(least, -Math.ceil(chernoff(losses, below) / step)),
    last: Math.min(most, Math.ceil(chernoff(losses, above) / step)),
  };
}

function extremes(losses: readonly RepeatedLoss[]): readonly [least: number, most: number] {
  let least = 0;
  let most = 0;
  for (const { loss, count } of losses) {
    least += loss.first * count;
    most += (loss.first + loss.masses.length - 1) * count;
  }
  return [least, most];
}

/** ln E[e^(tS)]. */
function logMoment(losses: readonly RepeatedLoss[], t: number): number {
  let sum = 0;
  for (const { loss, count } of losses) {
    const { masses, first, step } = loss;
    const peak = t * step * (t > 0 ? first + masses.length - 1 : first);
    let moment = 0;
    for (let at = 0; at < masses.length; at += 1) {
      const mass = masses[at] ?? 0;
      if (mass > 0) moment += mass * Math.exp(t * step * (first + at) - peak);
    }
    sum += count * (Math.log(moment) + peak);
  }
  return sum;
}

/** Where a function with one valley is least, by golden-section search. */
function whereLeast(of: (x: number) => number, from: number, to: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  for (let at = 0; at < SEARCH_STEPS; at += 1) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    // Overflow far from the valley compares as not smaller, which leads away from it.
    if (of(right) <= of(left)) low = left;
    else high = right;
  }
  return (low + high) / 2;
}

/** The loss of all of them together, on the grid of `window`. */
export function compose(losses: readonly RepeatedLoss[], window: Window): PrivacyLoss {
  const step = losses[0]?.loss.step ?? 1;
  const length = window.last - window.first + 1;
  const size = 2 ** Math.max(1, Math.ceil(Math.log2(length)));
  const fft = transformOf(size);
  const product = new Float64Array(2 * size);
  for (let at = 0; at < size; at += 1) product[2 * at] = 1;
  const spectrum = new Float64Array(2 * size);
  let shift = 0;
  for (const { loss, count } of losses) {
    // Around its mean, so that phases stay small when they are multiplied by the count.
    const mean = Math.round(meanOf(loss));
    shift += mean * count;
    fft.realTransform(spectrum, wrapped(loss, mean, size));
    multiplyByPower(product, spectrum, count);
  }
  fft.completeSpectrum(product);
  const sums = spectrum;
  fft.inverseTransform(sums, product);
  const masses = new Float64Array(length);
  let index = modulo(window.first - shift, size);
  for (let at = 0; at < length; at += 1) {
    masses[at] = Math.max(0, sums[2 * index] ?? 0); // round-off goes either way
    index = index + 1 === size ? 0 : index + 1;
  }
  const finite = losses.reduce((log, { loss, count }) => log + count * Math.log1p(-loss.infinityMass), 0);
  return { step, first: window.first, masses, infinityMass: -Math.expm1(finite) + TAIL_MASS };
}

/** The last transform: its tables take longer to make than to use. */
let last: FFT | undefined;

function transformOf(size: number): FFT {
  last = last?.size === size ? last : new FFT(size);
  return last;
}

function meanOf({ first, masses }: PrivacyLoss): number {
  let mean = 0;
  for (let at = 0; at < masses.length; at += 1) mean += (first + at) * (masses[at] ?? 0);
  return mean;
}

function wrapped({ first, masses }: PrivacyLoss, origin: number, size: number): Float64Array {
  const out = new Float64Array(size);
  let index = modulo(first - origin, size);
  for (let at = 0; at < masses.length; at += 1) {
    out[index] = (out[index] ?? 0) + (masses[at] ?? 0);
    index = index + 1 === size ? 0 : index + 1;
  }
  return out;
}

function modulo(value: number, size: number): number {
  return ((value % size) + size) % size;
}

/** product[k] *= spectrum[k] ** count, by modulus and argument, in the half that determines the other. */
function multiplyByPower(product: Float64Array, spectrum: Float64Array, count: number): void {
  for (let at = 0; at <= product.length / 2; at += 2) {
    const [re, im] = [spectrum[at] ?? 0, spectrum[at + 1] ?? 0];
    const modulus = Math.sqrt(re * re + im * im) ** count;
    if (modulus < NEGLIGIBLE) {
      product[at] = 0;
      product[at + 1] = 0;
      continue;
    }
    const argument = Math.atan2(im, re) * count;
    const [x, y] = [modulus * Math.cos(argument), modulus * Math.sin(argument)];
    const [a, b] = [product[at] ?? 0, product[at + 1] ?? 0];
    product[at] = a * x - b * y;
    product[at + 1] = a * y + b * x;
  }
}
