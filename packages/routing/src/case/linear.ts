import { fromBase64 } from "@cloister/bytes";
import type { Vocabulary } from "./features.ts";

/** A linear model as it is stored: one signed byte for each of 2^n buckets of hashed features. */
export interface StoredModel {
  /** Base64. */
  readonly weights: string;
  /** What one step of a weight is worth. */
  readonly step: number;
  readonly bias: number;
  /** SHA-256 of the weights, the common and the known words, one after the other; hexadecimal. */
  readonly digest: string;
  /** The words of its {@link Vocabulary}, separated by spaces. */
  readonly common: string;
  readonly known: string;
}

/** Says how far a set of features speaks for somebody's case. */
export class LinearModel {
  readonly #weights: Int8Array;
  readonly #step: number;
  readonly #bias: number;
  readonly vocabulary: Vocabulary;

  constructor({ weights, step, bias, common, known }: Omit<StoredModel, "digest">) {
    this.#weights = new Int8Array(fromBase64(weights).buffer);
    this.#step = step;
    this.#bias = bias;
    this.vocabulary = { common: new Set(common.split(" ")), known: new Set(known.split(" ")) };
  }

  /** Above zero is somebody's case. */
  score(features: ReadonlySet<number>): number {
    const mask = this.#weights.length - 1;
    let sum = 0;
    for (const feature of features) sum += this.#weights[feature & mask] ?? 0;
    return this.#bias + (sum * this.#step) / Math.sqrt(Math.max(1, features.size));
  }
}
