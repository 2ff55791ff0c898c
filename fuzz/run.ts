/**
 * Fuzzes every decoder, each in a thread of its own.
 *
 *   node fuzz/run.ts [--seconds 600] [--seed N] [--target NAME] [--json]
 *
 * Ends with 1 and the input, as hex, when a target throws what it may not, or does not come back.
 */
import { randomInt } from "node:crypto";
import process from "node:process";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { toHex } from "@cloister/bytes";
import { targets } from "./targets.ts";
import type { Job, Report } from "./worker.ts";

/** No input of at most 8 KiB may take longer. */
const hangMs = 5000;
const maxInputBytes = 1 << 20;

export type Outcome = Exclude<Report, { kind: "progress" }> & { readonly target: string };

/** One target, for a while. */
export async function fuzzTarget(target: string, seed: number, forMs: number): Promise<Outcome> {
  const current = new SharedArrayBuffer(4 + maxInputBytes);
  const job: Job = { target, seed, forMs, current };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: job });
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      const hung = (): void => {
        const length = new DataView(current).getUint32(0);
        const input = toHex(new Uint8Array(current, 4, length).slice());
        resolve({ kind: "failure", target, input, error: `no answer within ${hangMs} ms` });
      };
      let watch = setTimeout(hung, hangMs * 4); // the thread starts and loads
      worker.on("message", (report: Report) => {
        clearTimeout(watch);
        if (report.kind === "progress") watch = setTimeout(hung, hangMs);
        else resolve({ ...report, target });
      });
      worker.on("error", reject);
    });
  } finally {
    await worker.terminate();
  }
}

const options = {
  seconds: { type: "string", default: "600" },
  seed: { type: "string" },
  target: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

function line(outcome: Outcome): string {
  const name = outcome.target.padEnd(20);
  if (outcome.kind === "failure") return `${name} FAILED ${outcome.error}\n  input ${outcome.input}\n`;
  const { runsCount, acceptedCount, corpusCount, blocksCount } = outcome;
  return `${name} ${runsCount} inputs, ${acceptedCount} accepted, ${corpusCount} kept, ${blocksCount} blocks reached\n`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write("node fuzz/run.ts [--seconds 600] [--seed N] [--target NAME] [--json]\n");
    return 0;
  }
  const seed = Number(values.seed ?? randomInt(1, 2 ** 31));
  const chosen = targets.filter((target) => values.target === undefined || target.name === values.target);
  if (chosen.length === 0) {
    process.stderr.write(`no such target; there are: ${targets.map((target) => target.name).join(", ")}\n`);
    return 2;
  }
  if (!values.json) process.stdout.write(`seed ${seed}\n`);
  const outcomes: Outcome[] = [];
  for (const target of chosen) {
    const outcome = await fuzzTarget(target.name, seed, (Number(values.seconds) * 1000) / chosen.length);
    outcomes.push(outcome);
    if (!values.json) process.stdout.write(line(outcome));
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ seed, outcomes })}\n`);
  return outcomes.some((outcome) => outcome.kind === "failure") ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main();
