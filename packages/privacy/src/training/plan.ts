import { BaseError, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import type { PrivacyEvent } from "../accountant/accountant.ts";
import { type Clipping, mostExamples } from "./gradient.ts";
import { type HeadShape, parametersCount } from "./head.ts";

/** Everything that is decided before the data is touched; all of it is public. */
export interface TrainingPlan {
  readonly shape: HeadShape;
  /** Each unit takes part in a step with this probability, independently. */
  readonly samplingRate: number;
  /**
   * How many take part on average, a public number: sums are divided by it, never by how many really took
   * part, which is private.
   */
  readonly expectedBatchCount: number;
  readonly stepsCount: number;
  readonly clippingNorm: number;
  /** Standard deviation of the noise over the clipping norm. */
  readonly noiseMultiplier: number;
  /** Of the first step; it falls evenly to 0, which averages the noise out. */
  readonly learningRate: number;
  /** 0 to below 1. */
  readonly momentum: number;
}

/** The clipping norm in whole units: fine enough that rounding costs nothing. */
const CLIPPING_UNITS = 2 ** 16;

/** How a plan's gradients become whole numbers. */
export function clippingOf({ clippingNorm }: TrainingPlan): Clipping {
  return { clippingNorm, clippingUnits: CLIPPING_UNITS };
}

/** The variance of a step's noise, in square units; never less than what the multiplier says. */
export function noiseVarianceOf({ noiseMultiplier }: TrainingPlan): number {
  return Math.ceil((noiseMultiplier * CLIPPING_UNITS) ** 2);
}

/** What a run costs, for the accountant. */
export function eventOf({ samplingRate, noiseMultiplier, stepsCount }: TrainingPlan): PrivacyEvent {
  return { samplingRate, noiseMultiplier, stepsCount };
}

/** @throws BaseError `TRAINING_PLAN`, `HEAD_SHAPE` */
export function checkPlan(plan: TrainingPlan): void {
  parametersCount(plan.shape);
  const { samplingRate, expectedBatchCount, stepsCount, noiseMultiplier } = plan;
  if (!(samplingRate > 0 && samplingRate <= 1)) throw invalid("the sampling rate is above 0, at most 1");
  if (!(Number.isInteger(stepsCount) && stepsCount >= 1)) throw invalid("there is at least one step");
  for (const name of ["clippingNorm", "learningRate", "expectedBatchCount"] as const) {
    if (!(plan[name] > 0 && plan[name] < Infinity)) throw invalid(`${name} is above 0`);
  }
  // Where the noise is this wide, that it is discrete changes nothing that a float can hold.
  if (!(noiseMultiplier >= 0.01 && noiseMultiplier <= 60)) throw invalid("noiseMultiplier is 0.01 to 60");
  if (!(plan.momentum >= 0 && plan.momentum < 1)) throw invalid("momentum is 0 to below 1");
  if (expectedBatchCount * 1.5 + 100 > mostExamples(clippingOf(plan)))
    throw invalid("the batch is too large");
}

/** SHA-256 over the plan, 32 bytes. */
export function planDigest(plan: TrainingPlan): Uint8Array<ArrayBuffer> {
  const { shape } = plan;
  return sha256(
    toUtf8(
      JSON.stringify([
        [shape.inputsCount, shape.hiddenCount, shape.outputsCount],
        [plan.samplingRate, plan.expectedBatchCount, plan.stepsCount, plan.clippingNorm],
        [plan.noiseMultiplier, plan.learningRate, plan.momentum],
      ]),
    ),
  );
}

function invalid(message: string): BaseError {
  return new BaseError("Usage", "TRAINING_PLAN", message);
}
