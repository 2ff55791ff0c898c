import { resolve } from "node:path";
import type { Command } from "commander";
import { report } from "../output.ts";

interface BackupOptions {
  readonly data: string;
  readonly to: string;
  readonly newKey?: string;
  readonly json: boolean;
}

interface RestoreOptions {
  readonly data: string;
  readonly key: string;
  readonly drill: boolean;
  readonly json: boolean;
}

export function addBackupCommands(program: Command): void {
  program
    .command("backup")
    .description("copy the organisation's data, sealed and signed, while it runs or not")
    .requiredOption("--to <folder>", "where backups are collected; better on another machine")
    .option("--data <dir>", "data of the organisation", ".cloister")
    .option("--new-key <file>", "make the key that opens backups, once; keep the file apart from the data")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nThe assistant's state stays behind: a ratchet must never go back in time.")
    .action(backup);
  program
    .command("restore <backup>")
    .description("put a backup into a new data folder, verified; or only try whether that works")
    .requiredOption("--key <file>", "the key that opens backups")
    .option(
      "--data <dir>",
      "the folder to make; with --drill the live one, where the result is noted",
      ".cloister",
    )
    .option("--drill", "restore into a temporary folder, time it, verify it, remove it", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExits with 1 when the backup does not verify. Nothing is ever written over.")
    .action(restore);
}

async function backup(options: BackupOptions): Promise<void> {
  const { makeBackup, useBackupKey } = await import("../backup/make.ts");
  const dataDir = resolve(options.data);
  if (options.newKey !== undefined) await useBackupKey(dataDir, resolve(options.newKey));
  const note = await makeBackup({ dataDir, to: resolve(options.to), nowMs: Date.now() });
  report({
    json: options.json,
    value: note,
    lines: [
      `Backed up ${note.filesCount} files, ${(note.sizeBytes / 1e6).toFixed(1)} MB, to ${note.folder}`,
      `  try it  npx cloister restore ${note.folder} --drill --key FILE`,
    ],
  });
}

async function restore(folder: string, options: RestoreOptions): Promise<void> {
  const { drill, restore: putBack } = await import("../backup/restore.ts");
  const input = { backup: resolve(folder), keyFile: resolve(options.key), dataDir: resolve(options.data) };
  const result = await (options.drill ? drill(input) : putBack(input));
  const seconds = (result.durationMs / 1000).toFixed(1);
  report({
    json: options.json,
    value: result,
    lines: [
      `${options.drill ? "Tried" : "Restored"}: ${result.filesCount} files of ${result.madeAt}, ${seconds} s`,
      `  databases sound, ${result.logSize} entries of the log verified, a new epoch at the relay`,
      ...(options.drill ? [] : ["  the assistant joins anew at `cloister up`; see docs/run.md"]),
    ],
  });
}
