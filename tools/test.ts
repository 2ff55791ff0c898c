/**
 * `npm test`: every check there is, in the order in which a failure is cheapest to learn.
 * It sets up what it can (Chromium) and names what it still had to skip; with CI set, a skip is a failure.
 */
import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { chromiumPath } from "./chromium.ts";

const inCi = process.env["CI"] !== undefined && process.env["CI"] !== "false";

const checks: readonly (readonly [name: string, command: readonly string[]])[] = [
  ["format", ["biome", "check", "--error-on-warnings", "."]],
  ["lint", ["oxlint", "--type-aware", "--deny-warnings"]],
  ["types", ["tsc", "-b"]],
  ["types of tests", ["tsc", "-p", "tsconfig.test.json"]],
  ["boundaries", ["depcruise", "--config", ".dependency-cruiser.cjs", "packages", "adapters", "apps"]],
  ["unused code", ["knip"]],
];

/** Runs a command with its output shown; returns its exit code and its last non-empty line. */
async function run(command: readonly string[]): Promise<{ code: number; lastLine: string }> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"], env: process.env });
  let tail = "";
  child.stdout.on("data", (chunk: Buffer) => {
    process.stdout.write(chunk);
    tail = (tail + chunk.toString()).slice(-4096);
  });
  const code = await new Promise<number>((resolve) => {
    child.on("error", () => resolve(127));
    child.on("close", (status) => resolve(status ?? 1));
  });
  return { code, lastLine: tail.trim().split("\n").at(-1) ?? "" };
}

/** Debian as root: through apt. Elsewhere: Playwright's own download. Failing is not fatal outside CI. */
function installChromium(): void {
  process.stdout.write("chromium: not found, installing it\n");
  const quiet = {
    stdio: ["ignore", "ignore", "inherit"] as ["ignore", "ignore", "inherit"],
    timeout: 900_000,
  };
  const isRoot = process.getuid?.() === 0;
  if (isRoot && spawnSync("apt-get", ["--version"], quiet).status === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { ...quiet, env });
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { ...quiet, env });
  }
  if (chromiumPath() === undefined) spawnSync("playwright", ["install", "chromium"], quiet);
}

async function main(): Promise<number> {
  for (const [name, command] of checks) {
    const started = performance.now();
    const { code } = await run(command);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${name}: ${code === 0 ? "ok" : "FAILED"} (${seconds} s)\n`);
    if (code !== 0) return code;
  }
  if (chromiumPath() === undefined) installChromium();
  const { code, lastLine } = await run(["vitest", "run"]);
  const skipped = /, (\d+) skipped$/.exec(lastLine)?.[1] ?? "0";
  if (code === 0 && inCi && skipped !== "0") {
    process.stdout.write("skipped tests are failures in CI; their names are above\n");
    process.stdout.write(`${lastLine}\n`);
    return 1;
  }
  return code;
}

process.exitCode = await main();
