/** One target, fuzzed in a thread of its own, so that the parent can see a hang and end it. */
import process from "node:process";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { toHex } from "@cloister/bytes";
import { Coverage } from "./coverage.ts";
import { diceFrom, mutate } from "./mutate.ts";
import { acceptable, type Target, targets } from "./targets.ts";

/** What the parent gives. */
export interface Job {
  readonly target: string;
  readonly seed: number;
  readonly forMs: number;
  /** The input that is under way, for the parent to read if this thread hangs. */
  readonly current: SharedArrayBuffer;
}

/** What the thread reports; `failure` ends it. */
export type Report =
  | { readonly kind: "progress"; readonly runsCount: number }
  | { readonly kind: "failure"; readonly input: string; readonly error: string }
  | {
      readonly kind: "done";
      readonly runsCount: number;
      readonly acceptedCount: number;
      readonly corpusCount: number;
      readonly blocksCount: number;
    };

const batchCount = 64;

/** Throws what the target must not throw; says whether the input was accepted. */
function attempt(target: Target, input: Uint8Array): boolean {
  try {
    target.run(input);
    return true;
  } catch (error) {
    if (acceptable(error)) return false;
    throw error;
  }
}

class Finding extends Error {
  readonly input: Uint8Array<ArrayBuffer>;

  constructor(input: Uint8Array<ArrayBuffer>, cause: unknown) {
    super(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
    this.input = input;
  }
}

function fuzz(job: Job, report: (report: Report) => void): void {
  const target = targets.find(({ name }) => name === job.target);
  if (!target) throw new Error("no such target");
  const current = new Uint8Array(job.current);
  const length = new DataView(job.current);
  const dice = diceFrom(job.seed);
  const coverage = new Coverage();
  const corpus = target.seeds().map((seed) => Uint8Array.from(seed));
  let runsCount = 0;
  let acceptedCount = 0;

  const run = (input: Uint8Array<ArrayBuffer>): void => {
    length.setUint32(0, input.length);
    current.set(input, 4);
    runsCount += 1;
    try {
      if (attempt(target, input)) acceptedCount += 1;
    } catch (error) {
      throw new Finding(input, error);
    }
  };
  const pick = (): Uint8Array => corpus[dice(corpus.length)] ?? new Uint8Array();

  for (const seed of corpus) run(seed);
  coverage.fresh();
  const endMs = performance.now() + job.forMs;
  while (performance.now() < endMs) {
    const batch = Array.from({ length: batchCount }, () => mutate(pick(), pick(), dice));
    for (const input of batch) run(input);
    // Which of the batch reached something new is not worth finding out: all of it is worth another turn.
    if (coverage.fresh() > 0) corpus.push(...batch);
    report({ kind: "progress", runsCount });
  }
  const { blocksCount } = coverage;
  coverage.close();
  report({ kind: "done", runsCount, acceptedCount, corpusCount: corpus.length, blocksCount });
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  try {
    fuzz(workerData as Job, (report) => port.postMessage(report));
  } catch (error) {
    const input = error instanceof Finding ? toHex(error.input) : "";
    port.postMessage({
      kind: "failure",
      input,
      error: String(error instanceof Error ? error.message : error),
    });
    process.exitCode = 1;
  }
}
