import { normalUpperTail } from "./normal.ts";

/** By how much the search and round-off may miss, relatively. */
const SLACK = 1e-6;
const TURNS = 60;

/**
 * Delta of one Gaussian with sensitivity 1 (Balle and Wang, "Improving the Gaussian Mechanism for
 * Differential Privacy", ICML 2018, theorem 8).
 */
export function gaussianDelta(noise: number, epsilon: number): number {
  const a = 1 / (2 * noise) - epsilon * noise;
  const b = -1 / (2 * noise) - epsilon * noise;
  return normalUpperTail(-a) - Math.exp(epsilon) * normalUpperTail(-b);
}

/** Epsilon of one Gaussian without sampling, from above and within a millionth. */
export function gaussianEpsilon(noise: number, delta: number): number {
  const enough = (epsilon: number) => gaussianDelta(noise, epsilon) <= delta * (1 - SLACK);
  if (enough(0)) return 0;
  let [low, high] = [0, 1];
  while (!enough(high)) [low, high] = [high, 2 * high];
  for (let turn = 0; turn < TURNS && high - low > SLACK * high; turn += 1) {
    const middle = (low + high) / 2;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
