import process from "node:process";
import { BaseError } from "@cloister/bytes";
import { runAgent } from "./agent.ts";
import { readConfig, usage } from "./config.ts";
import { stderrLogger } from "./logger.ts";
import { machineSeat } from "./machine.ts";

async function main(): Promise<void> {
  process.umask(0o077);
  const config = readConfig(process.argv.slice(2));
  if (config === undefined) {
    process.stdout.write(usage);
    return;
  }
  const logger = stderrLogger();
  const agent = await runAgent(await machineSeat(config), logger);
  process.stdout.write(`${JSON.stringify({ ready: true, account: agent.account })}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  await agent.stop();
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BaseError)) throw error;
  process.stderr.write(`cloister agent: ${error.message} (${error.code})\n`);
  process.exitCode = 1;
  // Open stores and sockets would keep the process.
  setImmediate(() => process.exit());
}
