/// <reference types="node" />
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addTrainCommand } from "../commands/train.ts";
import { trainingLine } from "./progress.ts";

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cloister-cli-train-"));
  const rows = Array.from(
    { length: 900 },
    (_, row) => `${row % 300},${(row * 7) % 100},${(row * 7) % 100 > 50 ? "yes" : "no"}`,
  );
  writeFileSync(at("table.csv"), ["patient,age,ill", ...rows].join("\n"));
  writeFileSync(
    at("schema.json"),
    JSON.stringify({
      features: [{ column: "age", low: 0, high: 100 }],
      label: { column: "ill", classes: { no: 0, yes: 1 } },
      unit: "patient",
    }),
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command, and gives what it printed as JSON. */
async function run(...args: readonly string[]): Promise<Record<string, unknown>> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addTrainCommand(program);
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await program.parseAsync(["train", ...args, "--json"], { from: "user" });
  return JSON.parse(String(out.mock.calls.at(-1)?.[0])) as Record<string, unknown>;
}

function open(epsilon: string): Promise<Record<string, unknown>> {
  const names = ["--ledger", at("ledger.sqlite"), "--budget", "stays"];
  return run("open", "--create", ...names, "--epsilon", epsilon, "--delta", "1e-4");
}

function train(out: string, ...more: readonly string[]): Promise<Record<string, unknown>> {
  const files = ["--table", at("table.csv"), "--schema", at("schema.json"), "--ledger", at("ledger.sqlite")];
  const plan = ["--budget", "stays", "--epsilon", "2", "--units", "300", "--batch", "60", "--steps", "20"];
  return run("run", ...files, ...plan, "--out", at(out), ...more);
}

describe("cloister train", { timeout: 120_000 }, () => {
  it("says what a run costs, trains, and refuses the run that the budget does not hold", async () => {
    await open("3");
    const estimate = await train("model.safetensors", "--estimate");
    expect(estimate).toMatchObject({ epsilon: expect.closeTo(2, 3), spentBefore: 0, budget: 3 });
    const trained = await train("model.safetensors");
    expect(trained).toMatchObject({ card: { unit: "patient", delta: 1e-4, data: "stays" } });
    expect(await run("show", at("model.safetensors"))).toMatchObject({ digest: trained["digest"] });
    await expect(train("model.safetensors")).rejects.toThrow(
      expect.objectContaining({ code: "MODEL_EXISTS" }),
    );
    await expect(train("other.safetensors", "--epsilon", "2.5")).rejects.toThrow(
      expect.objectContaining({ code: "LEDGER_OVERSPENT" }),
    );
    const { budgets } = await run("budget", "--ledger", at("ledger.sqlite"));
    expect(budgets).toMatchObject([
      { spentEpsilon: expect.closeTo(2, 3), reservationsCount: { training: 1 } },
    ]);
  });

  it("audits a model's trainer, and reports membership", async () => {
    await open("3");
    await train("model.safetensors", "--audit");
    const audit = await run(
      "audit",
      at("model.safetensors"),
      "--members",
      at("table.csv"),
      "--others",
      at("table.csv"),
    );
    expect(audit).toMatchObject({ passed: true, membership: { auc: 0.5 } });
    expect(await run("show", at("model.safetensors"))).toMatchObject({
      card: { audit: { canariesCount: 5000, gaussianTestPassed: true } },
    });
  });

  it("answers questions from the same budget, until it is spent", async () => {
    await open("1");
    const files = ["--table", at("table.csv"), "--ledger", at("ledger.sqlite"), "--budget", "stays"];
    const ask = (...more: readonly string[]) => run("ask", ...files, "--unit", "patient", ...more);
    const { numbers, spentEpsilon } = await ask("--for", "count", "--noise", "8");
    expect(Math.abs(((numbers as number[])[0] ?? 0) - 300)).toBeLessThan(50);
    expect(spentEpsilon).toBeGreaterThan(0);
    await expect(ask("--for", "mean", "--column", "age", "--low", "0")).rejects.toThrow(
      expect.objectContaining({ code: "QUERY" }),
    );
    await expect(ask("--for", "count", "--noise", "1")).rejects.toThrow(
      expect.objectContaining({ code: "LEDGER_OVERSPENT" }),
    );
    await expect(ask("--for", "histogram", "--column", "none", "--values", "a")).rejects.toThrow(
      expect.objectContaining({ code: "TABLE_COLUMN" }),
    );
  });

  it("invents rows that the same schema reads", async () => {
    await open("5");
    const files = [
      "--table",
      at("table.csv"),
      "--schema",
      at("schema.json"),
      "--ledger",
      at("ledger.sqlite"),
    ];
    const rest = ["--budget", "stays", "--rows", "500", "--noise", "2", "--out", at("invented.csv")];
    const invented = await run("synthesise", ...files, ...rest);
    expect(invented).toMatchObject({
      rowsCount: 500,
      countError: 2,
      differences: { age: expect.any(Number) },
    });
    const [head, ...rows] = readFileSync(at("invented.csv"), "utf8").trim().split("\n");
    expect(head).toBe("patient,age,ill");
    expect(rows).toHaveLength(500);
    const old = rows.filter((row) => Number(row.split(",")[1]) > 60);
    expect(old.filter((row) => row.endsWith("yes")).length).toBeGreaterThan(old.length * 0.8);
  });

  it("asks for the unit that the budget protects, and for a ledger", async () => {
    await expect(train("model.safetensors")).rejects.toThrow(
      expect.objectContaining({ code: "LEDGER_MISSING" }),
    );
    const names = ["--ledger", at("ledger.sqlite"), "--budget", "stays"];
    await run("open", "--create", ...names, "--epsilon", "3", "--delta", "1e-4", "--unit", "record");
    await expect(train("model.safetensors")).rejects.toThrow(
      expect.objectContaining({ code: "LEDGER_UNIT" }),
    );
  });
});

describe("progress", () => {
  it("is one line", () => {
    expect(trainingLine({ done: 50, total: 100, leftMs: 1500 })).toBe(
      "  ████████████░░░░░░░░░░░░ step 50 of 100, 2 s left",
    );
  });
});
