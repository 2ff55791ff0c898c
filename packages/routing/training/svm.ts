import type { Seeded } from "./random.ts";

/** A sentence as the model sees it. */
export interface Example {
  readonly features: ReadonlySet<number>;
  readonly positive: boolean;
  /** How much a mistake costs. */
  readonly cost: number;
}

/** A trained model before it is rounded. */
export interface Trained {
  readonly weights: Float64Array;
  readonly bias: number;
}

const ROUNDS = 10;

/** How far features speak for a case. */
export function scoreOf({ weights, bias }: Trained, features: ReadonlySet<number>): number {
  let sum = 0;
  for (const feature of features) sum += weights[feature & (weights.length - 1)] ?? 0;
  return bias + sum / Math.sqrt(Math.max(1, features.size));
}

/**
 * A linear support vector machine with squared hinge loss, by dual coordinate descent (Hsieh et al., 2008). Only the four
 * operations and square roots, which IEEE 754 fixes to the bit: the same examples give the same weights everywhere.
 */
export function train(examples: readonly Example[], bucketCount: number, random: Seeded): Trained {
  const weights = new Float64Array(bucketCount);
  let bias = 0;
  const alpha = new Float64Array(examples.length);
  const rows = examples.map(({ features, positive, cost }) => ({
    buckets: Uint32Array.from(features, (feature) => feature & (bucketCount - 1)),
    value: 1 / Math.sqrt(Math.max(1, features.size)),
    sign: positive ? 1 : -1,
    damping: 1 / (2 * cost),
  }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const at of random.order(rows.length)) {
      const row = rows[at];
      if (row === undefined) continue;
      let sum = 0;
      for (const bucket of row.buckets) sum += weights[bucket] ?? 0;
      const before = alpha[at] ?? 0;
      const gradient = row.sign * (sum * row.value + bias) - 1 + row.damping * before;
      const after = Math.max(0, before - gradient / (2 + row.damping));
      alpha[at] = after;
      const change = (after - before) * row.sign;
      if (change === 0) continue;
      for (const bucket of row.buckets) weights[bucket] = (weights[bucket] ?? 0) + change * row.value;
      bias += change;
    }
  }
  return { weights, bias };
}
