import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { BaseError } from "@cloister/bytes";

const defaultReadyTimeoutMs = 30_000;
const stopTimeoutMs = 8_000;
/** Whoever ran this long was well; a crash then begins with the shortest pause again. */
const steadyMs = 10_000;
const shortestPauseMs = 250;
const longestPauseMs = 15_000;

/** The first JSON line: what a process says about itself. */
export type Ready = Readonly<Record<string, unknown>>;

export interface ProcessSpec {
  readonly name: string;
  readonly file: string;
  /** Called without what the process said about itself at first, and with it for each new start. */
  readonly args: (earlier: Ready | undefined) => readonly string[];
  /** What the first JSON line on its standard output must have for it to count as ready. */
  readonly readyField: string;
  /** 30 s unless told. */
  readonly readyTimeoutMs?: number;
  /** Lines on standard error: structured, PHI-free logs. */
  readonly onLog: (line: string) => void;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: () => number | undefined;
  readonly ready: Ready;
  /** From here on its end is no crash: it is not started again. */
  expectEnd(): void;
  /** SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
}

interface Started {
  readonly child: ChildProcess;
  readonly ready: Ready;
}

/** Runs one TypeScript file on this Node, and again after a crash, with growing pauses. */
export async function supervise(spec: ProcessSpec): Promise<RunningProcess> {
  const first = await start(spec, undefined);
  let { child } = first;
  let failuresCount = 0;
  let stopping = false;
  let pause: NodeJS.Timeout | undefined;
  let starting: Promise<void> = Promise.resolve();

  const watch = () => {
    const startedAtMs = performance.now();
    child.once("exit", () => {
      failuresCount = performance.now() - startedAtMs > steadyMs ? 0 : failuresCount + 1;
      startLater();
    });
  };
  const startLater = () => {
    if (stopping) return;
    const pauseMs = Math.min(shortestPauseMs * 2 ** failuresCount, longestPauseMs);
    spec.onLog(JSON.stringify({ event: "restart", process: spec.name, pauseMs }));
    pause = setTimeout(() => {
      starting = startAgain();
    }, pauseMs);
  };
  const startAgain = async () => {
    try {
      ({ child } = await start(spec, first.ready));
      watch();
    } catch {
      failuresCount += 1;
      startLater();
    }
  };
  const expectEnd = () => {
    stopping = true;
    clearTimeout(pause);
  };
  watch();

  return {
    name: spec.name,
    pid: () => child.pid,
    ready: first.ready,
    expectEnd,
    stop: async () => {
      expectEnd();
      await starting;
      await stop(child);
    },
  };
}

function start(spec: ProcessSpec, earlier: Ready | undefined): Promise<Started> {
  const args = ["--disable-warning=ExperimentalWarning", spec.file, ...spec.args(earlier)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let lastLine = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastLine = line;
    spec.onLog(line);
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new BaseError("Unavailable", "PROCESS_NOT_READY", `${spec.name} ${why}`));
    };
    const timer = setTimeout(
      () => fail(`did not become ready in time: ${lastLine || "it did not say why"}`),
      spec.readyTimeoutMs ?? defaultReadyTimeoutMs,
    );
    child.once("error", () => fail("could not be started"));
    // Its log closes after it ended, and with it comes the line that says why.
    child.once("close", () => fail(`ended while starting: ${lastLine || "it did not say why"}`));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const ready = parseReady(line, spec.readyField);
      if (ready === undefined) return;
      clearTimeout(timer);
      child.removeAllListeners("close");
      resolve({ child, ready });
    });
  });
}

function parseReady(line: string, field: string): Ready | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && field in value ? (value as Ready) : undefined;
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
