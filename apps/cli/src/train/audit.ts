import { BaseError } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import {
  auditGaussian,
  auditOneRun,
  type GaussianAudit,
  type MembershipReport,
  type OneRunAudit,
  reportMembership,
  scoreCanaries,
  type Trainer,
} from "@cloister/privacy/audit";
import {
  type Dataset,
  encodeTable,
  type Model,
  parseCsv,
  predict,
  startTraining,
  type TrainingPlan,
  takeStep,
} from "@cloister/privacy/training";
import { readText } from "./files.ts";

const CANARIES = 5000;

/** The trainer that `cloister train run` uses. */
const ours: Trainer = { start: (run) => startTraining(run, systemRandom), step: takeStep };

/** What auditing a plan shows. */
export interface TrainerAudit {
  readonly gaussian: GaussianAudit;
  readonly oneRun: OneRunAudit;
}

/** Trains on canaries alone, as the plan says; touches no record. */
export function auditTrainer(plan: TrainingPlan, delta: number): TrainerAudit {
  const options = { canariesCount: CANARIES, random: systemRandom };
  return {
    gaussian: auditGaussian(ours, plan, { ...options, delta }),
    oneRun: auditOneRun(scoreCanaries(ours, plan, options), delta),
  };
}

/** The plan that a model's card names. */
export function planOf({ shape, card: { training } }: Model): TrainingPlan {
  const { samplingRate, noiseMultiplier, stepsCount, clippingNorm } = training;
  const unimportant = { expectedBatchCount: 1, learningRate: 1, momentum: 0 };
  return { shape, samplingRate, noiseMultiplier, stepsCount, clippingNorm, ...unimportant };
}

/** Losses of two tables under a model: rows it was trained on, and rows it was not. */
export function auditMembership(
  model: Model,
  files: { readonly members: string; readonly others: string },
): MembershipReport {
  const { schema } = model;
  if (schema === undefined) {
    throw new BaseError(
      "Usage",
      "MODEL_SCHEMA",
      "this model has no schema of a table; compare its losses yourself",
    );
  }
  const lossesOf = (file: string) => losses(model, encodeTable(parseCsv(readText(file)), schema));
  return reportMembership(lossesOf(files.members), lossesOf(files.others));
}

function losses({ shape, parameters }: Model, { features, labels }: Dataset): Float64Array {
  const found = predict(shape, parameters, features);
  return Float64Array.from(labels, (label, row) => {
    const chance = found[row * shape.outputsCount + (shape.outputsCount === 1 ? 0 : label)] ?? 0;
    return -Math.log(shape.outputsCount === 1 && label === 0 ? 1 - chance : chance);
  });
}
