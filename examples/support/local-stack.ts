import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const cloister = fileURLToPath(new URL("../../apps/cli/bin/cloister.js", import.meta.url));

/** A deployment for as long as an example runs. */
export interface LocalStack {
  readonly relayUrl: string;
  /** For one clinician. */
  readonly invitationCode: string;
  /** For the example's own files; removed with the rest. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** `cloister up` on free ports, in a temporary folder, without the web app. */
export async function startLocalStack(): Promise<LocalStack> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-example-"));
  const data = join(folder, "data");
  const args = ["up", "--json", "--no-web", "--port", "0", "--log-port", "0", "--data", data];
  const child = spawn(process.execPath, [cloister, ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const { value: line } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (line === undefined) {
    await stop();
    throw new Error(`cloister up did not start; try: npx cloister ${args.join(" ")}`);
  }
  const { relayUrl, clinicianInvitation } = JSON.parse(line) as Record<
    "relayUrl" | "clinicianInvitation",
    string
  >;
  return { relayUrl, invitationCode: clinicianInvitation.split("#invite=")[1] ?? "", folder, stop };
}
