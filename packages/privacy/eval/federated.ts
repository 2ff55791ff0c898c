/**
 * Table: ten hospitals with handwritten digits, dealt evenly or by Dirichlet(0.3), beside one that has all.
 * What secure aggregation adds up is exact (packages/privacy/src/aggregation), so sums are taken directly here.
 *   node packages/privacy/eval/federated.ts [--seeds 5]
 */
import { randomBytes } from "node:crypto";
import process from "node:process";
import { parseArgs } from "node:util";
import {
  contributionOf,
  dimensionOf,
  type FederatedMethod,
  type FederationTask,
  firstModel,
  type GlobalModel,
  nextModel,
} from "../src/federation/index.ts";
import { noiseFor } from "../src/index.ts";
import type { Dataset, HeadShape, TrainingPlan } from "../src/training/index.ts";
import { readDigits } from "./digits.ts";
import { hogCount } from "./hog.ts";
import { accuracy, spread } from "./trial.ts";

const shape: HeadShape = { inputsCount: hogCount, hiddenCount: 0, outputsCount: 10 };
const hospitalsCount = 10;
const unitsCount = 60_000;
const cost = { samplingRate: 2048 / unitsCount, stepsCount: 300, epsilon: 3, delta: 1e-5 };
const random = (lengthBytes: number) => new Uint8Array(randomBytes(lengthBytes));
const uniform = () => randomBytes(4).readUInt32LE() / 2 ** 32;

/** The settings of the table of digits. */
const plan: TrainingPlan = {
  shape,
  ...cost,
  expectedBatchCount: 2048,
  clippingNorm: 0.25,
  noiseMultiplier: noiseFor(cost),
  learningRate: 60,
  momentum: 0.9,
};
const averaging = {
  kind: "averaging",
  localStepsCount: 60,
  localBatchCount: 64,
  localRate: 4,
  clippingNorm: 100,
  proximal: 0,
  server: "average",
  maxWeight: 20_000,
} as const;
const rounds = 15;

function taskOf(method: FederatedMethod, learningRate: number): FederationTask {
  const members = Array.from({ length: hospitalsCount }, (_, at) => ({
    node: at + 1,
    identityKey: new Uint8Array(32).fill(at),
  }));
  const isDp = method.kind === "dp-sgd";
  return {
    name: "digits",
    plan: isDp ? plan : { ...plan, stepsCount: rounds, learningRate, momentum: 0 },
    method,
    members,
    coordinatorKey: new Uint8Array(32),
    groupsCount: 1,
    thresholdCount: 7,
    colludersCount: 0,
    spareStepsCount: 0,
  };
}

/** Trains; `isPresent` says who takes part in a step, `spoiled` changes what a hospital sends. */
function train(
  task: FederationTask,
  hospitals: readonly Dataset[],
  options: { readonly dropout?: number; readonly spoilersCount?: number } = {},
): GlobalModel {
  let model = firstModel(task);
  while (model.stepsTaken < task.plan.stepsCount) {
    const sum = new Int32Array(dimensionOf(task));
    for (const [at, data] of hospitals.entries()) {
      if (uniform() < (options.dropout ?? 0)) continue;
      const factor = at < (options.spoilersCount ?? 0) ? -5 : 1;
      for (const [j, value] of contributionOf({ task, model, data, random }).entries())
        sum[j] = (sum[j] ?? 0) + factor * value;
    }
    // A weight that is said to be negative is refused by the bound on it.
    if (task.method.kind === "averaging") sum[sum.length - 1] = Math.abs(sum.at(-1) ?? 0);
    model = nextModel(task, model, sum);
  }
  return model;
}

/** Deals each class by shares that follow Dirichlet(alpha); an infinite alpha deals evenly. */
function deal({ features, labels }: Dataset, alpha: number): Dataset[] {
  const rows: number[][] = Array.from({ length: hospitalsCount }, () => []);
  for (let label = 0; label < 10; label += 1) {
    const shares = Array.from({ length: hospitalsCount }, () => (alpha === Infinity ? 1 : gamma(alpha)));
    const total = shares.reduce((sum, share) => sum + share, 0);
    for (const [row, own] of labels.entries()) {
      if (own !== label) continue;
      let lot = uniform() * total;
      const at = shares.findIndex((share) => {
        lot -= share;
        return lot < 0;
      });
      rows[Math.max(0, at)]?.push(row);
    }
  }
  return rows.map((own) => {
    const part = new Float32Array(own.length * hogCount);
    for (const [at, row] of own.entries())
      part.set(features.subarray(row * hogCount, (row + 1) * hogCount), at * hogCount);
    return { features: part, labels: Uint16Array.from(own, (row) => labels[row] ?? 0) };
  });
}

/** Gamma(alpha, 1) for alpha below 1 (Ahrens and Dieter 1974). */
function gamma(alpha: number): number {
  const b = 1 + alpha / Math.E;
  for (;;) {
    const p = b * uniform();
    const x = p <= 1 ? p ** (1 / alpha) : -Math.log((b - p) / alpha);
    if (uniform() < (p <= 1 ? Math.exp(-x) : x ** (alpha - 1))) return x;
  }
}

const dp = taskOf({ kind: "dp-sgd" }, 0);
const rows: readonly (readonly [
  name: string,
  run: (even: Dataset[], uneven: Dataset[], all: Dataset) => GlobalModel,
])[] = [
  [
    "central, epsilon 3",
    (_even, _uneven, all) => train({ ...dp, members: dp.members.slice(0, 1), thresholdCount: 1 }, [all]),
  ],
  ["DP-SGD, even, epsilon 3", (even) => train(dp, even)],
  ["DP-SGD, Dirichlet 0.3, epsilon 3", (_, uneven) => train(dp, uneven)],
  ["DP-SGD, Dirichlet 0.3, 30 % drop out", (_, uneven) => train(dp, uneven, { dropout: 0.3 })],
  ["DP-SGD, even, 2 of 10 send -5x", (even) => train(dp, even, { spoilersCount: 2 })],
  ["FedAvg, even, no DP", (even) => train(taskOf(averaging, 1), even)],
  ["FedAvg, Dirichlet 0.3, no DP", (_, uneven) => train(taskOf(averaging, 1), uneven)],
  [
    "FedProx, Dirichlet 0.3, no DP",
    (_, uneven) => train(taskOf({ ...averaging, proximal: 0.01 }, 1), uneven),
  ],
  [
    "FedAdam, Dirichlet 0.3, no DP",
    (_, uneven) => train(taskOf({ ...averaging, server: "adam" }, 0.3), uneven),
  ],
  [
    "FedAvg, Dirichlet 0.3, 30 % drop out",
    (_, uneven) => train(taskOf(averaging, 1), uneven, { dropout: 0.3 }),
  ],
];

const { values } = parseArgs({ options: { seeds: { type: "string", default: "5" } } });
const [all, test] = [readDigits("train"), readDigits("test")];
const found = rows.map((): number[] => []);
for (let seed = 0; seed < Number(values.seeds); seed += 1) {
  const [even, uneven] = [deal(all, Infinity), deal(all, 0.3)];
  for (const [at, [name, run]] of rows.entries()) {
    found[at]?.push(accuracy(shape, run(even, uneven, all).parameters, test));
    process.stderr.write(`seed ${seed + 1}: ${name} ${found[at]?.at(-1)?.toFixed(2)}\n`);
  }
}
for (const [at, [name]] of rows.entries()) {
  const { mean, deviation } = spread(found[at] ?? []);
  process.stdout.write(`${name.padEnd(38)} ${mean.toFixed(2)} % ± ${deviation.toFixed(2)}\n`);
}
