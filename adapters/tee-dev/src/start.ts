import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { bubblewrap, type Isolation, namespaces } from "./isolation.ts";
import { seccompFilter } from "./seccomp.ts";

/** Where the program finds the channel's socket, as its first argument. */
const socketFolderInside = "/run/cloister";
const programInside = "/app/agent.mjs";
const nodeInside = "/app/node";
/** The filter's descriptor, after the three that every process has. */
const filterDescriptor = 3;
const noWarning = "--disable-warning=ExperimentalWarning";

/** What is started. */
export interface DevEnclaveInput {
  /** One file of JavaScript that imports nothing but Node. */
  readonly program: string;
  /** A Unix socket in a folder that holds nothing else: the only way out. */
  readonly socket: string;
  readonly isolation: Isolation;
}

/** A program that runs apart. */
export interface DevEnclave {
  /** Its standard output goes nowhere, its standard error comes here. */
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

const stopTimeoutMs = 5000;

/** Starts a program in a sandbox. It must be measured by who starts it: nothing in here vouches for it. */
export async function startDevEnclave(input: DevEnclaveInput): Promise<DevEnclave> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-enclave-"));
  const filter = join(folder, "filter");
  const isWrapped = input.isolation === "bubblewrap";
  await writeFile(filter, isWrapped ? seccompFilter(process.arch) : new Uint8Array());
  const descriptor = openSync(filter, "r");
  const command = isWrapped ? await wrapped(input) : permitted(input);
  // No core dumps: they would hold what people said.
  const child = spawn("/bin/sh", ["-c", 'ulimit -c 0; exec "$@"', "sh", ...command], {
    env: {},
    stdio: ["ignore", "ignore", "pipe", descriptor],
  });
  closeSync(descriptor);
  await once(child, "spawn");
  await rm(folder, { recursive: true });
  return { process: child, stop: () => stop(child) };
}

async function wrapped({ program, socket }: DevEnclaveInput): Promise<string[]> {
  const libraries = [...new Set(sharedLibraries())].flatMap((file) => ["--ro-bind", file, file]);
  const node = await realpath(process.execPath);
  // biome-ignore format: an option and its value stay on one line
  return [
    bubblewrap, ...namespaces, "--clearenv", ...libraries,
    "--ro-bind", node, nodeInside,
    "--ro-bind", program, programInside,
    "--ro-bind", dirname(socket), socketFolderInside,
    "--proc", "/proc", "--dev", "/dev", "--remount-ro", "/", "--chdir", "/", "--hostname", "enclave",
    "--seccomp", String(filterDescriptor),
    nodeInside, noWarning, programInside, join(socketFolderInside, basename(socket)),
  ];
}

/** What Node itself loads; nothing else of the host's files is inside. */
function sharedLibraries(): readonly string[] {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  return sharedObjects.filter((file) => file.startsWith("/") && !file.endsWith(".node"));
}

function permitted({ program, socket }: DevEnclaveInput): string[] {
  return [process.execPath, "--permission", `--allow-fs-read=${program}`, noWarning, program, socket];
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}
