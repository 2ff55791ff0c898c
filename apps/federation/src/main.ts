import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { isBaseError, toHex } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { loadSeed } from "@cloister/keys-file";
import { releasesCount, taskDigest } from "@cloister/privacy/federation";
import { type FederationCommand, readCommand, usage } from "./config.ts";
import { coordinate } from "./coordinate.ts";
import { joinFederation } from "./join.ts";
import { epsilonOf } from "./model-card.ts";
import { readTask } from "./task-file.ts";

const say = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function run(command: FederationCommand): Promise<void> {
  switch (command.do) {
    case "help":
      process.stdout.write(usage);
      return;
    case "identity":
      await mkdir(command.dataDir, { recursive: true, mode: 0o700 });
      say({
        identityKey: toHex(ed25519KeyPair(await loadSeed(join(command.dataDir, "federation.key"))).publicKey),
      });
      return;
    case "check": {
      const task = await readTask(command.taskFile);
      say({
        task: toHex(taskDigest(task)),
        epsilon: epsilonOf(task, command.delta),
        delta: command.delta,
        looksCount: releasesCount(task),
        membersCount: task.members.length,
      });
      return;
    }
    case "coordinate":
      await mkdir(command.dataDir, { recursive: true, mode: 0o700 });
      return coordinate(command, say);
    case "join":
      await mkdir(command.dataDir, { recursive: true, mode: 0o700 });
      return joinFederation(command, say);
  }
}

try {
  process.umask(0o077);
  await run(readCommand(process.argv.slice(2)));
} catch (error) {
  const said = isBaseError(error) ? `${error.message} (${error.code})` : String(error);
  process.stderr.write(`cloister federation: ${said}\n`);
  process.exitCode = 1;
}
