import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { BaseError } from "@cloister/bytes";

const readyTimeoutMs = 30_000;
const stopTimeoutMs = 8_000;
const steadyMs = 10_000;

export interface ProcessSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** What the first JSON line on its standard output must have for it to count as ready. */
  readonly readyField: string;
  /** Lines on standard error: structured, PHI-free logs. */
  readonly onLog: (line: string) => void;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: () => number | undefined;
  /** The first JSON line: what the process says about itself. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
}

interface Started {
  readonly child: ChildProcess;
  readonly ready: Readonly<Record<string, unknown>>;
}

/** Runs one TypeScript file on this Node, and again after a crash, with growing pauses. */
export async function supervise(spec: ProcessSpec): Promise<RunningProcess> {
  let stopping = false;
  let failuresCount = 0;
  const first = await start(spec);
  let child = first.child;

  const watch = (watched: ChildProcess, startedAtMs: number) => {
    watched.once("exit", () => {
      if (stopping) return;
      failuresCount = performance.now() - startedAtMs > steadyMs ? 0 : failuresCount + 1;
      const pauseMs = Math.min(250 * 2 ** failuresCount, 15_000);
      spec.onLog(JSON.stringify({ event: "restart", process: spec.name, pauseMs }));
      setTimeout(() => void restart(), pauseMs);
    });
  };
  const restart = async () => {
    if (stopping) return;
    try {
      const startedAtMs = performance.now();
      const next = await start(spec);
      child = next.child;
      if (stopping) child.kill("SIGTERM");
      else watch(child, startedAtMs);
    } catch {
      failuresCount += 1;
      setTimeout(() => void restart(), Math.min(250 * 2 ** failuresCount, 15_000));
    }
  };
  watch(child, performance.now());

  return {
    name: spec.name,
    pid: () => child.pid,
    ready: first.ready,
    stop: async () => {
      stopping = true;
      await stop(child);
    },
  };
}

function start(spec: ProcessSpec): Promise<Started> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", spec.file, ...spec.args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  createInterface({ input: child.stderr }).on("line", spec.onLog);
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new BaseError("Unavailable", "PROCESS_NOT_READY", `${spec.name} ${why}`));
    };
    const timer = setTimeout(() => fail("did not become ready in time"), readyTimeoutMs);
    child.once("error", () => fail("could not be started"));
    child.once("exit", () => fail("ended while starting; its log above says why"));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const ready = parseReady(line, spec.readyField);
      if (ready === undefined) return;
      clearTimeout(timer);
      child.removeAllListeners("exit");
      resolve({ child, ready });
    });
  });
}

function parseReady(line: string, field: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && field in value
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}
