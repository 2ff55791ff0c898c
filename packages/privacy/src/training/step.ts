/**
 * Differentially private stochastic gradient descent (Abadi et al. 2016), one step at a time.
 *
 * A step is a function of the state alone. What is drawn in it comes from a key that is derived from the
 * run's secret seed, the plan, the data and the parameters at hand (as RFC 6979 derives nonces): a step
 * that is taken again after a crash draws the same batch and the same noise and gives the same result,
 * which reveals nothing new; a step from anything else draws noise of its own.
 */
import { BaseError, concatBytes, equalBytes, toUtf8, uint32, zeroise } from "@cloister/bytes";
import { hmacSha256, type Random } from "@cloister/crypto";
import { bytesOf, checkDataset, type Dataset, datasetDigest } from "./dataset.ts";
import { addDiscreteGaussian } from "./discrete-gaussian.ts";
import { clippedGradientSum } from "./gradient.ts";
import { parametersCount } from "./head.ts";
import { Keystream } from "./keystream.ts";
import { checkPlan, clippingOf, noiseVarianceOf, planDigest, type TrainingPlan } from "./plan.ts";
import { sampleRows } from "./sampling.ts";

const SEED_BYTES = 32;

/** What a step changes. It may be shown. */
export interface ModelState {
  readonly stepsTaken: number;
  readonly parameters: Float64Array;
  readonly velocity: Float64Array;
}

/** Where a run stands. The seed is as secret as the data until the run ends. */
export interface TrainingState extends ModelState {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** HMAC under the seed over plan and data, 32 bytes: the run goes on with these only. */
  readonly binding: Uint8Array;
}

/** A plan with its data, checked and bound together. */
export interface TrainingRun {
  readonly plan: TrainingPlan;
  readonly data: Dataset;
  /** Over plan and data; secret. */
  readonly digest: Uint8Array;
}

/** What a step did: secret, for audits. */
export interface StepTrace {
  /** The rows that took part. */
  readonly rows: Uint32Array;
  /** Sum of the clipped gradients. */
  readonly sum: Int32Array;
  /** The same with noise: this alone is released. */
  readonly noisySum: Int32Array;
}

/** @throws BaseError `TRAINING_PLAN`, `HEAD_SHAPE`, `DATASET` */
export function prepareRun(plan: TrainingPlan, data: Dataset): TrainingRun {
  checkPlan(plan);
  checkDataset(data, plan.shape);
  return { plan, data, digest: concatBytes(planDigest(plan), datasetDigest(data)) };
}

/** Begins a run with a fresh seed. */
export function startTraining({ plan, digest }: TrainingRun, random: Random): TrainingState {
  const seed = random(SEED_BYTES);
  if (seed.length !== SEED_BYTES) throw new BaseError("Internal", "CRYPTO_RANDOM", "a seed has 32 bytes");
  const binding = hmacSha256(seed, toUtf8("cloister training binding"), digest);
  const velocity = new Float64Array(parametersCount(plan.shape));
  return { stepsTaken: 0, parameters: firstParameters(plan, seed), velocity, seed, binding };
}

/** Zeros, but for the hidden weights, which must differ: uniform within 1 / sqrt(inputs). */
export function firstParameters({ shape }: TrainingPlan, seed: Uint8Array): Float64Array {
  const parameters = new Float64Array(parametersCount(shape));
  const words = new Keystream(hmacSha256(seed, toUtf8("cloister training start")));
  const width = 1 / Math.sqrt(shape.inputsCount);
  for (let at = 0; at < shape.inputsCount * shape.hiddenCount; at += 1) {
    parameters[at] = (words.next() / 2 ** 31 - 1) * width;
  }
  return parameters;
}

/**
 * Takes the next step, also when nobody takes part in it. Keep the new state durably before anything of it
 * is shown.
 * @throws BaseError `TRAINING_DONE`, `TRAINING_BINDING` when plan or data are not those of the state
 */
export function takeStep(
  run: TrainingRun,
  state: TrainingState,
): { readonly state: TrainingState; readonly trace: StepTrace } {
  const { plan, data } = run;
  checkState(run, state);
  const words = new Keystream(stepKey(run, state));
  const rows = sampleRows(data, plan.samplingRate, words);
  const clipping = clippingOf(plan);
  const sum = clippedGradientSum({ shape: plan.shape, parameters: state.parameters, data, rows, clipping });
  const noisySum = addDiscreteGaussian(sum.slice(), noiseVarianceOf(plan), words);
  return { state: applyNoisySum(plan, state, noisySum), trace: { rows, sum, noisySum } };
}

function checkState({ plan, digest }: TrainingRun, state: TrainingState): void {
  if (state.stepsTaken >= plan.stepsCount) {
    throw new BaseError("Usage", "TRAINING_DONE", "the plan has no more steps; more would cost more");
  }
  const binding = hmacSha256(state.seed, toUtf8("cloister training binding"), digest);
  if (!equalBytes(binding, state.binding)) {
    throw new BaseError(
      "Conflict",
      "TRAINING_BINDING",
      "go on with the same plan and data, or begin a new run",
    );
  }
}

function stepKey(
  { digest }: TrainingRun,
  { seed, stepsTaken, parameters, velocity }: TrainingState,
): Uint8Array {
  const label = toUtf8("cloister training step");
  return hmacSha256(seed, label, uint32(stepsTaken), digest, bytesOf(parameters), bytesOf(velocity));
}

/**
 * Moves the parameters by a noisy sum of clipped gradients, whoever added it up: with the sum of several
 * hospitals' sums and noise shares this is the same step as one over all their data.
 */
export function applyNoisySum<State extends ModelState>(
  plan: TrainingPlan,
  state: State,
  noisySum: Int32Array,
): State {
  const { clippingNorm, clippingUnits } = clippingOf(plan);
  const toGradient = clippingNorm / clippingUnits / plan.expectedBatchCount;
  const rate = plan.learningRate * (1 - state.stepsTaken / plan.stepsCount);
  const parameters = state.parameters.slice();
  const velocity = state.velocity.slice();
  for (let at = 0; at < parameters.length; at += 1) {
    velocity[at] = plan.momentum * (velocity[at] ?? 0) + (noisySum[at] ?? 0) * toGradient;
    parameters[at] = (parameters[at] ?? 0) - rate * (velocity[at] ?? 0);
  }
  return { ...state, stepsTaken: state.stepsTaken + 1, parameters, velocity };
}

/** Takes the steps that are left. */
export function finishTraining(run: TrainingRun, state: TrainingState): TrainingState {
  let current = state;
  while (current.stepsTaken < run.plan.stepsCount) current = takeStep(run, current).state;
  return current;
}

/** Overwrites the seed, so that no noise can ever be computed again. Only once the run has ended. */
export function eraseSeed(state: TrainingState): void {
  zeroise(state.seed);
}
