import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Channel } from "@cloister/channel";
import { connectChannel } from "@cloister/channel-node";
import { build } from "vite";
import { z } from "zod";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../", import.meta.url));
const cloister = join(repository, "apps/cli/bin/cloister.js");
const agent = fileURLToPath(new URL("enclave-agent.ts", import.meta.url));

/** Runs a command of the product; what it printed. */
export async function enclave(...args: readonly string[]): Promise<string> {
  return (await run(process.execPath, [cloister, "enclave", ...args], { cwd: repository })).stdout;
}

/** The tests' agent as one file in a folder. */
export async function bundleAgent(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: "silent",
    root: repository,
    ssr: { noExternal: true },
    build: { ssr: agent, outDir: folder, emptyOutDir: true, target: "node24", minify: false },
  });
  await rename(join(folder, "enclave-agent.js"), join(folder, "main.js"));
}

/** A folder for what images need, kept between runs: 55 MB of packages. */
export async function keptFolder(): Promise<string> {
  const folder = join(repository, ".cloister");
  await mkdir(folder, { recursive: true });
  return folder;
}

const startedForm = z.object({
  machine: z.enum(["nitro-enclave", "microvm"]),
  vsock: z.string(),
  port: z.number(),
});
/** What `enclave run --json` says when it has started. */
export type Started = z.infer<typeof startedForm>;

/** Boots an image with the product's command; `end` ends it as Ctrl-C would. */
export async function boot(
  image: string,
  data: string,
): Promise<{ started: Started; end: () => Promise<void> }> {
  const child = spawn(process.execPath, [cloister, "enclave", "run", image, "--data", data, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const end = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    child.kill("SIGINT");
    await once(child, "exit");
  };
  for await (const line of createInterface(child.stdout)) {
    return { started: startedForm.parse(JSON.parse(line)), end };
  }
  throw new Error("the enclave did not start");
}

/** Connects until the agent inside listens. */
export async function connectInside({ vsock, port }: Started, withinMs: number): Promise<Channel> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      const rest = { side: "host", accept: () => undefined, onClose: () => undefined } as const;
      return await connectChannel({ vsock, port }, rest);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(500);
    }
  }
}
