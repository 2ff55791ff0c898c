/**
 * How fast training is: examples per CPU second for whole steps (sampling, clipping, noise, update) at batch
 * 256, and the accountant's time.
 *   node packages/privacy/eval/speed.ts
 */
import { randomBytes } from "node:crypto";
import process from "node:process";
import { epsilonFor } from "../src/index.ts";
import { type HeadShape, prepareRun, startTraining, takeStep } from "../src/training/index.ts";

const rowsCount = 4096;
const stepsCount = 60;
const random = (lengthBytes: number) => new Uint8Array(randomBytes(lengthBytes));

function cpuSeconds(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function examplesPerSecond(shape: HeadShape): number {
  const features = Float32Array.from({ length: rowsCount * shape.inputsCount }, (_, at) => Math.sin(at * at));
  const labels = Uint16Array.from({ length: rowsCount }, (_, row) => row % shape.outputsCount);
  const plan = { shape, samplingRate: 256 / rowsCount, expectedBatchCount: 256, stepsCount, clippingNorm: 1 };
  const run = prepareRun(
    { ...plan, noiseMultiplier: 1.1, learningRate: 1, momentum: 0.9 },
    { features, labels },
  );
  let state = startTraining(run, random);
  let examplesCount = 0;
  const seconds = cpuSeconds(() => {
    while (state.stepsTaken < stepsCount) {
      const next = takeStep(run, state);
      examplesCount += next.trace.rows.length;
      ({ state } = next);
    }
  });
  return examplesCount / seconds;
}

/** The best of some turns: others use the machine too. */
function best(act: () => number): number {
  return Math.max(...Array.from({ length: 5 }, act));
}

for (const hiddenCount of [64, 0]) {
  const rate = best(() => examplesPerSecond({ inputsCount: 384, hiddenCount, outputsCount: 5 }));
  const shape = hiddenCount === 0 ? "384→5" : `384→${hiddenCount}→5`;
  process.stdout.write(`${shape}, batch 256: ${Math.round(rate)} examples per CPU second\n`);
}
const seconds = Array.from({ length: 9 }, (_, at) =>
  cpuSeconds(() =>
    epsilonFor([{ samplingRate: 0.004 + at / 1000, noiseMultiplier: 1.1, stepsCount: 5000 }], 1e-5),
  ),
).sort((one, other) => one - other);
process.stdout.write(`epsilon of 5,000 steps: ${Math.round(1000 * (seconds[4] ?? 0))} ms of CPU (median)\n`);
