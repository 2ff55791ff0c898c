/**
 * Federated averaging: FedAvg (McMahan et al., AISTATS 2017), FedProx (Li et al., MLSys 2020), FedAdam (Reddi
 * et al., ICLR 2021). Hospitals send weight * way, in whole numbers, and the weight itself.
 */
import {
  clippedGradientSum,
  type Dataset,
  type Keystream,
  parametersCount,
  unitsCountOf,
} from "../training/index.ts";
import type { GlobalModel } from "./model.ts";
import { type FederatedMethod, type FederationTask, maxAbsOf } from "./task.ts";

type Averaging = Extract<FederatedMethod, { readonly kind: "averaging" }>;

/** Adam's usual constants, with the epsilon that FedAdam's authors use. */
const adam = { mean: 0.9, square: 0.99, epsilon: 1e-3 } as const;
const localClipping = { clippingNorm: 1e3, clippingUnits: 2 ** 20 } as const;

/** Units of one parameter's way at the full weight. */
function unitsOf(task: FederationTask, { clippingNorm }: Averaging): number {
  return Math.floor(maxAbsOf(task) / clippingNorm);
}

/** How far a hospital comes from the global model, clipped, weighted, and its weight at the end. */
export function localUpdate(input: {
  readonly task: FederationTask;
  readonly method: Averaging;
  readonly model: GlobalModel;
  readonly data: Dataset;
  readonly words: Keystream;
}): Int32Array {
  const { task, method, model, data, words } = input;
  const { shape } = task.plan;
  const count = parametersCount(shape);
  const parameters = model.parameters.slice();
  const rowsCount = data.labels.length;
  for (let step = 0; step < method.localStepsCount; step += 1) {
    const rows = Uint32Array.from({ length: method.localBatchCount }, () => words.next() % rowsCount);
    const sum = clippedGradientSum({ shape, parameters, data, rows, clipping: localClipping });
    const toGradient = localClipping.clippingNorm / localClipping.clippingUnits / rows.length;
    for (let at = 0; at < count; at += 1) {
      const pull = method.proximal * ((parameters[at] ?? 0) - (model.parameters[at] ?? 0));
      parameters[at] = (parameters[at] ?? 0) - method.localRate * ((sum[at] ?? 0) * toGradient + pull);
    }
  }
  const weight = Math.min(unitsCountOf(data), method.maxWeight);
  let square = 0;
  for (let at = 0; at < count; at += 1) square += ((parameters[at] ?? 0) - (model.parameters[at] ?? 0)) ** 2;
  const factor = Math.min(1, method.clippingNorm / Math.sqrt(square)) * (weight / method.maxWeight);
  const out = new Int32Array(count + 1);
  for (let at = 0; at < count; at += 1) {
    const way = (parameters[at] ?? 0) - (model.parameters[at] ?? 0);
    out[at] = Number.isFinite(square) && square > 0 ? Math.trunc(way * factor * unitsOf(task, method)) : 0;
  }
  out[count] = weight;
  return out;
}

/** Moves the model by the weighted mean way, or lets Adam take the mean for a gradient. */
export function moveByAverage(
  task: FederationTask,
  method: Averaging,
  { model, sum }: { readonly model: GlobalModel; readonly sum: Int32Array },
): GlobalModel {
  const count = parametersCount(task.plan.shape);
  // Nobody with records: nothing moves.
  const weight = Math.max(1, sum[count] ?? 0);
  const rate = task.plan.learningRate;
  const parameters = model.parameters.slice();
  const velocity = model.velocity.slice();
  const squares = model.squares.slice();
  for (let at = 0; at < count; at += 1) {
    const way = ((sum[at] ?? 0) * method.maxWeight) / weight / unitsOf(task, method);
    if (method.server === "average") {
      velocity[at] = task.plan.momentum * (velocity[at] ?? 0) + way;
      parameters[at] = (parameters[at] ?? 0) + rate * (velocity[at] ?? 0);
      continue;
    }
    velocity[at] = adam.mean * (velocity[at] ?? 0) + (1 - adam.mean) * way;
    squares[at] = adam.square * (squares[at] ?? 0) + (1 - adam.square) * way * way;
    parameters[at] =
      (parameters[at] ?? 0) + (rate * (velocity[at] ?? 0)) / (Math.sqrt(squares[at] ?? 0) + adam.epsilon);
  }
  return { stepsTaken: model.stepsTaken + 1, parameters, velocity, squares };
}
