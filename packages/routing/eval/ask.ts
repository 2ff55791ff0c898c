import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** What the driver answers to a text; an error line has none of it. */
export interface Answer {
  readonly sensitivity?: string;
  readonly processor?: string;
  readonly deidentify?: boolean;
  readonly reasons?: readonly string[];
}

const driver = fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url));
const available = ["client", "enclave", "on-premise", "cloud"];

/** Asks the product's driver about each text, with every place available. */
export function answersOf(texts: readonly string[]): Answer[] {
  const input = texts.map((text, id) => `${JSON.stringify({ id, text, available })}\n`).join("");
  const { stdout, status } = spawnSync(process.execPath, [driver, "conform", "route"], {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error("the driver failed");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
}
