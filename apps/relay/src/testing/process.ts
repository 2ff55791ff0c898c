import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { testOrganisation } from "@cloister/testkit/relay-device";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** The real relay in a process of its own. */
export interface RelayProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Exit code and signal, once it is over. */
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>;
  /** Everything on standard error. */
  readonly log: () => string;
}

/** Starts it on `dir`, on any port. `maxFileKib` bounds each file it may write (ulimit -f). */
export async function startRelayProcess(
  dir: string,
  options: { readonly maxFileKib?: number; readonly args?: readonly string[] } = {},
): Promise<RelayProcess> {
  const organisation = join(dir, "organisation.json");
  await writeFile(organisation, JSON.stringify(testOrganisation));
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", main];
  const given = ["--data", join(dir, "relay"), "--organisation", organisation, "--port", "0"];
  const command = [...node, ...given, ...(options.args ?? [])];
  const { maxFileKib } = options;
  const [file = "", ...args] =
    maxFileKib === undefined
      ? command
      : ["bash", "-c", `ulimit -f ${maxFileKib}; exec "$@"`, "bash", ...command];
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, "line") as Promise<[string]>,
    exited.then(() => {
      throw new Error(`the relay ended while starting: ${log}`);
    }),
  ]);
  const { listening } = JSON.parse(first[0]) as { listening: number };
  return { url: `http://127.0.0.1:${listening}`, child, exited, log: () => log };
}

/** SIGKILL, as a power cut for this process. */
export async function killRelayProcess(relay: RelayProcess): Promise<void> {
  relay.child.kill("SIGKILL");
  await relay.exited;
}
