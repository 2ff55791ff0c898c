/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { epsilonFor, noiseFor } from "./accountant.ts";
import { rdpOf } from "./rdp.ts";

// Made with dp_accounting 0.6.0 and prv_accountant, kept beside the project.
const file = new URL("../../../../../shared/vectors/dp/accountant.json", import.meta.url);
const present = existsSync(file);
if (!present) process.stderr.write("privacy: ../shared/vectors/dp is missing, vector tests are skipped\n");

interface Mechanism {
  readonly q: number;
  readonly sigma: number;
  readonly steps: number;
}

interface Vectors {
  readonly vectors: readonly (Mechanism & {
    readonly delta: number;
    readonly eps_lower: number;
    readonly eps_pld_upper: number;
  })[];
  readonly inverse: readonly {
    readonly q: number;
    readonly steps: number;
    readonly delta: number;
    readonly target_eps: number;
    readonly sigma_pld: number;
  }[];
  readonly heterogeneous: readonly {
    readonly events: readonly Mechanism[];
    readonly "eps_pld@1e-05": number;
    readonly "eps_pld@1e-06": number;
  }[];
  readonly rdp_points: readonly (Mechanism & { readonly alpha: number; readonly rdp: number | null })[];
}

const empty: Vectors = { vectors: [], inverse: [], heterogeneous: [], rdp_points: [] };
const vectors = present
  ? (JSON.parse(readFileSync(file, "utf8").replaceAll(": Infinity", ": null")) as Vectors)
  : empty;

const eventOf = ({ q, sigma, steps }: Mechanism) => ({
  samplingRate: q,
  noiseMultiplier: sigma,
  stepsCount: steps,
});
/** By how much a finer grid than the reference's may still lie above it. */
const tolerance = 1e-4;

describe.skipIf(!present)("reference values", () => {
  it.each(vectors.vectors)("q $q, sigma $sigma, $steps steps, delta $delta", (vector) => {
    const epsilon = epsilonFor([eventOf(vector)], vector.delta);
    expect(epsilon).toBeGreaterThanOrEqual(vector.eps_lower);
    expect(epsilon).toBeLessThanOrEqual(vector.eps_pld_upper + tolerance);
  });

  it.each(vectors.heterogeneous)("different events $#", ({ events, ...expected }) => {
    const mechanisms = events.map(eventOf);
    expect(epsilonFor(mechanisms, 1e-5)).toBeCloseTo(expected["eps_pld@1e-05"], 3.5);
    expect(epsilonFor(mechanisms, 1e-6)).toBeCloseTo(expected["eps_pld@1e-06"], 3.5);
  });

  it.each(vectors.inverse)("noise for epsilon $target_eps, q $q, $steps steps", (vector) => {
    const { q: samplingRate, steps: stepsCount, target_eps: epsilon, delta, sigma_pld: theirs } = vector;
    const noise = noiseFor({ samplingRate, stepsCount, epsilon, delta });
    expect(noise).toBeLessThanOrEqual(theirs * 1.0001);
    expect(noise).toBeGreaterThan(theirs * 0.999);
  });

  // At fractional orders the reference's series is not exact (accountant.test.ts has the integrals).
  const whole = vectors.rdp_points.filter(({ alpha }) => Number.isInteger(alpha));
  it.each(whole)("RDP of q $q, sigma $sigma at order $alpha", (point) => {
    const found = rdpOf({ samplingRate: point.q, noiseMultiplier: point.sigma }, point.alpha);
    expect(Math.abs(found / (point.rdp ?? 0) - 1)).toBeLessThan(1e-6);
  });
});
