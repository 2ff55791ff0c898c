import { type Evidence, evidenceNames } from "../src/relevance.ts";

/** Evidence with what it speaks for. */
export interface Labelled {
  readonly evidence: Evidence;
  readonly isCovered: boolean;
  /** How much it counts. */
  readonly weight: number;
}

const STEPS = 600;
const RATE = 0.5;
const SHRINKAGE = 1e-5;

/** Fits a logistic model by gradient descent (steps by Adagrad). */
export function fitRelevance(examples: readonly Labelled[]): {
  bias: number;
  weights: Record<keyof Evidence, number>;
} {
  const inputs = examples.map(({ evidence }) => [1, ...evidenceNames.map((name) => evidence[name])]);
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const weights = [0, ...evidenceNames.map(() => 0)];
  const squares = weights.map(() => 1e-8);
  for (let step = 0; step < STEPS; step += 1) {
    const gradient = weights.map((weight) => SHRINKAGE * weight * total);
    for (const [i, { isCovered, weight }] of examples.entries()) {
      const input = inputs[i] ?? [];
      const z = input.reduce((sum, value, k) => sum + value * (weights[k] ?? 0), 0);
      const error = weight * (1 / (1 + Math.exp(-z)) - (isCovered ? 1 : 0));
      for (const [k, value] of input.entries()) gradient[k] = (gradient[k] ?? 0) + error * value;
    }
    for (const [k, sum] of gradient.entries()) {
      const slope = sum / total;
      squares[k] = (squares[k] ?? 0) + slope ** 2;
      weights[k] = (weights[k] ?? 0) - (RATE * slope) / Math.sqrt(squares[k] ?? 1);
    }
  }
  const [bias = 0, ...rest] = weights;
  return {
    bias,
    weights: Object.fromEntries(evidenceNames.map((name, i) => [name, rest[i] ?? 0])) as Record<
      keyof Evidence,
      number
    >,
  };
}
