import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { BaseError } from "@cloister/bytes";
import { regionOf } from "@cloister/safety";
import { type GatewayConfig, readCommand, readConfig, usage } from "./config.ts";
import { addKey, readKeys } from "./keys.ts";
import { stderrLog } from "./log.ts";
import { openModel } from "./model.ts";
import { startGateway } from "./server.ts";

const defaultPolicy =
  "You explain medical information in plain words to patients. You give no diagnosis and no dose, you never tell anybody to stop a medicine, and you say when to see a clinician. You are a program, not a person.";

async function main(): Promise<void> {
  process.umask(0o077);
  const command = readCommand(process.argv.slice(2));
  if (command.do === "help") {
    process.stdout.write(usage);
    return;
  }
  const config = await readConfig(command.configFile);
  const keysFile = resolve(config.folder, config.keysFile);
  if (command.do === "new-key") {
    process.stdout.write(`${await addKey(keysFile, command.key)}\n`);
    return;
  }
  await serve(config, keysFile);
}

async function serve(config: GatewayConfig, keysFile: string): Promise<void> {
  const log = stderrLog();
  let keys = await readKeys(keysFile);
  const policy =
    config.policyFile === undefined
      ? defaultPolicy
      : await readFile(resolve(config.folder, config.policyFile), "utf8");
  const model = await openModel(config);
  const gateway = { model, policy, region: regionOf(config.region), keys: () => keys, log };
  const readAgain = async () => {
    try {
      keys = await readKeys(keysFile);
      log({ event: "keys-read" });
    } catch {
      // The keys that were read before stay.
      log({ event: "fault", code: "GATEWAY_KEYS" });
    }
  };
  const server = await startGateway(gateway, config.listen);
  process.on("SIGHUP", () => void readAgain());
  log({ event: "started" });
  process.stdout.write(`${JSON.stringify({ listening: server.port })}\n`);
  await new Promise<void>((done) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => done());
  });
  await server.close();
  await model.close();
  log({ event: "stopped" });
}

main().catch((error: unknown) => {
  const text = error instanceof BaseError ? `${error.message} (${error.code})` : String(error);
  process.stderr.write(`cloister gateway: ${text}\n`);
  process.exit(1);
});
