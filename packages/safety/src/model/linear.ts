import { fromBase64 } from "@cloister/bytes";

/** A linear model as it is stored: one signed byte for each of 2^n buckets of hashed features. */
export interface StoredModel {
  /** Base64 of the weights. */
  readonly weights: string;
  /** What one step of a weight is worth. */
  readonly step: number;
  readonly bias: number;
  /** The score from which it says yes. */
  readonly threshold: number;
  /** SHA-256 of the weights, hexadecimal. */
  readonly digest: string;
}

/** Says how far a set of features speaks for something. */
export class LinearModel {
  readonly #weights: Int8Array;
  readonly #step: number;
  readonly #bias: number;
  readonly threshold: number;

  constructor({ weights, step, bias, threshold }: Omit<StoredModel, "digest">) {
    this.#weights = new Int8Array(fromBase64(weights).buffer);
    this.#step = step;
    this.#bias = bias;
    this.threshold = threshold;
  }

  /** Above the threshold is yes. */
  score(features: ReadonlySet<number>): number {
    const mask = this.#weights.length - 1;
    let sum = 0;
    for (const feature of features) sum += this.#weights[feature & mask] ?? 0;
    return this.#bias + (sum * this.#step) / Math.sqrt(Math.max(1, features.size));
  }
}
