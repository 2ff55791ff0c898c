import { createHash } from "node:crypto";
import type { Trained } from "../../../tools/training/svm.ts";
import type { StoredModel } from "../src/model/linear.ts";

/** A model whose weights are rounded to bytes but not yet text. */
export type UnencodedModel = Omit<StoredModel, "weights" | "digest"> & { readonly bytes: Int8Array };

/** Weights in one byte each: the largest is 127 steps. */
export function stored({ weights, bias }: Trained, threshold: number): UnencodedModel {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  const step = largest / 127;
  const bytes = Int8Array.from(weights, (weight) => Math.round(weight / step));
  return { bytes, step, bias, threshold };
}

/** The model as the product reads it. */
export function encoded({ bytes, ...rest }: UnencodedModel): StoredModel {
  const weights = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    ...rest,
    digest: createHash("sha256").update(weights).digest("hex"),
    weights: weights.toString("base64"),
  };
}
