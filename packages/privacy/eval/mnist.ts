/**
 * Table: handwritten digits (MNIST), privacy per example; a linear head on fixed features.
 *   node packages/privacy/eval/mnist.ts           the figures, over five seeds
 *   node packages/privacy/eval/mnist.ts --tune    chooses the settings, on drawn digits
 */
import { randomBytes } from "node:crypto";
import process from "node:process";
import type { Dataset, HeadShape } from "../src/training/index.ts";
import { readDigits } from "./digits.ts";
import { hog, hogCount } from "./hog.ts";
import { drawDigit } from "./synthetic-digits.ts";
import { accuracy, type Promise, type Settings, spread, train } from "./trial.ts";

const shape: HeadShape = { inputsCount: hogCount, hiddenCount: 0, outputsCount: 10 };
const delta = 1e-5;
const unitsCount = 60_000;
const testCount = 10_000;
const seeds = 5;
/** Chosen by --tune. */
const chosen: Settings = { batchCount: 2048, stepsCount: 300, learningRate: 120, clippingNorm: 0.25 };
const random = (lengthBytes: number) => new Uint8Array(randomBytes(lengthBytes));
const uniform = () => randomBytes(4).readUInt32LE() / 2 ** 32;

function drawn(count: number): Dataset {
  const digits = Array.from({ length: count }, () => drawDigit(uniform));
  const features = new Float32Array(count * hogCount);
  for (const [at, { image }] of digits.entries()) features.set(hog(image), at * hogCount);
  return { features, labels: Uint16Array.from(digits, ({ label }) => label) };
}

function tune(): void {
  const [data, test] = [drawn(unitsCount), drawn(testCount)];
  const promise: Promise = { epsilon: 3, delta, unitsCount };
  for (const clippingNorm of [0.1, 0.25, 0.5]) {
    for (const learningRate of [30, 60, 120]) {
      const settings = { batchCount: 2048, stepsCount: 300, learningRate, clippingNorm };
      const found = accuracy(shape, train({ shape, settings, promise, data, random }), test);
      process.stdout.write(`${JSON.stringify(settings)} ${found.toFixed(2)}\n`);
    }
  }
}

function measure(): void {
  const [data, test] = [readDigits("train"), readDigits("test")];
  for (const epsilon of [3, 1, 8, Infinity]) {
    const values = Array.from({ length: seeds }, () =>
      accuracy(
        shape,
        train({ shape, settings: chosen, promise: { epsilon, delta, unitsCount }, data, random }),
        test,
      ),
    );
    const { mean, deviation } = spread(values);
    process.stdout.write(
      `epsilon ${epsilon}, delta ${delta} per example: ${mean.toFixed(2)} % ± ${deviation.toFixed(2)}\n`,
    );
  }
}

if (process.argv.includes("--tune")) tune();
else measure();
