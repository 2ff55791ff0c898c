/// <reference types="node" />
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { openBudget, reserve } from "@cloister/privacy/ledger";
import { openLedger } from "@cloister/store-sqlite/ledger";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLog } from "../testing/running-log.ts";

const main = join(import.meta.dirname, "../main.ts");

let folder = "";
let stopLog: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-publish-"));
  stopLog = await startLog(folder);
}, 30_000);
afterAll(async () => {
  await stopLog();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

function publish(
  ledger: string,
): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  const options = ["train", "publish", "--ledger", ledger, "--data", folder, "--json"];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", main, ...options],
      (error, out, err) => {
        resolve({ status: typeof error?.code === "number" ? error.code : 0, out, err });
      },
    );
  });
}

function spend(file: string, id: string): void {
  const ledger = openLedger(file);
  const events = [{ samplingRate: 0.01, noiseMultiplier: 4, stepsCount: 10 }];
  reserve(ledger, {
    id: id.repeat(32),
    budget: "stays",
    purpose: "training",
    events,
    planDigest: "0".repeat(64),
  });
  ledger.close();
}

describe("cloister train publish", () => {
  it("brings the log up to the ledger, and refuses a ledger that forgot", async () => {
    const file = join(folder, "ledger.sqlite");
    const ledger = openLedger(file, { create: true });
    openBudget(ledger, { budget: "stays", unit: "patient", epsilon: 3, delta: 1e-6 });
    ledger.close();
    expect(await publish(file)).toEqual({
      status: 0,
      out: expect.stringContaining('"addedCount":1'),
      err: "",
    });
    const old = join(folder, "old.sqlite");
    await copyFile(file, old);

    spend(file, "a");
    expect(JSON.parse((await publish(file)).out)).toEqual({ addedCount: 1 });
    expect(JSON.parse((await publish(file)).out)).toEqual({ addedCount: 0 });

    const restored = await publish(old);
    expect([restored.status, restored.err]).toEqual([1, expect.stringContaining("LEDGER_FORGOTTEN")]);
    spend(old, "b");
    expect((await publish(old)).err).toContain("LEDGER_FORGOTTEN");
  }, 60_000);
});
