/**
 * Prints how the conformance suite `route` judges texts whose kind is known, as a table:
 *
 *     node packages/routing/eval/run.ts [--dev] [--wrong]
 *
 * `--dev` leaves out the held-out sets, `--wrong` prints what is called public and should not be, or the reverse.
 */
import process from "node:process";
import { hasSharedData } from "../training/shared.ts";
import { type Answer, answersOf } from "./ask.ts";
import { type EvalSet, ownSets, sharedSets } from "./sets.ts";

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

const isDev = process.argv.includes("--dev");
const sets = [
  ...ownSets().filter(({ heldOut }) => !(isDev && heldOut)),
  ...(hasSharedData ? sharedSets() : []),
];
process.stdout.write(
  "| set | kind | texts | public | contextual | sensitive | to the cloud | unmasked to the cloud |\n|---|---|---|---|---|---|---|---|\n",
);
for (const set of sets) print(set, process.argv.includes("--wrong"));
