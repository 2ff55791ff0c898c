import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { toHex } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { loadSeed } from "@cloister/keys-file";
import { openBudget, reportBudgets } from "@cloister/privacy/ledger";
import { decodeModel, encodeTable, parseCsv, predict, type TableSchema } from "@cloister/privacy/training";
import { openLedger } from "@cloister/store-sqlite/ledger";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const schema: TableSchema = {
  features: [
    { column: "pressure", low: 80, high: 200 },
    { column: "age", low: 0, high: 100 },
  ],
  label: { column: "ill", classes: { no: 0, yes: 1 } },
};
const stepsCount = 30;

let dir: string;
let running: ChildProcess[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "cloister-federation-"));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((child) => kill(child)));
  rmSync(dir, { recursive: true });
});

interface Party {
  readonly child: ChildProcess;
  readonly lines: Record<string, unknown>[];
  readonly errors: string[];
  /** Resolves with the first line for which `test` holds. */
  until(test: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
}

function start(...args: readonly string[]): Party {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args]);
  running.push(child);
  const lines: Record<string, unknown>[] = [];
  const errors: string[] = [];
  const waiting: {
    test: (line: Record<string, unknown>) => boolean;
    found: (line: Record<string, unknown>) => void;
  }[] = [];
  createInterface(child.stdout).on("line", (text) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    lines.push(line);
    for (const { test, found } of waiting) if (test(line)) found(line);
  });
  createInterface(child.stderr).on("line", (line) => errors.push(line));
  const until = (test: (line: Record<string, unknown>) => boolean) =>
    new Promise<Record<string, unknown>>((found, failed) => {
      const known = lines.find(test);
      if (known) return found(known);
      waiting.push({ test, found });
      child.once("exit", (code) => failed(new Error(`ended with ${code}: ${errors.join("\n")}`)));
    });
  return { child, lines, errors, until };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const dataOf = (name: string) => join(dir, name);

async function identity(name: string): Promise<string> {
  mkdirSync(dataOf(name), { mode: 0o700 });
  return toHex(ed25519KeyPair(await loadSeed(join(dataOf(name), "federation.key"))).publicKey);
}

/** Ill are those with a high pressure; hospitals differ in how many are. */
function table(node: number, rowsCount = 80): string {
  const rows = Array.from({ length: rowsCount }, (_, row) => {
    const isIll = (row * 7) % 10 < node * 2;
    const pressure = (isIll ? 160 : 100) + ((row * 13 + node) % 30);
    return `${pressure},${30 + ((row * 11) % 50)},${isIll ? "yes" : "no"}`;
  });
  return ["pressure,age,ill", ...rows].join("\n");
}

async function agree(): Promise<string> {
  const names = ["h1", "h2", "h3", "h4"];
  const keys = await Promise.all(names.map(identity));
  const task = {
    name: "test",
    schema,
    training: {
      stepsCount,
      samplingRate: 0.5,
      expectedBatchCount: 160,
      clippingNorm: 1,
      noiseMultiplier: 2,
      learningRate: 4,
    },
    members: keys.map((identityKey, at) => ({ node: at + 1, identityKey })),
    coordinatorKey: await identity("coordinator"),
    thresholdCount: 3,
    colludersCount: 1,
    spareStepsCount: 6,
  };
  const file = join(dir, "task.json");
  writeFileSync(file, JSON.stringify(task));
  return file;
}

const coordinate = (task: string, port: number, ...more: string[]) =>
  start(
    "coordinate",
    "--task",
    task,
    "--data",
    dataOf("coordinator"),
    "--port",
    String(port),
    "--delta",
    "1e-4",
    "--out",
    join(dir, "model.safetensors"),
    ...more,
  );

function joinAs(task: string, node: number, port: number): Party {
  const [ledgerFile, tableFile] = [join(dir, `ledger${node}`), join(dir, `table${node}.csv`)];
  writeFileSync(tableFile, table(node));
  if (!existsSync(ledgerFile)) {
    const ledger = openLedger(ledgerFile, { create: true });
    openBudget(ledger, { budget: "hearts", unit: "record", epsilon: 20, delta: 1e-4 });
    ledger.close();
  }
  const files = [
    "--table",
    tableFile,
    "--ledger",
    ledgerFile,
    "--budget",
    "hearts",
    "--out",
    join(dir, `model${node}`),
  ];
  // Each hospital speaks to an address of its own.
  const url = `http://127.0.0.${node}:${port}`;
  return start(
    "join",
    "--task",
    task,
    "--data",
    dataOf(`h${node}`),
    "--coordinator",
    url,
    "--node",
    String(node),
    ...files,
  );
}

const isTrained = (line: Record<string, unknown>) => line["event"] === "trained";
const isStep = (number: number) => (line: Record<string, unknown>) =>
  line["event"] === "step" && Number(line["stepsTaken"]) >= number;

describe("hospitals as processes", () => {
  it("train one model while one is killed, one comes late and the coordinator is killed", async () => {
    const task = await agree();
    writeFileSync(join(dir, "validation.csv"), table(3, 200));
    const more = ["--host", "0.0.0.0", "--validation", join(dir, "validation.csv")];
    let coordinator = coordinate(task, 0, ...more);
    const port = Number((await coordinator.until((line) => "listening" in line))["listening"]);
    const [first, second, killed] = [1, 2, 3].map((node) => joinAs(task, node, port));
    if (!first || !second || !killed) throw new Error("three hospitals");
    await coordinator.until(isStep(3));
    const late = joinAs(task, 4, port);
    await late.until(isStep(1));
    await kill(killed.child);
    await coordinator.until(isStep(10));

    await kill(coordinator.child);
    coordinator = coordinate(task, port, ...more);
    const back = joinAs(task, 3, port);
    await Promise.all([first, second, late, back].map((party) => party.until(isTrained)));
    await coordinator.until(isTrained);

    const page = await fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
    expect(page).toContain(`${stepsCount} of ${stepsCount}`);
    const steps = coordinator.lines
      .filter((line) => line["event"] === "step")
      .map((line) => line["stepsTaken"]);
    expect(steps.at(-1)).toBe(stepsCount);
    expect(new Set(steps).size).toBe(steps.length);

    const model = decodeModel(new Uint8Array(readFileSync(join(dir, "model.safetensors"))));
    expect(model.card.epsilon).toBeLessThan(20);
    const other = decodeModel(new Uint8Array(readFileSync(join(dir, "model4"))));
    expect(other.parameters).toEqual(model.parameters);
    const { features, labels } = encodeTable(parseCsv(table(2, 300)), schema);
    const found = predict(model.shape, model.parameters, features);
    const right = labels.filter((label, row) => (found[row] ?? 0) > 0.5 === (label === 1)).length;
    expect(right / labels.length).toBeGreaterThan(0.9);

    // What a hospital paid is what the task says, whatever happened; and no more looks than that.
    const ledger = openLedger(join(dir, "ledger3"));
    const [budget] = reportBudgets(ledger.entries());
    expect(budget?.spentEpsilon).toBeCloseTo(model.card.epsilon ?? 0, 6);
    ledger.close();
    coordinator.child.kill("SIGTERM");
    const [code] = (await once(coordinator.child, "exit")) as [number];
    expect(code).toBe(0);
  }, 120_000);

  it("refuse what their budget does not pay for, and another task than agreed", async () => {
    const task = await agree();
    const ledger = openLedger(join(dir, "ledger1"), { create: true });
    openBudget(ledger, { budget: "hearts", unit: "record", epsilon: 0.1, delta: 1e-4 });
    ledger.close();
    const poor = joinAs(task, 1, 9);
    const [code] = (await once(poor.child, "exit")) as [number];
    expect([code, poor.errors.join()]).toEqual([1, expect.stringContaining("LEDGER_OVERSPENT")]);

    const coordinator = coordinate(task, 0, "--host", "0.0.0.0");
    const port = Number((await coordinator.until((line) => "listening" in line))["listening"]);
    const changed = JSON.parse(readFileSync(task, "utf8")) as { training: { clippingNorm: number } };
    changed.training.clippingNorm = 9;
    const otherTask = join(dir, "other.json");
    writeFileSync(otherTask, JSON.stringify(changed));
    const stranger = joinAs(otherTask, 2, port);
    const [end] = (await once(stranger.child, "exit")) as [number];
    expect([end, stranger.errors.join()]).toEqual([1, expect.stringContaining("FEDERATION_REFUSED")]);
    expect(statSync(dataOf("h2")).mode & 0o077).toBe(0);
  }, 60_000);

  it("say how they are used", async () => {
    const help = spawnSync(process.execPath, [main, "--help"], { encoding: "utf8" });
    expect([help.status, help.stdout]).toEqual([0, expect.stringContaining("coordinate")]);
    const printed = start("identity", "--data", dataOf("new"));
    expect(await printed.until((line) => "identityKey" in line)).toEqual({
      identityKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const wrong = start("join", "--node", "x");
    const [end] = (await once(wrong.child, "exit")) as [number];
    expect([end, wrong.errors.join()]).toEqual([1, expect.stringContaining("FEDERATION_USAGE")]);
  });
});
