import { fromBase64 } from "@cloister/bytes";

/** A linear model as it is stored: one signed byte for each of 2^n buckets of hashed features. */
export interface StoredModel {
  /** Base64. */
  readonly weights: string;
  /** What one step of a weight is worth. */
  readonly step: number;
  readonly bias: number;
  /** SHA-256 of the weights, then of the common words, hexadecimal. */
  readonly digest: string;
  /** Words that the model reads as they are, separated by spaces. */
  readonly common: string;
}

/** Says how far a set of features speaks for somebody's case. */
export class LinearModel {
  readonly #weights: Int8Array;
  readonly #step: number;
  readonly #bias: number;
  readonly common: ReadonlySet<string>;

  constructor({ weights, step, bias, common }: Omit<StoredModel, "digest">) {
    this.#weights = new Int8Array(fromBase64(weights).buffer);
    this.#step = step;
    this.#bias = bias;
    this.common = new Set(common.split(" "));
  }

  /** Above zero is somebody's case. */
  score(features: ReadonlySet<number>): number {
    const mask = this.#weights.length - 1;
    let sum = 0;
    for (const feature of features) sum += this.#weights[feature & mask] ?? 0;
    return this.#bias + (sum * this.#step) / Math.sqrt(Math.max(1, features.size));
  }
}
