import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { BaseError, isBaseError } from "@cloister/bytes";
import { loadSeed } from "@cloister/keys-file";
import { serveHttp, stopSignal } from "@cloister/serve-http";
import { openWitnessStore } from "@cloister/store-sqlite/witness";
import { type Cosigner, cosigner, parsePolicy, Witness } from "@cloister/transparency/witnessing";
import { readCommand, usage, type WitnessCommand } from "./config.ts";
import { createWitnessServer } from "./server.ts";

async function main(): Promise<void> {
  process.umask(0o077);
  const command = readCommand(process.argv.slice(2));
  if (command.do === "help") process.stdout.write(usage);
  else if (command.do === "print-policy") await printPolicy(command);
  else await serve(command);
}

/** Both kinds sign: logs and their readers of today know Ed25519, the other outlives it. */
async function cosigners({ dataDir, name }: { dataDir: string; name: string }): Promise<Cosigner[]> {
  const clock = Date.now;
  const seedOf = (file: string) => loadSeed(join(dataDir, file));
  return [
    cosigner({ name, clock, algorithm: "ed25519", seed: await seedOf("witness.key") }),
    cosigner({ name, clock, algorithm: "ml-dsa-44", seed: await seedOf("witness-ml-dsa-44.key") }),
  ];
}

/** One witness with two keys: a group, so that it cannot count twice. */
async function printPolicy(where: { dataDir: string; name: string }): Promise<void> {
  const keys = await cosigners(where);
  const name = where.name.replaceAll("/", "-");
  const names = ["ed25519", "ml-dsa-44"].map((algorithm) => `${name}-${algorithm}`);
  const lines = keys.map(({ vkey }, at) => `witness ${names[at]} ${vkey}\n`);
  process.stdout.write(`${lines.join("")}group ${name} any ${names.join(" ")}\n`);
}

async function serve(command: Extract<WitnessCommand, { do: "serve" }>): Promise<void> {
  const { dataDir, logsFile, host, port } = command;
  const logs = await readLogs(logsFile);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const keys = await cosigners(command);
  const store = openWitnessStore(join(dataDir, "witness.sqlite"));
  try {
    const witness = new Witness({ logs, cosigners: keys, store });
    const logger = (line: object) =>
      process.stderr.write(`${JSON.stringify({ time: Date.now(), ...line })}\n`);
    const app = createWitnessServer({ witness, logger });
    const served = await serveHttp({ fetch: app.fetch, host, port });
    const vkeys = keys.map(({ vkey }) => vkey);
    process.stdout.write(
      `${JSON.stringify({ listening: served.port, vkeys, origins: witness.origins() })}\n`,
    );
    await stopSignal();
    await served.close();
  } finally {
    store.close();
  }
}

async function readLogs(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "POLICY_FILE", `${file} cannot be read`, { cause });
  });
  const logs = parsePolicy(text).logs.map(({ vkey }) => vkey);
  if (logs.length > 0) return logs;
  throw new BaseError("Usage", "POLICY_FILE", `${file} names no log: add a line "log" with its verifier key`);
}

try {
  await main();
} catch (error) {
  const said = isBaseError(error) ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`cloister witness: ${said}\n`);
  process.exitCode = 1;
}
