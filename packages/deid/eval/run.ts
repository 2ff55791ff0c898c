/**
 * Figures of the detector: `node packages/deid/eval/run.ts [balanced|strict] [--examples N]`.
 * The held-out set is written from templates and names that training never sees; the public development sets are
 * read where they lie beside the repository, and the third of them kept from training is told apart.
 */
import { existsSync } from "node:fs";
import process from "node:process";
import { type DetectionMode, detect } from "../src/detect.ts";
import { buildCorpus, isKeptBack } from "../training/corpus.ts";
import { sharedLines } from "../training/sources.ts";
import { marked } from "./marked.ts";
import { type Case, percent, Score } from "./score.ts";

const mode: DetectionMode = process.argv.includes("strict") ? "strict" : "balanced";
const examples = Number(process.argv[process.argv.indexOf("--examples") + 1] ?? 0) || 0;

function report(name: string, cases: readonly Case[]): void {
  const score = new Score();
  const started = process.cpuUsage();
  for (const each of cases) score.add(each, detect(each.text, mode));
  const { user } = process.cpuUsage(started);
  const { texts, identifiers, covered, precision, clean, hit } = score.summary();
  const bytes = cases.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  process.stdout.write(
    `${name.padEnd(22)} ${texts} texts, ${identifiers} identifiers: covered ${covered} %, precision ${precision} %, clean ${clean} %, texts with a wrong mask ${hit} %, ${(bytes / user).toFixed(2)} MB/s\n`,
  );
  const labels = [...score.byLabel].sort(([a], [b]) => (a < b ? -1 : 1));
  if (labels.length > 0)
    process.stdout.write(
      `  ${labels.map(([label, { count, covered: got }]) => `${label} ${percent(got, count)} (${count})`).join(", ")}\n`,
    );
  for (const [title, lines] of [
    ["missed", score.missed],
    ["wrong", score.wrong],
  ] as const) {
    const every = Math.max(1, Math.floor(lines.length / Math.max(1, examples)));
    for (const line of lines.filter((_, at) => at % every === 0).slice(0, examples))
      process.stdout.write(`    ${title} ${line}\n`);
  }
}

report("written by hand", marked("by-hand.txt"));
for (const half of ["dev", "held-out"]) {
  const cases = marked(`second-${half}.txt`);
  report(
    `second, ${half}`,
    cases.filter(({ spans }) => spans.length > 0),
  );
  report(
    `second, ${half}, nobody`,
    cases.filter(({ spans }) => spans.length === 0),
  );
}
const { heldOut } = await buildCorpus(0);
report("own held-out", heldOut);
for (const name of ["clinical", "asq", "asqneg", "presidio", "ambient", "medq"]) {
  const file = `deid/data/sets/dev/${name}.jsonl`;
  if (!existsSync(new URL(`../../../../shared/data/${file}`, import.meta.url))) continue;
  const lines = sharedLines<Case & { id: string }>(file);
  const trained = ["asq", "asqneg", "presidio"].includes(name);
  report(`development ${name}`, trained ? lines.filter(({ id }) => isKeptBack(id)) : lines);
}
