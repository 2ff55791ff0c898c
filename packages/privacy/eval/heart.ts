/**
 * Table: heart disease at four hospitals, trained by four processes over the network. The same patient is in
 * no two rows, so a row is a patient.
 *   node packages/privacy/eval/heart.ts           the figures, over five seeds
 *   node packages/privacy/eval/heart.ts --tune    chooses the settings, on invented rows
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { noiseFor } from "../src/index.ts";
import {
  type Dataset,
  decodeModel,
  encodeTable,
  type HeadShape,
  inputsCountOf,
  parseCsv,
  predict,
  readSchema,
} from "../src/training/index.ts";
import { inventRows } from "./synthetic-table.ts";
import { type Promise as PrivacyPromise, type Settings, spread, train } from "./trial.ts";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const schema = readSchema(JSON.parse(readFileSync(file("heart.schema.json"), "utf8")));
const shape: HeadShape = { inputsCount: inputsCountOf(schema), hiddenCount: 0, outputsCount: 1 };
const federationMain = file("../../../apps/federation/src/main.ts");
const cli = file("../../../apps/cli/bin/cloister.js");
const seeds = 5;
const unitsCount = 700;
const promise: PrivacyPromise = { epsilon: 1, delta: 1e-4, unitsCount };
const spareStepsCount = 6;
/** Chosen by --tune. */
const chosen: Settings = { batchCount: 500, stepsCount: 30, learningRate: 0.5, clippingNorm: 1 };
const random = (lengthBytes: number) => new Uint8Array(randomBytes(lengthBytes));
const uniform = () => randomBytes(4).readUInt32LE() / 2 ** 32;

type Rows = readonly (readonly string[])[];

function accuracyOf(parameters: Float64Array, { features, labels }: Dataset): number {
  const found = predict(shape, parameters, features);
  return (
    (100 * labels.filter((label, row) => (found[row] ?? 0) > 0.5 === (label === 1)).length) / labels.length
  );
}

function tune(): void {
  for (const batchCount of [250, 500, 700]) {
    for (const learningRate of [0.25, 0.5, 1, 2]) {
      const settings = { ...chosen, batchCount, learningRate };
      const found = Array.from({ length: 20 }, () => {
        const all = inventRows(schema, 5000, uniform);
        const cut = unitsCount * shape.inputsCount;
        const data = { features: all.features.subarray(0, cut), labels: all.labels.subarray(0, unitsCount) };
        const test = { features: all.features.subarray(cut), labels: all.labels.subarray(unitsCount) };
        return accuracyOf(train({ shape, settings, promise, data, random }), test);
      });
      const { mean, deviation } = spread(found);
      process.stdout.write(`${JSON.stringify(settings)} ${mean.toFixed(2)} +- ${deviation.toFixed(2)}\n`);
    }
  }
}

/** A fifth of each hospital for the test, at random. */
function split(rows: Rows): { readonly training: Rows; readonly test: Rows } {
  const lots = new Map(rows.map((row) => [row, Math.random()]));
  const shuffled = rows.toSorted((a, b) => (lots.get(a) ?? 0) - (lots.get(b) ?? 0));
  const cut = Math.floor(rows.length / 5);
  return { training: shuffled.slice(cut), test: shuffled.slice(0, cut) };
}

/** Four `join` and one `coordinate`, each a process; hospitals speak to addresses of their own. */
async function federated(head: readonly string[], hospitals: readonly Rows[]): Promise<Float64Array> {
  const dir = mkdtempSync(join(tmpdir(), "cloister-heart-"));
  const children: ChildProcess[] = [];
  try {
    const run = (...args: string[]) => spawnSync(process.execPath, args, { encoding: "utf8" });
    const identity = (name: string) => {
      const { stdout } = run(federationMain, "identity", "--data", join(dir, name));
      return (JSON.parse(stdout) as { identityKey: string }).identityKey;
    };
    const samplingRate = chosen.batchCount / unitsCount;
    const stepsPaid = chosen.stepsCount + spareStepsCount;
    const noiseMultiplier = noiseFor({ ...promise, samplingRate, stepsCount: stepsPaid });
    const { batchCount: expectedBatchCount, ...settings } = chosen;
    const task = {
      name: "heart",
      schema,
      training: { ...settings, samplingRate, expectedBatchCount, noiseMultiplier, momentum: 0.9 },
      members: hospitals.map((_, at) => ({ node: at + 1, identityKey: identity(`h${at + 1}`) })),
      coordinatorKey: identity("coordinator"),
      groupsCount: 1,
      thresholdCount: 3,
      colludersCount: 0,
      spareStepsCount,
    };
    const taskFile = join(dir, "task.json");
    writeFileSync(taskFile, JSON.stringify(task));
    const start = (...args: string[]) => {
      const child = spawn(process.execPath, [federationMain, ...args, "--task", taskFile], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      return child;
    };
    const common = ["--data", join(dir, "coordinator"), "--delta", String(promise.delta)];
    const out = join(dir, "model");
    const coordinator = start("coordinate", ...common, "--host", "0.0.0.0", "--port", "0", "--out", out);
    const lines = createInterface(coordinator.stdout);
    const [first] = (await once(lines, "line")) as [string];
    const { listening } = JSON.parse(first) as { listening: number };
    const joined = hospitals.map((rows, at) => {
      const [table, ledger] = [join(dir, `t${at}.csv`), join(dir, `l${at}`)];
      writeFileSync(table, [head, ...rows].map((row) => row.join()).join("\n"));
      const budget = ["--budget", "hearts", "--ledger", ledger];
      const limit = ["--epsilon", "1.01", "--delta", String(promise.delta), "--unit", "record"];
      run(cli, "train", "open", "--create", ...budget, ...limit);
      const url = `http://127.0.0.${at + 2}:${listening}`;
      const own = ["--table", table, "--node", String(at + 1), "--out", join(dir, `m${at}`)];
      return start("join", "--data", join(dir, `h${at + 1}`), "--coordinator", url, ...budget, ...own);
    });
    await Promise.all(joined.map((child) => once(child.stdout.resume(), "end")));
    return decodeModel(new Uint8Array(readFileSync(out))).parameters;
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(dir, { recursive: true });
  }
}

async function measure(path: string): Promise<void> {
  const [head = [], ...rows] = parseCsv(readFileSync(path, "utf8"));
  const names = [...new Set(rows.map(([hospital]) => hospital))];
  // One public copy of this table has Cleveland's labels inverted.
  const cleveland = rows.filter(([hospital]) => hospital === "cleveland");
  if (cleveland.length !== 303 || cleveland.filter((row) => row.at(-1) !== "0").length !== 139)
    throw new Error("this is not the table that the figures are of");
  const found = {
    alone: [] as number[],
    pooled: [] as number[],
    central: [] as number[],
    federated: [] as number[],
  };
  for (let seed = 0; seed < seeds; seed += 1) {
    const splits = names.map((name) => split(rows.filter(([hospital]) => hospital === name)));
    const encode = (part: Rows) => encodeTable([head, ...part], schema);
    const test = encode(splits.flatMap((one) => one.test));
    const pooled = encode(splits.flatMap((one) => one.training));
    const trained = (data: Dataset, epsilon: number, units = unitsCount) => {
      const settings = { ...chosen, batchCount: (chosen.batchCount * units) / unitsCount };
      return train({ shape, settings, promise: { ...promise, epsilon, unitsCount: units }, data, random });
    };
    const alone = splits.map((one) => {
      const data = encode(one.training);
      return accuracyOf(trained(data, Infinity, data.labels.length), test);
    });
    found.alone.push(spread(alone).mean);
    found.pooled.push(accuracyOf(trained(pooled, Infinity), test));
    found.central.push(accuracyOf(trained(pooled, promise.epsilon), test));
    found.federated.push(
      accuracyOf(
        await federated(
          head,
          splits.map((one) => one.training),
        ),
        test,
      ),
    );
    process.stderr.write(`seed ${seed + 1} of ${seeds}\n`);
  }
  for (const [name, values] of Object.entries(found)) {
    const { mean, deviation } = spread(values);
    process.stdout.write(`${name.padEnd(10)} ${mean.toFixed(2)} +- ${deviation.toFixed(2)}\n`);
  }
}

const [argument = file("../../../../shared/data/training/heart_disease_4_hospitals.csv")] =
  process.argv.slice(2);
if (argument === "--tune") tune();
else await measure(argument);
