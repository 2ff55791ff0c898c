/** What the tables share: one training with its cost, its measure, and mean and spread over seeds. */
import { noiseFor } from "../src/index.ts";
import {
  type Dataset,
  finishTraining,
  type HeadShape,
  predict,
  prepareRun,
  startTraining,
} from "../src/training/index.ts";

/** Settings that are chosen on synthetic data. */
export interface Settings {
  readonly batchCount: number;
  readonly stepsCount: number;
  readonly learningRate: number;
  readonly clippingNorm: number;
}

/** What is promised. */
export interface Promise {
  readonly epsilon: number;
  readonly delta: number;
  /** A public number of units, from which the sampling rate follows. */
  readonly unitsCount: number;
}

/** Trains once with fresh randomness and gives the measure on `test`. */
export function train(input: {
  readonly shape: HeadShape;
  readonly settings: Settings;
  readonly promise: Promise;
  readonly data: Dataset;
  readonly random: (lengthBytes: number) => Uint8Array<ArrayBuffer>;
}): Float64Array {
  const { shape, settings, promise, data, random } = input;
  const run = prepareRun({ shape, ...planned(settings, promise) }, data);
  return finishTraining(run, startTraining(run, random)).parameters;
}

const noises = new Map<string, number>();

function planned({ batchCount, stepsCount, learningRate, clippingNorm }: Settings, promise: Promise) {
  const samplingRate = batchCount / promise.unitsCount;
  const { epsilon, delta } = promise;
  const key = JSON.stringify([samplingRate, stepsCount, epsilon, delta]);
  const noiseMultiplier =
    noises.get(key) ??
    (Number.isFinite(epsilon) ? noiseFor({ samplingRate, stepsCount, epsilon, delta }) : 0.01);
  noises.set(key, noiseMultiplier);
  return {
    samplingRate,
    expectedBatchCount: batchCount,
    stepsCount,
    learningRate,
    clippingNorm,
    momentum: 0.9,
    noiseMultiplier,
  };
}

/** The share of rows whose likeliest class is right, in percent. */
export function accuracy(shape: HeadShape, parameters: Float64Array, { features, labels }: Dataset): number {
  const found = predict(shape, parameters, features);
  const classes = shape.outputsCount;
  const right = labels.filter((label, row) => {
    const chances = found.subarray(row * classes, (row + 1) * classes);
    return chances.indexOf(Math.max(...chances)) === label;
  });
  return (100 * right.length) / labels.length;
}

/** Mean and standard deviation. */
export function spread(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
