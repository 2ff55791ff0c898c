/**
 * Canaries for a trainer: records whose gradient lies in one direction of its own and is far longer than the
 * clipping norm, each in the data by the toss of a coin. What training does to a canary's direction shows
 * whether it was there, and the more noise there is, the less.
 */
import { BaseError } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import type { Dataset } from "../training/dataset.ts";
import { Keystream } from "../training/keystream.ts";
import { clippingOf, type TrainingPlan } from "../training/plan.ts";
import { prepareRun, type StepTrace, type TrainingRun, type TrainingState } from "../training/step.ts";

/** What is audited: this package's trainer, or another that says what it released. */
export interface Trainer {
  start(run: TrainingRun): TrainingState;
  step(run: TrainingRun, state: TrainingState): { readonly state: TrainingState; readonly trace: StepTrace };
}

/** Scores of canaries that were in the data and of those that were not, in clipping norms. */
export interface CanaryScores {
  readonly inside: Float64Array;
  readonly outside: Float64Array;
}

const LARGE = 1e6;
/** So small that no step changes the next one's gradients. */
const STILL = 1e-15;
const FEWEST = 100;

/**
 * Trains on canaries with a plan's sampling, clipping, noise and steps, and adds up what was released.
 * @param canariesCount 100 or more; each needs a parameter of its own
 * @throws BaseError `AUDIT_CANARIES`
 */
export function scoreCanaries(
  trainer: Trainer,
  plan: TrainingPlan,
  { canariesCount, random }: { readonly canariesCount: number; readonly random: Random },
): CanaryScores {
  if (!(Number.isInteger(canariesCount) && canariesCount >= FEWEST)) {
    throw new BaseError("Usage", "AUDIT_CANARIES", "an audit takes 100 canaries or more");
  }
  const words = new Keystream(random(32));
  const inside = Array.from({ length: canariesCount }, (_, at) => at).filter(() => words.next() % 2 === 0);
  const shape = { inputsCount: canariesCount, hiddenCount: 0, outputsCount: 1 };
  const run = prepareRun(
    { ...plan, shape, learningRate: STILL, momentum: 0 },
    canaryData(inside, canariesCount),
  );
  const released = new Float64Array(canariesCount);
  let state = trainer.start(run);
  for (let step = 0; step < plan.stepsCount; step += 1) {
    const next = trainer.step(run, state);
    // The labels are 1, so gradients point down.
    for (let at = 0; at < canariesCount; at += 1)
      released[at] = (released[at] ?? 0) - (next.trace.noisySum[at] ?? 0);
    state = next.state;
  }
  const { clippingUnits } = clippingOf(run.plan);
  const among = new Set(inside);
  const scores = released.map((value) => value / clippingUnits);
  return {
    inside: scores.filter((_, at) => among.has(at)),
    outside: scores.filter((_, at) => !among.has(at)),
  };
}

/** The canaries that are there, one row each. */
function canaryData(inside: readonly number[], inputsCount: number): Dataset {
  const features = new Float32Array(inside.length * inputsCount);
  for (const [row, canary] of inside.entries()) features[row * inputsCount + canary] = LARGE;
  return { features, labels: new Uint16Array(inside.length).fill(1) };
}
