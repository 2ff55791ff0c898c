import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import type { Command } from "commander";
import { paths } from "../paths.ts";

export function addEgressCommand(program: Command): void {
  program
    .command("egress")
    .description("start the way to a cloud vendor, or make a key for it; --help lists its options")
    .argument("[options...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(run);
}

/** The egress reads its own options: it is the same program when it is started by itself. */
async function run(options: readonly string[]): Promise<void> {
  const args = ["--disable-warning=ExperimentalWarning", paths.egressMain, ...options];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, "exit")) as [number | null];
  process.exitCode = code ?? 1;
}
