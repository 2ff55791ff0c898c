import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dataset } from "./dataset.ts";
import { clippedGradientSum, mostExamples } from "./gradient.ts";
import { type HeadShape, parametersCount, predict } from "./head.ts";
import { Keystream } from "./keystream.ts";
import { clippingOf, type TrainingPlan } from "./plan.ts";
import { sampleRows } from "./sampling.ts";
import { decodeState, encodeState } from "./state-file.ts";
import { applyNoisySum, eraseSeed, finishTraining, prepareRun, startTraining, takeStep } from "./step.ts";

const random = (seed: number) => (lengthBytes: number) => new Uint8Array(lengthBytes).fill(seed);

/** Numbers that look random, between -1 and 1. */
function numbers(count: number, seed: number): Float64Array {
  const words = new Keystream(new Uint8Array(32).fill(seed));
  return Float64Array.from({ length: count }, () => words.next() / 2 ** 31 - 1);
}

function dataOf(shape: HeadShape, rowsCount: number, seed = 1): Dataset {
  const features = Float32Array.from(numbers(rowsCount * shape.inputsCount, seed));
  const classes = Math.max(2, shape.outputsCount);
  const labels = Uint16Array.from({ length: rowsCount }, (_, row) => {
    const at = row * shape.inputsCount;
    return (features[at] ?? 0) > 0 ? 1 : row % 5 === 0 ? classes - 1 : 0;
  });
  return { features, labels };
}

function planOf(shape: HeadShape, change: Partial<TrainingPlan> = {}): TrainingPlan {
  const plan = {
    samplingRate: 0.2,
    expectedBatchCount: 40,
    stepsCount: 20,
    clippingNorm: 1,
    noiseMultiplier: 1,
  };
  return { shape, ...plan, learningRate: 1, momentum: 0.5, ...change };
}

/** A copy with another number at a place. */
function changedAt<T extends Float32Array | Float64Array>(values: T, at: number, value: number): T {
  const changed = values.slice() as T;
  changed[at] = value;
  return changed;
}

const shapes: readonly HeadShape[] = [
  { inputsCount: 7, hiddenCount: 0, outputsCount: 1 },
  { inputsCount: 6, hiddenCount: 0, outputsCount: 3 },
  { inputsCount: 5, hiddenCount: 4, outputsCount: 1 },
  { inputsCount: 9, hiddenCount: 3, outputsCount: 4 },
];
const linear: HeadShape = { inputsCount: 7, hiddenCount: 0, outputsCount: 1 };
const all = (count: number) => Uint32Array.from({ length: count }, (_, at) => at);
const norm = (values: Iterable<number>) => Math.hypot(...values);

/** Cross-entropy of one row, for differences. */
function loss(shape: HeadShape, parameters: Float64Array, data: Dataset, row: number): number {
  const features = data.features.slice(row * shape.inputsCount, (row + 1) * shape.inputsCount);
  const found = predict(shape, parameters, features);
  const label = data.labels[row] ?? 0;
  if (shape.outputsCount === 1) return -Math.log(label === 1 ? (found[0] ?? 0) : 1 - (found[0] ?? 0));
  return -Math.log(found[label] ?? 0);
}

describe("clipped gradient sums", () => {
  it.each(shapes)("are the loss's slopes where nothing is clipped: %o", (shape) => {
    const data = dataOf(shape, 3);
    const parameters = numbers(parametersCount(shape), 9);
    const clipping = { clippingNorm: 1000, clippingUnits: 2 ** 24 };
    for (const row of [0, 1, 2]) {
      const sum = clippedGradientSum({ shape, parameters, data, rows: Uint32Array.of(row), clipping });
      for (const at of parameters.keys()) {
        const moved = (by: number) => {
          const changed = changedAt(parameters, at, (parameters[at] ?? 0) + by);
          return loss(shape, changed, data, row);
        };
        const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        const unit = 1000 / 2 ** 24;
        expect(Math.abs((sum[at] ?? 0) * unit - slope)).toBeLessThan(1.1 * unit + 1e-5);
      }
    }
  });

  it.each(shapes)("hold each example to the bound, exactly and closely: %o", (shape) => {
    const parameters = numbers(parametersCount(shape), 4);
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        fc.integer({ min: 0, max: 99 }),
        (size, row) => {
          const data = dataOf(shape, 100);
          const features = data.features.map((value) => value * size);
          const clipping = { clippingNorm: 0.01, clippingUnits: 2 ** 16 };
          const rows = Uint32Array.of(row);
          const sum = clippedGradientSum({ shape, parameters, data: { ...data, features }, rows, clipping });
          expect(norm(sum)).toBeLessThanOrEqual(2 ** 16);
        },
      ),
    );
    const rows = Uint32Array.of(0);
    const clipping = { clippingNorm: 1e-3, clippingUnits: 2 ** 16 };
    const sum = clippedGradientSum({ shape, parameters, data: dataOf(shape, 1), rows, clipping });
    expect(norm(sum)).toBeGreaterThan(2 ** 16 - 10);
  });

  it.each(shapes)("add up exactly, however the rows are split: %o", (shape) => {
    const data = dataOf(shape, 23);
    const parameters = numbers(parametersCount(shape), 2);
    const clipping = { clippingNorm: 0.5, clippingUnits: 2 ** 16 };
    const sumOf = (rows: Uint32Array) => clippedGradientSum({ shape, parameters, data, rows, clipping });
    const parts = [all(23).subarray(0, 6), all(23).subarray(6, 7), all(23).subarray(7)].map(sumOf);
    const together = sumOf(all(23));
    for (const at of together.keys()) {
      expect(parts.reduce((sum, part) => sum + (part[at] ?? 0), 0)).toBe(together[at]);
    }
  });

  it.each([Number.NaN, Infinity, 1e38])("leave out an example with %d in it, and only that", (value) => {
    const [shape = linear] = shapes.slice(3);
    const data = dataOf(shape, 5);
    const features = changedAt(data.features, 2 * shape.inputsCount + 1, value);
    const parameters = numbers(parametersCount(shape), 2);
    const clipping = { clippingNorm: 0.5, clippingUnits: 2 ** 16 };
    const given = { shape, parameters, clipping };
    const sum = clippedGradientSum({ ...given, data: { ...data, features }, rows: all(5) });
    const without = clippedGradientSum({ ...given, data, rows: Uint32Array.of(0, 1, 3, 4) });
    const difference = sum.map((part, at) => part - (without[at] ?? 0));
    expect(norm(difference)).toBeLessThanOrEqual(2 ** 16);
    if (!Number.isFinite(value)) expect(sum).toEqual(without);
  });

  it("refuse a batch that could overflow", () => {
    const clipping = { clippingNorm: 1, clippingUnits: 2 ** 24 };
    const input = { shape: linear, parameters: new Float64Array(8), data: dataOf(linear, 2), clipping };
    const rows = new Uint32Array(mostExamples(clipping) + 1);
    expect(() => clippedGradientSum({ ...input, rows })).toThrow(
      expect.objectContaining({ code: "BATCH_SIZE" }),
    );
  });
});

describe("Poisson sampling", () => {
  it("takes each unit with its probability, independently, and a unit's rows with equal chance", () => {
    const unitStarts = Uint32Array.from({ length: 201 }, (_, unit) => unit * 3);
    const data: Dataset = { features: new Float32Array(600), labels: new Uint16Array(600), unitStarts };
    const words = new Keystream(new Uint8Array(32).fill(3));
    const counts = new Float64Array(600);
    let [total, squares] = [0, 0];
    const turns = 4000;
    for (let turn = 0; turn < turns; turn += 1) {
      const rows = sampleRows(data, 0.05, words);
      expect(new Set(Array.from(rows, (row) => Math.floor(row / 3))).size).toBe(rows.length);
      for (const row of rows) counts[row] = (counts[row] ?? 0) + 1;
      total += rows.length;
      squares += rows.length ** 2;
    }
    const mean = total / turns;
    expect(Math.abs(mean - 10)).toBeLessThan(5 * Math.sqrt(9.5 / turns));
    expect(Math.abs(squares / turns - mean ** 2 - 9.5)).toBeLessThan(5 * 9.5 * Math.sqrt(2 / turns));
    const expected = (turns * 0.05) / 3;
    const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(statistic).toBeLessThan(600 + 5 * Math.sqrt(1200));
  });

  it("may take nobody", () => {
    const words = new Keystream(new Uint8Array(32));
    expect(sampleRows(dataOf(linear, 5), 1e-9, words)).toHaveLength(0);
  });
});

describe("training", () => {
  it("learns", () => {
    const data = dataOf(linear, 2000);
    const labels = Uint16Array.from(data.labels, (_, row) => Number((data.features[row * 7] ?? 0) > 0));
    const plan = planOf(linear, { expectedBatchCount: 400, stepsCount: 60, learningRate: 4 });
    const run = prepareRun(plan, { ...data, labels });
    const { parameters } = finishTraining(run, startTraining(run, random(5)));
    const right = Array.from(
      predict(linear, parameters, data.features),
      (p, row) => Number(p > 0.5) === labels[row],
    );
    expect(right.filter(Boolean).length / 2000).toBeGreaterThan(0.97);
  });

  it("goes on after a crash as if nothing had happened, with the very same noise", () => {
    const run = prepareRun(planOf(linear), dataOf(linear, 200));
    let state = startTraining(run, random(1));
    for (let at = 0; at < 5; at += 1) ({ state } = takeStep(run, state));
    const kept = encodeState(state);
    const [first, again] = [takeStep(run, state), takeStep(run, decodeState(run, kept))];
    expect(again.trace).toEqual(first.trace);
    expect(again.state).toEqual(first.state);
    expect(finishTraining(run, again.state)).toEqual(finishTraining(run, first.state));
  });

  it("never uses noise twice: other steps, seeds, plans, data and parameters have other noise", () => {
    const run = prepareRun(planOf(linear), dataOf(linear, 200));
    const start = startTraining(run, random(1));
    const noiseOf = (step: ReturnType<typeof takeStep>) =>
      step.trace.noisySum.map((value, at) => value - (step.trace.sum[at] ?? 0)).join();
    const moved = { ...start, parameters: changedAt(start.parameters, 0, 1e-9) };
    const otherPlan = prepareRun(planOf(linear, { learningRate: 2 }), run.data);
    const otherData = prepareRun(run.plan, dataOf(linear, 200, 2));
    const noises = [
      noiseOf(takeStep(run, start)),
      noiseOf(takeStep(run, takeStep(run, start).state)),
      noiseOf(takeStep(run, startTraining(run, random(2)))),
      noiseOf(takeStep(run, moved)),
      noiseOf(takeStep(otherPlan, startTraining(otherPlan, random(1)))),
      noiseOf(takeStep(otherData, startTraining(otherData, random(1)))),
    ];
    expect(new Set(noises).size).toBe(noises.length);
  });

  it("counts empty batches, and adds noise to them", () => {
    const run = prepareRun(planOf(linear, { samplingRate: 1e-9 }), dataOf(linear, 50));
    const { state, trace } = takeStep(run, startTraining(run, random(1)));
    expect(state.stepsTaken).toBe(1);
    expect(trace.rows).toHaveLength(0);
    expect(trace.sum.every((part) => part === 0)).toBe(true);
    expect(norm(trace.noisySum)).toBeGreaterThan(0);
  });

  it("is the same from sums of several places as over all data", () => {
    const plan = planOf(linear);
    const data = dataOf(linear, 90);
    const run = prepareRun(plan, data);
    const state = startTraining(run, random(1));
    const sumOf = (rows: Uint32Array) =>
      clippedGradientSum({
        shape: linear,
        parameters: state.parameters,
        data,
        rows,
        clipping: clippingOf(plan),
      });
    const places = [all(90).subarray(0, 30), all(90).subarray(30)].map(sumOf);
    const added = Int32Array.from(places[0] ?? [], (part, at) => part + (places[1]?.[at] ?? 0));
    expect(applyNoisySum(plan, state, added)).toEqual(applyNoisySum(plan, state, sumOf(all(90))));
  });

  it("ends where the plan ends, and only goes on with the same plan and data", () => {
    const run = prepareRun(planOf(linear, { stepsCount: 1 }), dataOf(linear, 50));
    const state = startTraining(run, random(1));
    const changed = prepareRun(planOf(linear, { stepsCount: 2 }), run.data);
    expect(() => takeStep(changed, state)).toThrow(expect.objectContaining({ code: "TRAINING_BINDING" }));
    const done = takeStep(run, state).state;
    expect(() => takeStep(run, done)).toThrow(expect.objectContaining({ code: "TRAINING_DONE" }));
    eraseSeed(done);
    expect(done.seed.every((byte) => byte === 0)).toBe(true);
  });

  it.each([0, 79, 1e5])("refuses %d bytes that are no state", (length) => {
    const run = prepareRun(planOf(linear), dataOf(linear, 50));
    expect(() => decodeState(run, new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: "TRAINING_STATE" }),
    );
  });
});

describe("bad input", () => {
  const data = dataOf(linear, 10);
  it.each([
    ["TRAINING_PLAN", { samplingRate: 0 }],
    ["TRAINING_PLAN", { samplingRate: 1.01 }],
    ["TRAINING_PLAN", { stepsCount: 0.5 }],
    ["TRAINING_PLAN", { noiseMultiplier: 0 }],
    ["TRAINING_PLAN", { clippingNorm: Number.NaN }],
    ["TRAINING_PLAN", { expectedBatchCount: 1e6 }],
    ["TRAINING_PLAN", { momentum: 1 }],
    ["HEAD_SHAPE", { shape: { ...linear, inputsCount: 0 } }],
  ])("%s %o", (code, change) => {
    expect(() => prepareRun(planOf(linear, change), data)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    [{ features: new Float32Array(69) }],
    [{ labels: new Uint16Array(10).fill(2) }],
    [{ unitStarts: Uint32Array.of(0, 5) }],
    [{ unitStarts: Uint32Array.of(0, 5, 5, 10) }],
    [{ unitStarts: Uint32Array.of(1, 10) }],
  ])("DATASET %#", (change) => {
    expect(() => prepareRun(planOf(linear), { ...data, ...change })).toThrow(
      expect.objectContaining({ code: "DATASET" }),
    );
  });
});
