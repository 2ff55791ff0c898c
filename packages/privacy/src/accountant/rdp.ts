/**
 * Rényi differential privacy of the subsampled Gaussian (Mironov, Talwar and Zhang, "Rényi Differential
 * Privacy of the Sampled Gaussian Mechanism", 2019): looser than the PLD, computed in quite another way,
 * and so a check on it.
 */
import type { PrivacyEvent } from "./accountant.ts";
import type { SubsampledGaussian } from "./privacy-loss.ts";

/** Orders at which the curve is evaluated; beyond 1,024 they matter at tiny sampling rates. */
const ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, at) => 1 + (at + 1) / 10),
  ...Array.from({ length: 53 }, (_, at) => at + 11),
  128,
  256,
  512,
  1024,
  2048,
  4096,
];

/** epsilon from RDP, over the best order (Canonne, Kamath and Steinke 2020, proposition 12). */
export function rdpEpsilon(events: readonly PrivacyEvent[], delta: number): number {
  const epsilons = ORDERS.map((order) => {
    let total = 0;
    for (const event of events) total += event.stepsCount * rdpOf(event, order);
    return total + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1);
  });
  return Math.max(0, Math.min(...epsilons));
}

/** The Rényi divergence of one step at an order above 1. */
export function rdpOf(
  { samplingRate: q, noiseMultiplier: sigma }: SubsampledGaussian,
  order: number,
): number {
  if (q === 1) return order / (2 * sigma * sigma);
  return logMoment(q, sigma, order) / (order - 1);
}

/**
 * ln E[(1 - q + q e^((2x - 1) / 2 s^2))^order], x ~ N(0, s^2), by the trapezoid rule, which converges
 * exponentially for such integrands. The integrand has at most two humps: near 0 and near the order.
 */
function logMoment(q: number, sigma: number, order: number): number {
  const step = Math.min(sigma, sigma * sigma) / 16;
  const from = -12 * sigma;
  const to = order + 12 * sigma;
  const logs: number[] = [];
  let peak = -Infinity;
  for (let x = from; x <= to; x += step) {
    const ratio = Math.log(q) + (2 * x - 1) / (2 * sigma * sigma);
    const stay = Math.log1p(-q);
    const mixed = Math.max(ratio, stay) + Math.log1p(Math.exp(-Math.abs(ratio - stay)));
    const log = order * mixed - (x * x) / (2 * sigma * sigma);
    logs.push(log);
    peak = Math.max(peak, log);
  }
  const sum = logs.reduce((total, log) => total + Math.exp(log - peak), 0);
  return peak + Math.log(sum * step) - Math.log(sigma * Math.sqrt(2 * Math.PI));
}
