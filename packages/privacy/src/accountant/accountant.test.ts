import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deltaFor, epsilonBound, epsilonFor, noiseFor, type PrivacyEvent } from "./accountant.ts";
import { gaussianDelta } from "./gaussian.ts";
import { normalBetween, normalTail } from "./normal.ts";
import { rdpEpsilon, rdpOf } from "./rdp.ts";

const event = (samplingRate: number, noiseMultiplier: number, stepsCount: number): PrivacyEvent => ({
  samplingRate,
  noiseMultiplier,
  stepsCount,
});

describe("the normal distribution", () => {
  // erfc by mpmath with 30 digits.
  it.each([
    [0.1, 0.887537083981715],
    [1, 0.15729920705028513],
    [1.49, 0.03510213515679579],
    [2.6, 0.00023603441652934908],
    [8, 1.1224297172982926e-29],
  ])("has the tail at %d", (x, erfc) => {
    expect(Math.abs((2 * normalTail(x * Math.SQRT2)) / erfc - 1)).toBeLessThan(1e-12);
  });

  it("has intervals that add up", () => {
    const between = (a: number, b: number) => normalBetween(a, normalTail(a), b, normalTail(b));
    expect(between(-3, 0) + between(0, 3)).toBeCloseTo(between(-3, 3), 15);
    expect(between(-Infinity, Infinity)).toBeCloseTo(1, 15);
  });
});

describe("epsilon", () => {
  it.each([0.5, 1, 3, 20])("of one Gaussian with noise %d is the exact one, and never below it", (noise) => {
    const epsilon = epsilonFor([event(1, noise, 1)], 1e-6);
    const exact = gaussianDelta(noise, epsilon);
    expect(exact).toBeLessThanOrEqual(1e-6);
    expect(exact).toBeGreaterThan(1e-6 * 0.995);
  });

  it("of many Gaussians is that of one with more", () => {
    expect(epsilonFor([event(1, 6, 4)], 1e-5)).toBeCloseTo(epsilonFor([event(1, 3, 1)], 1e-5), 9);
  });

  it("is at most the bound from a coarse grid, which is near", () => {
    const events = [event(0.01, 1.1, 300), event(1, 20, 2)];
    const [epsilon, bound] = [epsilonFor(events, 1e-5), epsilonBound(events, 1e-5)];
    expect(bound).toBeGreaterThanOrEqual(epsilon);
    expect(bound).toBeLessThan(epsilon * 1.01);
  });

  it.each([0.05, 0.3, 1, 7, 200])("of one Gaussian with noise %d has a closed bound, from above", (noise) => {
    const bound = epsilonBound([event(1, noise, 1)], 1e-6);
    expect(bound).toBeLessThan(1e3);
    if (noise < 0.1) return;
    expect(gaussianDelta(noise, bound)).toBeLessThanOrEqual(1e-6);
    if (bound > 0) expect(gaussianDelta(noise, bound * 0.9999)).toBeGreaterThan(1e-6);
  });

  it("does not depend on how steps are listed", () => {
    const together = epsilonBound([event(0.01, 1.1, 300)], 1e-5);
    const apart = epsilonBound([event(0.01, 1.1, 100), event(0.01, 1.1, 200)], 1e-5);
    expect(apart).toBe(together);
  });

  it("of different events is more than of either, less than of both one by one", () => {
    const [a, b] = [event(0.01, 1, 200), event(0.05, 3, 100)];
    const [one, other, both] = [[a], [b], [a, b]].map((events) => epsilonBound(events, 1e-5));
    expect(both).toBeGreaterThan(Math.max(one ?? 0, other ?? 0));
    expect(both).toBeLessThan((one ?? 0) + (other ?? 0));
  });

  it("is below RDP's, which is computed in another way", () => {
    const arbitrary = fc.tuple(
      fc.double({ min: 0.001, max: 0.5, noNaN: true }),
      fc.double({ min: 0.7, max: 8, noNaN: true }),
      fc.integer({ min: 1, max: 300 }),
    );
    fc.assert(
      fc.property(arbitrary, ([rate, noise, steps]) => {
        const events = [event(rate, noise, steps)];
        expect(epsilonBound(events, 1e-5)).toBeLessThanOrEqual(rdpEpsilon(events, 1e-5) + 1e-9);
      }),
      { numRuns: 20 },
    );
  });

  it("and delta are inverse", () => {
    const events = [event(0.02, 1.5, 500)];
    expect(deltaFor(events, epsilonFor(events, 1e-5))).toBeCloseTo(1e-5, 10);
  });

  it("is infinite for a delta below what was cut off", () => {
    expect(epsilonFor([event(0.5, 0.5, 10)], 1e-16)).toBe(Infinity);
  });
});

describe("noise", () => {
  it.each([
    [0.2, 1, 8],
    [1, 10, 3],
  ])(
    "for rate %d, %d steps and epsilon %d is enough and hardly more",
    (samplingRate, stepsCount, epsilon) => {
      const noise = noiseFor({ samplingRate, stepsCount, epsilon, delta: 1e-5 });
      const cost = (multiplier: number) => epsilonFor([event(samplingRate, multiplier, stepsCount)], 1e-5);
      expect(cost(noise)).toBeLessThanOrEqual(epsilon);
      expect(cost(noise * 0.9999)).toBeGreaterThan(epsilon);
    },
  );
});

describe("RDP", () => {
  it("is exact without sampling", () => {
    expect(rdpOf({ samplingRate: 1, noiseMultiplier: 2 }, 16)).toBe(2);
  });

  // By mpmath's quadrature with 30 digits; for these the series that others use diverges.
  it.each([
    [0.5, 5, 1.5, 0.007575062176806237],
    [0.01, 4, 2.5, 8.064409758496032e-6],
  ])("of q %d, noise %d at order %d is the integral", (samplingRate, noiseMultiplier, order, expected) => {
    expect(Math.abs(rdpOf({ samplingRate, noiseMultiplier }, order) / expected - 1)).toBeLessThan(1e-7);
  });
});

describe("bad input", () => {
  it.each([
    ["PRIVACY_EVENT", () => epsilonFor([], 1e-5)],
    ["PRIVACY_EVENT", () => epsilonFor([event(0, 1, 1)], 1e-5)],
    ["PRIVACY_EVENT", () => epsilonFor([event(1.1, 1, 1)], 1e-5)],
    ["PRIVACY_EVENT", () => epsilonFor([event(0.1, 0, 1)], 1e-5)],
    ["PRIVACY_EVENT", () => epsilonFor([event(0.1, Number.NaN, 1)], 1e-5)],
    ["PRIVACY_EVENT", () => epsilonFor([event(0.1, 1, 1.5)], 1e-5)],
    ["PRIVACY_DELTA", () => epsilonFor([event(0.1, 1, 1)], 0)],
    ["PRIVACY_DELTA", () => noiseFor({ samplingRate: 0.1, stepsCount: 1, epsilon: 1, delta: 1 })],
    ["PRIVACY_EPSILON", () => noiseFor({ samplingRate: 0.1, stepsCount: 1, epsilon: 0, delta: 1e-5 })],
    ["PRIVACY_EPSILON", () => deltaFor([event(0.1, 1, 1)], -1)],
  ])("%s", (code, run) => {
    expect(run).toThrow(expect.objectContaining({ code }));
  });
});
