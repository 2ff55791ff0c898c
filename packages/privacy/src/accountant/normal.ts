/** The normal distribution, accurate in both tails. */

const SERIES_BELOW = 1.5;
const INVERSE_SQRT_PI = 1 / Math.sqrt(Math.PI);

/** Complementary error function for x >= 0, to about 1e-15 of its value. */
function erfcOfPositive(x: number): number {
  return x < SERIES_BELOW ? 1 - erfSeries(x) : erfcFraction(x);
}

/** Abramowitz and Stegun 7.1.6: all terms are positive, so nothing cancels. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return 2 * INVERSE_SQRT_PI * Math.exp(-x * x) * sum;
}

/** The continued fraction of erfc (Abramowitz and Stegun 7.1.14), from its far end; shorter further out. */
function erfcFraction(x: number): number {
  let value = x;
  for (let k = Math.ceil(20 + 280 / (x * x)); k >= 1; k -= 1) value = x + k / 2 / value;
  return (Math.exp(-x * x) * INVERSE_SQRT_PI) / value;
}

/** P(|X| > |x|) / 2 for a standard normal X: the tail on the side of x. */
export function normalTail(x: number): number {
  return erfcOfPositive(Math.abs(x) * Math.SQRT1_2) / 2;
}

/** P(X > x) for a standard normal X. */
export function normalUpperTail(x: number): number {
  return x >= 0 ? normalTail(x) : 1 - normalTail(x);
}

/** P(a < X <= b) for a standard normal X, from the tails at a and b: on the side where nothing cancels. */
export function normalBetween(a: number, tailAtA: number, b: number, tailAtB: number): number {
  if (a >= 0) return tailAtA - tailAtB;
  return b <= 0 ? tailAtB - tailAtA : 1 - tailAtA - tailAtB;
}
