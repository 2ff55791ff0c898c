import { clippingOf } from "../training/index.ts";
import { type FederationTask, maxAbsOf, noiseOf } from "./task.ts";

/**
 * Whether honest hospitals could have sent this sum. A single hospital that lies within its bounds is not
 * seen: behind secure aggregation only sums are, and nothing proves the range of one update.
 */
export function isPlausible(task: FederationTask, sum: Int32Array): boolean {
  let square = 0;
  for (const value of sum) square += value * value;
  return Math.sqrt(square) <= longestSum(task, sum);
}

function longestSum(task: FederationTask, sum: Int32Array): number {
  const { plan, method, members } = task;
  if (method.kind === "averaging") {
    const weight = sum.at(-1) ?? 0;
    const isWeight = weight >= 0 && weight <= members.length * method.maxWeight;
    // Each way is at most the clipping norm, in proportion to its weight; the weight itself is one number more.
    return isWeight ? (maxAbsOf(task) * weight) / method.maxWeight + weight + sum.length : 0;
  }
  const { clippingUnits } = clippingOf(plan);
  const mostInBatch = plan.expectedBatchCount + 8 * Math.sqrt(plan.expectedBatchCount) + 20;
  const noise = Math.sqrt(noiseOf(task).variance * members.length);
  // The length of Gaussian noise is within a few deviations of sigma * sqrt(dimension).
  return clippingUnits * mostInBatch + noise * (Math.sqrt(sum.length) + 8);
}
