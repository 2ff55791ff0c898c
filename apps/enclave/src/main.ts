import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { isBaseError, toBase64Url, toHex, toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { KnowledgeIndex } from "@cloister/retrieval";
import { findIsolation, loadDevelopmentRoot, measure } from "@cloister/tee-dev";
import { type Command, type RunConfig, readCommand, usage } from "./config.ts";

async function main(): Promise<void> {
  process.umask(0o077);
  const command = readCommand(process.argv.slice(2));
  switch (command.do) {
    case "help":
      process.stdout.write(usage);
      return;
    case "build":
      return build(command);
    case "bundle":
      await bundle(command.out);
      return;
    case "run":
      return run(command);
  }
}

/** Writes the bundle; the same bytes from the same sources. */
async function bundle(out: string): Promise<string> {
  const { bundleAgent } = await import("./bundle.ts");
  const program = await bundleAgent();
  await writeFile(out, program);
  return program;
}

/** Writes the bundle, and says what makes up a release of it. */
async function build({ out, root, index }: Extract<Command, { do: "build" }>): Promise<void> {
  const program = await bundle(out);
  const isolation = findIsolation();
  const pcrs = await measure({ program: toUtf8(program), isolation });
  const { certificate } = await loadDevelopmentRoot(root, { random: systemRandom, nowMs: Date.now() });
  say({
    isolation,
    measurements: [...pcrs.values()].map(toHex),
    knowledgeDigest: new KnowledgeIndex(await readFile(index)).digest,
    root: toBase64Url(certificate),
  });
}

async function run(config: RunConfig): Promise<void> {
  const { runEnclave } = await import("./host.ts");
  const enclave = await runEnclave(config);
  say({ ready: true, account: enclave.account, place: enclave.place });
  const asked = new Promise<boolean>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(true));
  });
  const wasAsked = await Promise.race([asked, enclave.ended.then(() => false)]);
  await enclave.stop();
  // Whoever watches this process starts it again: another boot, another identity.
  process.exit(wasAsked ? 0 : 1);
}

function say(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${isBaseError(error) ? `${error.message} (${error.code})` : String(error)}\n`);
  process.exit(1);
});
