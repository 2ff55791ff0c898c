import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { discreteGaussian, exponential } from "./discrete-gaussian.ts";
import { Keystream } from "./keystream.ts";

const words = (seed: number) => new Keystream(new Uint8Array(32).fill(seed));

/** Pearson's statistic of draws against the exact distribution, and its degrees of freedom. */
function chiSquare(
  variance: number,
  drawsCount: number,
): { readonly statistic: number; readonly degrees: number } {
  const noise = discreteGaussian(variance, words(variance % 251));
  const counts = new Map<number, number>();
  for (let at = 0; at < drawsCount; at += 1) {
    const x = noise();
    counts.set(x, (counts.get(x) ?? 0) + 1);
  }
  const reach = Math.ceil(12 * Math.sqrt(variance));
  const weight = (x: number) => Math.exp((-x * x) / (2 * variance));
  let total = 0;
  for (let x = -reach; x <= reach; x += 1) total += weight(x);
  let [statistic, degrees, rest, restExpected] = [0, 0, drawsCount, drawsCount];
  for (let x = -reach; x <= reach; x += 1) {
    const expected = (drawsCount * weight(x)) / total;
    if (expected < 20) continue;
    statistic += ((counts.get(x) ?? 0) - expected) ** 2 / expected;
    degrees += 1;
    rest -= counts.get(x) ?? 0;
    restExpected -= expected;
  }
  return { statistic: statistic + (rest - restExpected) ** 2 / Math.max(restExpected, 1), degrees };
}

describe("the discrete Gaussian", () => {
  // With 5 standard deviations of the statistic, a right sampler fails once in millions of keys.
  it.each([1, 2, 17, 1000, 40_000])("of variance %d has the exact probabilities", (variance) => {
    const { statistic, degrees } = chiSquare(variance, 400_000);
    expect(statistic).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees) + 5);
  });

  it("has its variance where places are many, and no lean", () => {
    const variance = 70_000 ** 2;
    const noise = discreteGaussian(variance, words(7));
    const count = 300_000;
    let [sum, squares, fourths] = [0, 0, 0];
    for (let at = 0; at < count; at += 1) {
      const x = noise() / 70_000;
      sum += x;
      squares += x * x;
      fourths += x ** 4;
    }
    expect(Math.abs(sum / Math.sqrt(count))).toBeLessThan(4.5);
    expect(Math.abs((squares / count - 1) * Math.sqrt(count / 2))).toBeLessThan(4.5);
    expect(Math.abs((fourths / count - 3) * Math.sqrt(count / 96))).toBeLessThan(4.5);
  });

  it("is the same from the same key, another from another", () => {
    const draw = (seed: number) => {
      const noise = discreteGaussian(1e6, words(seed));
      return Array.from({ length: 20 }, () => noise());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it.each([0, 0.5, -1, Number.NaN, 2 ** 45])("refuses the variance %d", (variance) => {
    expect(() => discreteGaussian(variance, words(1))).toThrow(
      expect.objectContaining({ code: "NOISE_VARIANCE" }),
    );
  });
});

describe("the bracketed exponential", () => {
  it("holds the true value, and narrows to what was asked for", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.double({ min: 0, max: 13, noNaN: true }),
        (variance, far) => {
          const x = Math.floor(far * Math.sqrt(variance));
          const { low, high } = exponential(x, variance, 160n);
          const rough = exponential(x, variance, 96n);
          expect(high - low).toBeLessThanOrEqual(2n);
          expect(low >> 64n).toBeLessThanOrEqual(rough.high);
          expect((high >> 64n) + 1n).toBeGreaterThanOrEqual(rough.low);
          const expected = Math.exp((-x * x) / (2 * variance));
          expect(Math.abs(Number(low) / 2 ** 160 / expected - 1)).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it("of -1/2 has the digits of mathematics", () => {
    // exp(-1/2) by mpmath
    const { low, high } = exponential(1, 1, 128n);
    const digits = 60653065971263342360379953499118045344n;
    const expected = (digits << 128n) / 10n ** 38n;
    expect(low - 4n <= expected && expected <= high + 4n).toBe(true);
  });
});
