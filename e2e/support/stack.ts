import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../apps/cli/bin/cloister.js", import.meta.url));
/** An emulated machine boots for minutes beside other work. */
const startTimeoutMs = 280_000;

/** The assistant's process is its enclave's host; what is inside ends with it. */
const mains = {
  relay: "apps/relay/src/main.ts",
  log: "apps/log/src/main.ts",
  agent: "apps/enclave/src/main.ts run",
} as const;

export interface RunningStack {
  readonly dataDir: string;
  readonly relayUrl: string;
  readonly logUrl: string;
  /** Opens the web app with an invitation for one clinician. */
  readonly clinicianInvitation: string;
  /** The process that runs one of the apps at this moment; another after a crash. */
  pidOf(app: "relay" | "log" | "agent"): number | undefined;
  /** Ends every process and leaves the data. */
  halt(): Promise<void>;
  /** After {@link halt}: the same data at the same addresses. */
  startAgain(): Promise<void>;
  /** Ends every process and removes the data. */
  stop(): Promise<void>;
}

/**
 * `cloister up` as a person starts it, on free ports, in a folder of its own.
 * @param prepare puts into the folder what has to be there before
 */
export async function startStack(
  options: readonly string[] = [],
  prepare?: (dataDir: string) => Promise<void>,
): Promise<RunningStack> {
  const dataDir = await mkdtemp(join(tmpdir(), "cloister-e2e-"));
  await prepare?.(dataDir);
  const launch = async (ports: readonly string[]) => {
    const args = ["up", "--json", "--data", dataDir, ...ports, ...options];
    const launched = spawn(process.execPath, [launcher, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    return { child: launched, ready: await firstJsonLine(launched) };
  };
  let { child, ready } = await launch(["--port", "0", "--log-port", "0"]);
  const relayUrl = String(ready["relayUrl"]);
  const logUrl = String(ready["logUrl"]);
  return {
    dataDir,
    relayUrl,
    logUrl,
    clinicianInvitation: String(ready["clinicianInvitation"]),
    pidOf: (app) => findProcess(dataDir, mains[app]),
    halt: () => end(child),
    startAgain: async () => {
      ({ child, ready } = await launch([
        "--port",
        new URL(relayUrl).port,
        "--log-port",
        new URL(logUrl).port,
      ]));
    },
    stop: async () => {
      await end(child);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Runs a cloister command to its end. */
export function cloister(args: readonly string[]): { status: number; stdout: string; stderr: string } {
  const result = spawnSync(process.execPath, [launcher, ...args], { encoding: "utf8", timeout: 120_000 });
  return { status: result.status ?? -1, stdout: result.stdout, stderr: result.stderr };
}

async function firstJsonLine(child: ChildProcess): Promise<Record<string, unknown>> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("cloister up has no pipes");
  let complaints = "";
  stderr.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4000);
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`cloister up ${why}\n${complaints}`));
    const timer = setTimeout(() => fail("was not ready in time"), startTimeoutMs);
    child.once("exit", (code) => fail(`ended with ${code}`));
    createInterface({ input: stdout }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      clearTimeout(timer);
      child.removeAllListeners("exit");
      resolve(JSON.parse(line) as Record<string, unknown>);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await ended;
  clearTimeout(timer);
}

/** By command line: the data folder is in it, so other stacks on this machine are never touched. */
function findProcess(dataDir: string, main: string): number | undefined {
  const { stdout } = spawnSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" });
  const line = stdout.split("\n").find((entry) => entry.includes(main) && entry.includes(dataDir));
  return line === undefined ? undefined : Number.parseInt(line.trim(), 10);
}
