import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);
const version = "2026.10.11549";
const cache = join(import.meta.dirname, "../../../../node_modules/.cache/cloister", `xllamacpp-${version}`);

/** llama.cpp's own HTTP server, as the wheel `xllamacpp` has it (MIT, 34 MB). */
const script = `
import sys, threading
sys.path.insert(0, sys.argv[1])
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[2]
params.model_alias = {"tiny"}
params.port = 0
params.n_ctx = 4096
params.n_parallel = 2
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.endpoint_slots = True
params.warmup = False
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
`;

/** Brings the server once; the folder is there as a whole or not at all. */
async function install(): Promise<void> {
  if (existsSync(cache)) return;
  await mkdir(join(cache, ".."), { recursive: true });
  const partial = await mkdtemp(`${cache}.`);
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  await run("python3", ["-m", "pip", "install", ...options, "--target", partial, `xllamacpp==${version}`], {
    timeout: 240_000,
  });
  // Another test run may have been faster.
  await rename(partial, cache).catch(() => rm(partial, { recursive: true, force: true }));
}

/** A server under test, in a process of its own. */
export interface LlamaServer {
  readonly address: string;
  /** Whether its engine computes. */
  isBusy(): Promise<boolean>;
  stop(): Promise<void>;
}

/** Undefined where there is no Python 3.10 with pip, or no registry. */
export async function startLlamaServer(weights: Uint8Array): Promise<LlamaServer | undefined> {
  const installed = await install().then(
    () => true,
    () => false,
  );
  if (!installed) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "cloister-llama-server-"));
  const file = join(folder, "tiny.gguf");
  await writeFile(file, weights);
  const child = spawn("python3", ["-c", script, cache, file], { stdio: ["pipe", "pipe", "ignore"] });
  const address = await firstLine(child);
  return {
    address,
    isBusy: async () => {
      const slots = (await (await fetch(`${address}/slots`)).json()) as { is_processing: boolean }[];
      return slots.some((slot) => slot.is_processing);
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("the server ended while starting")));
    if (child.stdout) createInterface({ input: child.stdout }).once("line", resolve);
  });
}
