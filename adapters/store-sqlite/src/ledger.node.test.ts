import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { epsilonFor } from "@cloister/privacy";
import { openBudget, reportBudgets, reserve } from "@cloister/privacy/ledger";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLedger } from "./ledger.ts";

const planDigest = "00".repeat(32);
const delta = 1e-6;
const step = { samplingRate: 1, noiseMultiplier: 100, stepsCount: 1 };
const id = (at: number) => at.toString(16).padStart(32, "0");
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cloister-ledger-"));
  file = join(folder, "ledger.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Reserves one id after the other and says which were taken: a process of its own, as all that train are. */
const child = `
  import { reserve } from "@cloister/privacy/ledger";
  import { openLedger } from "@cloister/store-sqlite/ledger";
  const [file, from, to] = process.argv.slice(1);
  const ledger = openLedger(file);
  for (let at = Number(from); at < Number(to); at += 1) {
    const id = at.toString(16).padStart(32, "0");
    const events = [${JSON.stringify(step)}];
    try {
      reserve(ledger, { id, budget: "stays", purpose: "query", events, planDigest: "${planDigest}" });
      process.stdout.write("taken " + id + "\\n");
    } catch (error) {
      if (error.code !== "LEDGER_OVERSPENT") throw error;
      process.stdout.write("refused\\n");
    }
  }
`;

function startChild(from: number, to: number) {
  const argv = ["--input-type=module", "-e", child, file, String(from), String(to)];
  const running = spawn(process.execPath, argv, {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  running.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const begun = new Promise((resolve) => running.stdout.once("data", resolve));
  const ended = new Promise<number | null>((resolve) => running.once("close", resolve));
  return {
    running,
    begun,
    ended,
    lines: () => said.split("\n").filter((line) => line.endsWith("refused") || line.length === 38),
  };
}

function newLedger(epsilon: number): void {
  const ledger = openLedger(file, { create: true });
  openBudget(ledger, { budget: "stays", unit: "patient", epsilon, delta });
  ledger.close();
}

function kept() {
  const ledger = openLedger(file);
  const entries = ledger.entries().filter((entry) => entry.type === "reserved");
  const [report] = reportBudgets(ledger.entries());
  ledger.close();
  return { ids: new Set(entries.map((entry) => entry.id)), count: entries.length, report };
}

describe("the ledger in SQLite", () => {
  it("is never overspent by 1,000 reservations of 5 processes at once", { timeout: 240_000 }, async () => {
    const fitting = 600;
    newLedger(epsilonFor([{ ...step, stepsCount: fitting }], delta) + 1e-9);
    const children = Array.from({ length: 5 }, (_, at) => startChild(200 * at, 200 * (at + 1)));
    expect(await Promise.all(children.map(({ ended }) => ended))).toEqual(Array(5).fill(0));
    const lines = children.flatMap((one) => one.lines());
    expect(lines).toHaveLength(1000);
    const taken = lines.filter((line) => line.startsWith("taken ")).map((line) => line.slice(6));
    const { ids, count, report } = kept();
    expect(count).toBe(fitting);
    expect(ids).toEqual(new Set(taken));
    expect(report?.spentEpsilon).toBeLessThanOrEqual(report?.epsilon ?? 0);
  });

  it("keeps what it confirmed when processes are killed at any time", { timeout: 120_000 }, async () => {
    newLedger(epsilonFor([{ ...step, stepsCount: 1000 }], delta));
    const confirmed = new Set<string>();
    for (let turn = 0; turn < 6; turn += 1) {
      const children = [0, 1].map((at) => startChild(1000 * turn + 400 * at, 1000 * turn + 400 * at + 400));
      await Promise.all(children.map(({ begun }) => begun));
      await new Promise((resolve) => setTimeout(resolve, 17 * turn));
      for (const { running } of children) running.kill("SIGKILL");
      await Promise.all(children.map(({ ended }) => ended));
      for (const line of children.flatMap((one) => one.lines()))
        if (line !== "refused") confirmed.add(line.slice(6));
    }
    const { ids, count, report } = kept();
    expect(confirmed.size).toBeGreaterThan(0);
    expect([...confirmed].filter((one) => !ids.has(one))).toEqual([]);
    expect(ids.size).toBe(count);
    expect(report?.spentEpsilon).toBeLessThanOrEqual(report?.epsilon ?? 0);
  });

  it("does not begin anew where a ledger is missing, and notices a change", () => {
    expect(() => openLedger(file)).toThrow(expect.objectContaining({ code: "LEDGER_MISSING" }));
    newLedger(1);
    const ledger = openLedger(file);
    const before = ledger.head();
    reserve(ledger, { id: id(1), budget: "stays", purpose: "query", events: [step], planDigest });
    expect(ledger.head()).not.toEqual(before);
    ledger.close();
    const database = new DatabaseSync(file);
    database.exec(
      "UPDATE entry SET text = replace(text, '\"epsilon\":1', '\"epsilon\":9') WHERE position = 0",
    );
    database.close();
    const changed = openLedger(file);
    expect(() => changed.entries()).toThrow(expect.objectContaining({ code: "LEDGER_DAMAGED" }));
    changed.close();
  });
});
