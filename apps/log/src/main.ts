import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { BaseError, isBaseError } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { loadSeed, readSecret } from "@cloister/keys-file";
import { openLogStore } from "@cloister/store-sqlite/log";
import { formatVerifierKey, TransparencyLog } from "@cloister/transparency";
import { createAdaptorServer } from "@hono/node-server";
import { help, type LogConfig, readCommand } from "./config.ts";
import { stderrLogger } from "./logger.ts";
import { createLogServer } from "./server.ts";

const requestTimeoutMs = 10_000;
const stopTimeoutMs = 5_000;

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
  const app = createLogServer({
    log,
    tokenKey,
    hosts: { listensOn: host, publicHosts: publicUrl === undefined ? [] : [new URL(publicUrl).host] },
    leavesPerSecond,
    clock: Date.now,
    logger,
    ...(readerToken === undefined ? {} : { readerToken }),
    ...(webOrigin === undefined ? {} : { webOrigin }),
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { requestTimeout: requestTimeoutMs },
  });
  const port = await listen(server as Server, config);
  logger({ event: "started", size });
  process.stdout.write(`${JSON.stringify({ listening: port, origin, vkey: log.vkey })}\n`);

  await stopSignal();
  logger({ event: "stopping" });
  await close(server as Server);
  await store.close();
  logger({ event: "stopped" });
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

async function listen(server: Server, { host, port }: LogConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new BaseError("Usage", "LISTEN_FAILED", `cannot listen on ${host}:${port} (${error.code})`));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
}

/** Lets requests in progress finish, for a while; a connection ends when its request did. */
async function close(server: Server): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const deadline = setTimeout(() => server.closeAllConnections(), stopTimeoutMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(idle);
  clearTimeout(deadline);
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
