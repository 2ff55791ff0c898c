/**
 * Table: readmission of diabetics (Diabetes 130-US hospitals), privacy per patient.
 *   node packages/privacy/eval/diabetes.ts           the figures, over five seeds
 *   node packages/privacy/eval/diabetes.ts --tune    chooses the settings, on rows invented from the schema
 *   node packages/privacy/eval/diabetes.ts --synthetic    a head trained on the synthesiser's rows
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { chanceBelow } from "../src/audit/membership.ts";
import { noiseFor } from "../src/index.ts";
import { type LedgerEntry, type LedgerStore, openBudget } from "../src/ledger/index.ts";
import { discretiserFor, synthesise } from "../src/queries/index.ts";
import {
  type Dataset,
  encodeTable,
  type HeadShape,
  inputsCountOf,
  parseCsv,
  predict,
  readSchema,
  unitsCountOf,
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

/** Rows to train on and stays to test on: a patient is in one part with all records, whatever else is drawn. */
function split(): { readonly training: readonly (readonly string[])[]; readonly test: Dataset } {
  const file = new URL("../../../../shared/data/training/diabetic_data.csv.gz", import.meta.url);
  const [head = [], ...rows] = parseCsv(gunzipSync(readFileSync(file)).toString());
  const patientAt = head.indexOf("patient_nbr");
  const inTest = (row: readonly string[]) =>
    (createHash("sha256")
      .update(row[patientAt] ?? "")
      .digest()[0] ?? 0) < 51;
  const training = [head, ...rows.filter((row) => !inTest(row))];
  return { training, test: encodeTable([head, ...rows.filter(inTest)], schema) };
}

/** Trains on invented rows alone, which cost epsilon 1, and tests on real ones. */
function measureSynthetic(): void {
  const { training, test } = split();
  const discretiser = discretiserFor(schema);
  const noiseMultiplier = noiseFor({ samplingRate: 1, stepsCount: 1, epsilon: 1, delta });
  const values = Array.from({ length: seeds }, () => {
    const table = discretiser.read(training, (count) => Math.floor(uniform() * count));
    const { table: invented } = synthesise({
      table,
      rowsCount: unitsCount,
      noiseMultiplier,
      ledger: unbounded(),
      budget: "stays",
      random,
    });
    const head = [schema.unit ?? "", ...discretiser.columns];
    const rows = discretiser.write(invented).map((cells, at) => [String(at)].concat(cells));
    const promise: Promise = { epsilon: Infinity, delta, unitsCount };
    return auc(
      train({ shape, settings: chosen, promise, data: encodeTable([head, ...rows], schema), random }),
      test,
    );
  });
  const { mean, deviation } = spread(values);
  process.stdout.write(
    `trained on invented rows, epsilon 1: AUC ${mean.toFixed(4)} ± ${deviation.toFixed(4)}\n`,
  );
}

/** A ledger that forgets: the figures are about one release. */
function unbounded(): LedgerStore {
  const entries: LedgerEntry[] = [];
  const store: LedgerStore = {
    append: (decide) => {
      const entry = decide(entries);
      if (entry) entries.push(entry);
    },
    entries: () => entries,
  };
  openBudget(store, { budget: "stays", unit: "patient", epsilon: 2, delta });
  return store;
}

function measure(): void {
  const { training, test } = split();
  const data = encodeTable(training, schema);
  process.stdout.write(
    `${unitsCountOf(data)} patients to train on, ${test.labels.length} stays to test on\n`,
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
else if (process.argv.includes("--synthetic")) measureSynthetic();
else measure();
