/** What one hospital gives to a step, and what a sum of such does to the model. */
import type { Random } from "@cloister/crypto";
import {
  addDiscreteGaussian,
  applyNoisySum,
  clippedGradientSum,
  clippingOf,
  type Dataset,
  Keystream,
  parametersCount,
  sampleRows,
} from "../training/index.ts";
import { localUpdate, moveByAverage } from "./averaging.ts";
import type { GlobalModel } from "./model.ts";
import { type FederationTask, noiseOf } from "./task.ts";

const keyBytes = 32;

/** How many numbers a contribution has. */
export function dimensionOf({ plan, method }: FederationTask): number {
  // Averaging sends the weight along, as one number more.
  return parametersCount(plan.shape) + (method.kind === "averaging" ? 1 : 0);
}

/**
 * A hospital's numbers for a step. For DP-SGD: who takes part is drawn anew, gradients are clipped and this
 * hospital's share of the noise is in it, so a step that is taken again is another release and counts as one.
 */
export function contributionOf(input: {
  readonly task: FederationTask;
  readonly model: GlobalModel;
  readonly data: Dataset;
  readonly random: Random;
}): Int32Array {
  const { task, model, data, random } = input;
  const words = new Keystream(random(keyBytes));
  if (task.method.kind === "averaging") return localUpdate({ task, method: task.method, model, data, words });
  const { plan } = task;
  const rows = sampleRows(data, plan.samplingRate, words);
  const clipping = clippingOf(plan);
  const sum = clippedGradientSum({ shape: plan.shape, parameters: model.parameters, data, rows, clipping });
  return addDiscreteGaussian(sum, noiseOf(task).variance, words);
}

/** The next model, from the sum of contributions. */
export function nextModel(task: FederationTask, model: GlobalModel, sum: Int32Array): GlobalModel {
  if (task.method.kind === "averaging") return moveByAverage(task, task.method, { model, sum });
  return applyNoisySum(task.plan, model, sum);
}
