/**
 * Table: readmission of diabetics (Diabetes 130-US hospitals), privacy per patient.
 *   node packages/privacy/eval/diabetes.ts           the figures, over five seeds
 *   node packages/privacy/eval/diabetes.ts --tune    chooses the settings, on invented rows
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { chanceBelow } from "../src/audit/membership.ts";
import {
  type Dataset,
  encodeTable,
  type HeadShape,
  inputsCountOf,
  parseCsv,
  predict,
  readSchema,
} from "../src/training/index.ts";
import { inventRows } from "./synthetic-table.ts";
import { type Promise, type Settings, spread, train } from "./trial.ts";

const schema = readSchema(JSON.parse(readFileSync(new URL("diabetes.schema.json", import.meta.url), "utf8")));
const shape: HeadShape = { inputsCount: inputsCountOf(schema), hiddenCount: 0, outputsCount: 1 };
const delta = 1e-6;
const unitsCount = 57_000;
const seeds = 5;
/** Chosen by --tune. */
const chosen: Settings = { batchCount: 2048, stepsCount: 300, learningRate: 2, clippingNorm: 1 };
const random = (lengthBytes: number) => new Uint8Array(randomBytes(lengthBytes));
const uniform = () => randomBytes(4).readUInt32LE() / 2 ** 32;

function auc(parameters: Float64Array, { features, labels }: Dataset): number {
  const chances = predict(shape, parameters, features);
  return chanceBelow(
    chances.filter((_, row) => labels[row] === 0),
    chances.filter((_, row) => labels[row] === 1),
  );
}

function tune(): void {
  const all = inventRows(schema, unitsCount + 20_000, uniform);
  const cut = unitsCount * shape.inputsCount;
  const part = (from: number, to?: number) => ({
    features: all.features.subarray(from * shape.inputsCount, to === undefined ? undefined : cut),
    labels: all.labels.subarray(from, to),
  });
  const promise: Promise = { epsilon: 1, delta, unitsCount };
  for (const batchCount of [1024, 2048]) {
    for (const clippingNorm of [0.5, 1, 2]) {
      for (const learningRate of [0.5, 1, 2, 4]) {
        const settings = { batchCount, stepsCount: 300, learningRate, clippingNorm };
        const parameters = train({ shape, settings, promise, data: part(0, unitsCount), random });
        process.stdout.write(`${JSON.stringify(settings)} ${auc(parameters, part(unitsCount)).toFixed(4)}\n`);
      }
    }
  }
}

function measure(): void {
  const file = new URL("../../../../shared/data/training/diabetic_data.csv.gz", import.meta.url);
  const [head = [], ...rows] = parseCsv(gunzipSync(readFileSync(file)).toString());
  const patientAt = head.indexOf("patient_nbr");
  // A patient is in one part with all records, whatever else is drawn.
  const inTest = (row: readonly string[]) =>
    (createHash("sha256")
      .update(row[patientAt] ?? "")
      .digest()[0] ?? 0) < 51;
  const data = encodeTable([head, ...rows.filter((row) => !inTest(row))], schema);
  const test = encodeTable([head, ...rows.filter(inTest)], schema);
  process.stdout.write(
    `${(data.unitStarts?.length ?? 1) - 1} patients to train on, ${test.labels.length} stays to test on\n`,
  );
  for (const epsilon of [Infinity, 8, 3, 1]) {
    const values = Array.from({ length: seeds }, () =>
      auc(train({ shape, settings: chosen, promise: { epsilon, delta, unitsCount }, data, random }), test),
    );
    const { mean, deviation } = spread(values);
    process.stdout.write(
      `epsilon ${epsilon}, delta ${delta} per patient: AUC ${mean.toFixed(4)} ± ${deviation.toFixed(4)}\n`,
    );
  }
}

if (process.argv.includes("--tune")) tune();
else measure();
