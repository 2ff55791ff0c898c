/** Whether a trainer does what its plan says, from traces of its steps. */
import { toHex } from "@cloister/bytes";
import type { LedgerEntry, Reserved } from "../ledger/index.ts";
import { reportBudgets } from "../ledger/index.ts";
import { type Dataset, unitsCountOf } from "../training/dataset.ts";
import { clippingOf, eventOf, noiseVarianceOf, planDigest, type TrainingPlan } from "../training/plan.ts";
import { applyNoisySum, type StepTrace, type TrainingRun, type TrainingState } from "../training/step.ts";

/** The rules that a trainer can break. */
export type TraceCheck = "clipping" | "noise" | "normalisation" | "sampling" | "fresh-noise";
/** The rules that whoever trains can break. */
export type LedgerCheck = "accounting" | "budget";

/** A step with the states around it. */
export interface TracedStep {
  readonly before: TrainingState;
  readonly after: TrainingState;
  readonly trace: StepTrace;
}

/** Standard deviations beyond which a statistic is no chance: once in 10^9 for a normal one. */
const BEYOND = 6;

/**
 * The checks that some steps of a run break: none for an honest trainer. Give a few dozen steps or more;
 * sums can only break the bound on data with gradients longer than the clipping norm.
 */
export function checkTraces(run: TrainingRun, steps: readonly TracedStep[]): readonly TraceCheck[] {
  const holds: Readonly<Record<TraceCheck, boolean>> = {
    clipping: steps.every(({ trace }) => isClipped(run.plan, trace)),
    noise: hasNoise(run.plan, steps),
    normalisation: steps.every((step) => isNormalised(run.plan, step)),
    sampling: isPoisson(run.plan, run.data, steps),
    "fresh-noise": isFresh(run.plan, steps),
  };
  return (Object.keys(holds) as TraceCheck[]).filter((name) => !holds[name]);
}

function isClipped(plan: TrainingPlan, { rows, sum }: StepTrace): boolean {
  return Math.hypot(...sum) <= rows.length * clippingOf(plan).clippingUnits;
}

function noiseOf({ trace: { sum, noisySum } }: TracedStep): Float64Array {
  return Float64Array.from(noisySum, (value, at) => value - (sum[at] ?? 0));
}

/** The mean square of the noise, against its variance. */
function hasNoise(plan: TrainingPlan, steps: readonly TracedStep[]): boolean {
  let [squares, count] = [0, 0];
  for (const step of steps) {
    for (const noise of noiseOf(step)) squares += noise * noise;
    count += step.trace.sum.length;
  }
  const off = (squares / count / noiseVarianceOf(plan) - 1) * Math.sqrt(count / 2);
  return Math.abs(off) < BEYOND;
}

/** The parameters moved by just what the released sum says, whoever took part. */
function isNormalised(plan: TrainingPlan, { before, after, trace }: TracedStep): boolean {
  const expected = applyNoisySum(plan, before, trace.noisySum);
  return expected.parameters.every(
    (value, at) => Math.abs(value - (after.parameters[at] ?? 0)) <= 1e-12 * Math.max(1, Math.abs(value)),
  );
}

/** Batch sizes are binomial, and who took part in one step takes part in the next as likely as anybody. */
function isPoisson({ samplingRate: q }: TrainingPlan, data: Dataset, steps: readonly TracedStep[]): boolean {
  const n = unitsCountOf(data);
  if (q === 1) return steps.every(({ trace }) => trace.rows.length === n);
  const unitOf = unitsByRow(data);
  const batches = steps.map(({ trace }) => new Set(Array.from(trace.rows, (row) => unitOf[row] ?? 0)));
  if (batches.some((batch, at) => batch.size !== steps[at]?.trace.rows.length)) return false;
  const variance = n * q * (1 - q);
  const total = batches.reduce((sum, { size }) => sum + size, 0);
  const spread = batches.reduce((sum, { size }) => sum + (size - n * q) ** 2, 0);
  const twice = batches
    .slice(1)
    .reduce((sum, batch, at) => sum + intersection(batch, batches[at] ?? new Set()), 0);
  const pairs = batches.length - 1;
  return [
    (total - batches.length * n * q) / Math.sqrt(batches.length * variance),
    (spread / variance - batches.length) / Math.sqrt(batches.length * (2 + 1 / variance)),
    (twice - pairs * n * q * q) / Math.sqrt(pairs * n * q * q * (1 + 2 * q)),
  ].every((off) => Math.abs(off) < BEYOND);
}

function intersection(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  return [...one].filter((unit) => other.has(unit)).length;
}

function unitsByRow({ labels, unitStarts }: Dataset): Uint32Array {
  const units = Uint32Array.from(labels, (_, row) => row);
  if (unitStarts === undefined) return units;
  for (let unit = 0; unit + 1 < unitStarts.length; unit += 1) {
    units.fill(unit, unitStarts[unit], unitStarts[unit + 1]);
  }
  return units;
}

/** The noise of different steps has nothing in common; a step taken twice from one state is the same step. */
function isFresh(plan: TrainingPlan, steps: readonly TracedStep[]): boolean {
  const variance = noiseVarianceOf(plan);
  const noises = steps.map(noiseOf);
  return steps.every((step, at) =>
    steps.slice(0, at).every((earlier, from) => {
      if (isSame(earlier.before, step.before)) return isEqual(earlier.trace.noisySum, step.trace.noisySum);
      const [one = new Float64Array(), other = new Float64Array()] = [noises[at], noises[from]];
      const product = one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
      return Math.abs(product) / (variance * Math.sqrt(one.length)) < BEYOND + 1;
    }),
  );
}

function isSame(one: TrainingState, other: TrainingState): boolean {
  return one.stepsTaken === other.stepsTaken && isEqual(one.parameters, other.parameters);
}

function isEqual<T extends Float64Array | Int32Array>(one: T, other: T): boolean {
  return one.every((value, at) => value === other[at]);
}

/**
 * The checks that a ledger breaks: `accounting` when one of the runs that were made is not reserved, each
 * by its own, with its whole cost; `budget` when more is reserved than a budget allows.
 * @param plans of every run that was made on the data, tries included
 */
export function checkLedger(
  entries: readonly LedgerEntry[],
  plans: readonly TrainingPlan[],
): readonly LedgerCheck[] {
  const unused = new Set(
    entries.flatMap((one) => (one.type === "settled" && one.outcome === "unused" ? [one.id] : [])),
  );
  const left = entries.filter((one): one is Reserved => one.type === "reserved" && !unused.has(one.id));
  let accounted = true;
  for (const plan of plans) {
    const digest = toHex(planDigest(plan));
    const { samplingRate, noiseMultiplier, stepsCount } = eventOf(plan);
    const at = left.findIndex(
      ({ planDigest: known, events }) =>
        known === digest &&
        events.some(
          (event) =>
            event.samplingRate === samplingRate &&
            event.noiseMultiplier === noiseMultiplier &&
            event.stepsCount === stepsCount,
        ),
    );
    accounted &&= at >= 0;
    if (at >= 0) left.splice(at, 1);
  }
  const within = reportBudgets(entries).every(({ spentEpsilon, epsilon }) => spentEpsilon <= epsilon);
  return [...(accounted ? [] : ["accounting" as const]), ...(within ? [] : ["budget" as const])];
}
