/**
 * Prints how the conformance suite `route` judges texts whose kind is known, as a table:
 *
 *     node packages/routing/eval/run.ts [--dev] [--wrong]
 *
 * `--dev` leaves out the held-out sets, `--wrong` prints what is called public and should not be, or the reverse.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { hasSharedData } from "../training/shared.ts";
import { type EvalSet, ownSets, sharedSets } from "./sets.ts";

interface Answer {
  readonly sensitivity?: string;
  readonly processor?: string;
  readonly deidentify?: boolean;
  readonly reasons?: readonly string[];
}

const driver = fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url));
const available = ["client", "enclave", "on-premise", "cloud"];

function answersOf(texts: readonly string[]): Answer[] {
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

function print({ name, kind, heldOut, texts }: EvalSet, showsWrong: boolean): void {
  const answers = answersOf(texts);
  const share = (holds: (answer: Answer) => boolean): string =>
    ((100 * answers.filter(holds).length) / answers.length).toFixed(1);
  const cells = [
    name + (heldOut ? " (held out)" : ""),
    kind,
    texts.length,
    share(({ sensitivity }) => sensitivity === "public"),
    share(({ sensitivity }) => sensitivity === "contextual"),
    share(({ sensitivity }) => sensitivity === "sensitive"),
    share(({ processor }) => processor === "cloud"),
    answers.filter(({ processor, deidentify }) => processor === "cloud" && deidentify !== true).length,
  ];
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
  if (!showsWrong) return;
  for (const [at, { sensitivity, reasons }] of answers.entries()) {
    const isWrong =
      (sensitivity === "public") !== (kind === "general") ||
      (kind === "protected" && sensitivity !== "sensitive");
    if (isWrong) process.stdout.write(`    ${reasons?.join() ?? "error"}: ${texts[at]?.slice(0, 160)}\n`);
  }
}

const sets = [...(process.argv.includes("--dev") ? [] : ownSets()), ...(hasSharedData ? sharedSets() : [])];
process.stdout.write(
  "| set | kind | texts | public | contextual | sensitive | to the cloud | unmasked to the cloud |\n|---|---|---|---|---|---|---|---|\n",
);
for (const set of sets) print(set, process.argv.includes("--wrong"));
