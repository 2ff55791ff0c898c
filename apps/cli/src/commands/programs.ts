import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import type { Command } from "commander";
import { paths } from "../paths.ts";

/** Programs that read their own options: each is the same when it is started by itself. */
const programs = [
  ["witness", paths.witnessMain, "cosign the checkpoints of logs that only grow"],
  ["egress", paths.egressMain, "start the way to a cloud vendor, or make a key for it"],
  [
    "federation",
    paths.federationMain,
    "train one model at several hospitals: identity, check, coordinate, join",
  ],
] as const;

export function addProgramCommands(program: Command): void {
  for (const [name, main, description] of programs) {
    program
      .command(name)
      .description(`${description}; --help lists its options`)
      .argument("[options...]")
      .allowUnknownOption()
      .helpOption(false)
      .action((options: readonly string[]) => run(main, options));
  }
}

async function run(main: string, options: readonly string[]): Promise<void> {
  const args = ["--disable-warning=ExperimentalWarning", main, ...options];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, "exit")) as [number | null];
  process.exitCode = code ?? 1;
}
