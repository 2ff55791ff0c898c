/**
 * Prints the safety figures of both sets:
 *
 *     node packages/safety/eval/run.ts [--wrong]
 *
 * `--wrong` lists what was judged wrongly in the development set. There is no such option for the held-out
 * set: who reads it can no longer measure with it.
 */
import process from "node:process";
import {
  type Figure,
  isReached,
  measureDowngrades,
  measureInjection,
  measureRedFlags,
  measureReplies,
} from "./measure.ts";

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function lineOf(figure: Figure): string {
  const { name, count, of, target } = figure;
  const goal = "least" in target ? `≥ ${percent(target.least)}` : `≤ ${percent(target.most)}`;
  const share = of === 0 ? "–" : percent(count / of);
  return `| ${name} | ${count} of ${of} | ${share} | ${goal} | ${isReached(figure) ? "yes" : "no"} |`;
}

for (const set of process.argv.includes("--dev") ? (["dev"] as const) : (["dev", "held-out"] as const)) {
  const figures = [
    ...measureRedFlags(set),
    ...measureInjection(set),
    ...measureReplies(set),
    measureDowngrades(set),
  ].filter(({ of }) => of > 0);
  process.stdout.write(`\n## ${set}\n\n| | | | goal | reached |\n|---|---|---|---|---|\n`);
  for (const figure of figures) {
    process.stdout.write(`${lineOf(figure)}\n`);
    if (set === "dev" && process.argv.includes("--wrong")) {
      for (const text of figure.wrong) process.stdout.write(`    ${text.slice(0, 200)}\n`);
    }
  }
}
