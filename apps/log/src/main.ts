import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { BaseError, isBaseError } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { loadSeed, readSecret, writeAtomically } from "@cloister/keys-file";
import { serveHttp, stopSignal } from "@cloister/serve-http";
import { openLogStore } from "@cloister/store-sqlite/log";
import { formatVerifierKey, TransparencyLog } from "@cloister/transparency";
import { parsePolicy } from "@cloister/transparency/witnessing";
import { help, type LogConfig, readCommand } from "./config.ts";
import { type Logger, stderrLogger } from "./logger.ts";
import { createLogServer } from "./server.ts";
import { Witnessing } from "./witnessing.ts";

async function main(): Promise<void> {
  process.umask(0o077);
  const command = readCommand(process.argv.slice(2), process.env);
  switch (command.do) {
    case "help":
      process.stdout.write(help);
      return;
    case "print-vkey": {
      const { publicKey } = ed25519KeyPair(await loadSeed(keyFile(command.dataDir)));
      process.stdout.write(`${formatVerifierKey(command.origin, publicKey)}\n`);
      return;
    }
    case "serve":
      return run(command.config);
  }
}

async function run(config: LogConfig): Promise<void> {
  const { dataDir, origin, tokenKey, host, publicUrl, webOrigin, leavesPerSecond } = config;
  const seed = await loadSeed(keyFile(dataDir));
  const readerToken = await readReaderToken(config);
  const store = await openLogStore(join(dataDir, "log.sqlite"));
  const log = new TransparencyLog({ store, origin, seed });
  const size = await log.size(); // holds the store against its own checkpoint before anybody relies on it
  const logger = stderrLogger();
  const witnessing = await openWitnessing(config, log, logger);
  const app = createLogServer({
    log,
    tokenKey,
    hosts: { listensOn: host, publicHosts: publicUrl === undefined ? [] : [new URL(publicUrl).host] },
    leavesPerSecond,
    clock: Date.now,
    logger,
    ...(readerToken === undefined ? {} : { readerToken }),
    ...(witnessing === undefined ? {} : { witnessing }),
    ...(webOrigin === undefined ? {} : { webOrigin }),
  });
  const served = await serveHttp({ fetch: app.fetch, host, port: config.port });
  witnessing?.wake();
  logger({ event: "started", size });
  process.stdout.write(`${JSON.stringify({ listening: served.port, origin, vkey: log.vkey })}\n`);

  await stopSignal();
  logger({ event: "stopping" });
  witnessing?.stop();
  await served.close();
  await store.close();
  logger({ event: "stopped" });
}

async function openWitnessing(
  { policyFile, dataDir }: LogConfig,
  log: TransparencyLog,
  logger: Logger,
): Promise<Witnessing | undefined> {
  if (policyFile === undefined) return undefined;
  const text = await readFile(policyFile, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "POLICY_FILE", `${policyFile} cannot be read`, { cause });
  });
  const file = join(dataDir, "witnessed.checkpoint");
  const kept = await readFile(file, "utf8").catch(() => undefined);
  return new Witnessing({
    log,
    policy: parsePolicy(text),
    logger,
    keep: (note) => writeAtomically(file, note),
    ...(kept === undefined ? {} : { kept }),
    fetch,
  });
}

/** Whoever loses it ends the log: it cannot go on under another key. */
function keyFile(dataDir: string): string {
  return join(dataDir, "log.key");
}

async function readReaderToken({ readerTokenFile }: LogConfig): Promise<string | undefined> {
  if (readerTokenFile === undefined) return undefined;
  const token = (await readSecret(readerTokenFile)).trim();
  if (token.length >= 32 && !/\s/.test(token)) return token;
  throw new BaseError(
    "Usage",
    "READER_TOKEN_WEAK",
    "the reader token needs 32 characters or more, no spaces",
  );
}

try {
  await main();
} catch (error) {
  const said = isBaseError(error) ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`cloister log: ${said}\n`);
  process.exitCode = 1;
  // A store that is open keeps its thread, and with it the process.
  setImmediate(() => process.exit());
}
