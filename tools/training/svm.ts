import type { Seeded } from "./seeded.ts";

/** A text as the model sees it. */
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

/** How far features speak for the positive class. */
export function scoreOf({ weights, bias }: Trained, features: ReadonlySet<number>): number {
  const mask = weights.length - 1;
  let sum = 0;
  for (const feature of features) sum += weights[feature & mask] ?? 0;
  return bias + sum / Math.sqrt(Math.max(1, features.size));
}

/**
 * A linear support vector machine with squared hinge loss, by dual coordinate descent (Hsieh et al., 2008).
 * Only additions, multiplications, divisions and square roots, which IEEE 754 fixes to the bit: the same
 * examples give the same weights on every machine.
 */
export function train(
  examples: readonly Example[],
  bucketCount: number,
  options: { readonly random: Seeded; readonly roundsCount: number },
): Trained {
  const { random, roundsCount } = options;
  const weights = new Float64Array(bucketCount);
  let bias = 0;
  const alpha = new Float64Array(examples.length);
  const rows = examples.map(({ features, positive, cost }) => ({
    buckets: Uint32Array.from(features, (feature) => feature & (bucketCount - 1)),
    value: 1 / Math.sqrt(Math.max(1, features.size)),
    sign: positive ? 1 : -1,
    damping: 1 / (2 * cost),
  }));
  for (let round = 0; round < roundsCount; round += 1) {
    for (const at of random.order(rows.length)) {
      const row = rows[at];
      if (row === undefined) continue;
      let sum = 0;
      for (const bucket of row.buckets) sum += weights[bucket] ?? 0;
      const before = alpha[at] ?? 0;
      const gradient = row.sign * (sum * row.value + bias) - 1 + row.damping * before;
      // The row has length one, and one more for the bias.
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

/** The model whose score is the mean of the others'. */
export function meanOf(models: readonly Trained[]): Trained {
  const [first] = models;
  if (first === undefined) throw new Error("nothing to take the mean of");
  const weights = first.weights.map((_, at) => {
    const sum = models.reduce((total, model) => total + (model.weights[at] ?? 0), 0);
    return sum / models.length;
  });
  return { weights, bias: models.reduce((total, { bias }) => total + bias, 0) / models.length };
}
