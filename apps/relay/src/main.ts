import process from "node:process";
import { isBaseError, toHex } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { loadSeed } from "@cloister/keys-file";
import { help, readCommand, readOrganisation, type ServeOptions } from "./config.ts";
import { stderrLog } from "./log.ts";
import { createRelayServer, tokenKeyFile } from "./server.ts";

async function main(): Promise<void> {
  process.umask(0o077);
  const command = readCommand(process.argv.slice(2));
  switch (command.do) {
    case "help":
      process.stdout.write(help);
      return;
    case "print-token-key": {
      const { publicKey } = ed25519KeyPair(await loadSeed(tokenKeyFile(command.dataDir)));
      process.stdout.write(`${toHex(publicKey)}\n`);
      return;
    }
    case "serve":
      return serve(command.options);
  }
}

async function serve({ organisationFile, ...options }: ServeOptions): Promise<void> {
  const log = stderrLog();
  const organisation = await readOrganisation(organisationFile);
  // After a failed fsync nothing this process knows can be trusted; what it acknowledged is on disk.
  const onFatal = () => process.exit(1);
  const server = await createRelayServer({ ...options, organisation, log, onFatal });
  log({ event: "started" });
  process.stdout.write(`${JSON.stringify({ listening: server.port })}\n`);

  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  log({ event: "stopping" });
  await server.close();
  log({ event: "stopped" });
}

main().catch((error: unknown) => {
  const text = isBaseError(error) ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
