/// <reference types="node" />
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DemoReport, describeDemo } from "./report.ts";

const launcher = fileURLToPath(new URL("../../bin/cloister.js", import.meta.url));

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "cloister-demo-test-"));
});
afterEach(() => rm(temporary, { recursive: true, force: true }));

function start(args: readonly string[]) {
  const env = { ...process.env, TMPDIR: temporary };
  return spawn(process.execPath, [launcher, "demo", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Command lines that name a path; none where there is no ps. */
function processesWith(path: string): string[] {
  const { status, stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n").filter((line) => line.includes(path)) : [];
}

describe("cloister demo", () => {
  it("shows all that it has to show, and removes what it made", async () => {
    const demo = start(["--json"]);
    const [output, complaints, status] = await Promise.all([
      text(demo.stdout),
      text(demo.stderr),
      new Promise((resolve) => demo.once("exit", resolve)),
    ]);
    expect({ status, complaints }).toMatchObject({ status: 0 });
    const report = JSON.parse(output) as DemoReport;
    expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(report).toMatchObject({
      passed: true,
      relay: { markerFilesCount: 0, controlFound: true },
      receipt: { verified: true },
      log: { verified: true, counts: { "consent.granted": 1, "consent.revoked": 1, "ai.answered": 1 } },
    });
    expect(report.transcript.length).toBeGreaterThanOrEqual(6);
    expect(describeDemo(report).join("\n")).toContain("All of it holds");
    expect(describeDemo({ ...report, passed: false }).join("\n")).toContain("NOT all of it holds");
    expect(await readdir(temporary)).toEqual([]);
  }, 60_000);

  it("cleans up when somebody ends it", async () => {
    const demo = start([]);
    const ended = new Promise<number | null>((resolve) => demo.once("exit", resolve));
    demo.stderr.on("data", (chunk: Buffer) => {
      if (chunk.includes("relay")) demo.kill("SIGTERM");
    });
    expect(await ended).not.toBe(0);
    expect(await readdir(temporary)).toEqual([]);
    expect(processesWith(temporary)).toEqual([]);
  }, 60_000);
});
