import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { BaseError } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { epsilonFor, noiseFor } from "@cloister/privacy";
import { type BudgetReport, type Purpose, reportBudgets } from "@cloister/privacy/ledger";
import {
  type Dataset,
  encodeModel,
  encodeTable,
  eventOf,
  inputsCountOf,
  type ModelCard,
  outputsCountOf,
  parseCsv,
  prepareRun,
  readSchema,
  startTraining,
  type TableSchema,
  type TrainingPlan,
  takeStep,
  trainUnderBudget,
} from "@cloister/privacy/training";
import { openLedger, type SqliteLedger } from "@cloister/store-sqlite/ledger";
import { auditTrainer } from "./audit.ts";
import { readText } from "./files.ts";
import { keptStateIn, writeDurably } from "./kept-state.ts";
import { showSteps } from "./progress.ts";

/** What `cloister train run` is told. */
export interface TrainingRequest {
  readonly table: string;
  readonly schema: string;
  readonly ledger: string;
  readonly budget: string;
  readonly purpose: Purpose;
  readonly out: string;
  readonly epsilon: number;
  readonly units: number;
  readonly batch: number;
  readonly steps: number;
  readonly hidden: number;
  readonly clippingNorm: number;
  readonly learningRate: number;
  readonly audit: boolean;
}

/** What a run will cost, before anything is spent. */
export interface TrainingEstimate {
  readonly epsilon: number;
  readonly delta: number;
  readonly noiseMultiplier: number;
  readonly spentBefore: number;
  readonly budget: number;
  readonly seconds: number;
}

const TIMED_STEPS = 3;

/** A request with its data at hand. */
export interface ReadyTraining {
  readonly request: TrainingRequest;
  readonly schema: TableSchema;
  readonly data: Dataset;
  readonly plan: TrainingPlan;
  readonly budget: BudgetReport;
  readonly ledger: SqliteLedger;
}

/** Reads schema, table and ledger. @throws BaseError for what does not fit together */
export function readyTraining(request: TrainingRequest): ReadyTraining {
  const schema = readSchema(JSON.parse(readFileSync(request.schema, "utf8")) as unknown);
  const data = encodeTable(parseCsv(readText(request.table)), schema);
  const ledger = openLedger(request.ledger);
  const budget = reportBudgets(ledger.entries()).find((one) => one.budget === request.budget);
  if (!budget)
    throw new BaseError("Usage", "LEDGER_BUDGET_UNKNOWN", "open this budget first: cloister train open");
  if ((budget.unit === "patient") !== (schema.unit !== undefined)) {
    const message =
      "the budget is for patients and the schema's unit must name their column, or for records and none";
    throw new BaseError("Usage", "LEDGER_UNIT", message);
  }
  const { epsilon, batch, steps, units } = request;
  const samplingRate = Math.min(1, batch / units);
  const plan = {
    shape: {
      inputsCount: inputsCountOf(schema),
      hiddenCount: request.hidden,
      outputsCount: outputsCountOf(schema),
    },
    samplingRate,
    expectedBatchCount: batch,
    stepsCount: steps,
    clippingNorm: request.clippingNorm,
    noiseMultiplier: noiseFor({ samplingRate, stepsCount: steps, epsilon, delta: budget.delta }),
    learningRate: request.learningRate,
    momentum: 0.9,
  };
  return { request, schema, data, plan, budget, ledger };
}

/** Times some steps on invented data of the same size; touches no record. */
export function estimate({ plan, budget }: ReadyTraining): TrainingEstimate {
  const labels = new Uint16Array(plan.expectedBatchCount);
  const features = new Float32Array(labels.length * plan.shape.inputsCount).fill(0.5);
  const run = prepareRun({ ...plan, samplingRate: 1, stepsCount: TIMED_STEPS }, { features, labels });
  let state = startTraining(run, systemRandom);
  const beganMs = performance.now();
  while (state.stepsTaken < TIMED_STEPS) ({ state } = takeStep(run, state));
  const stepMs = (performance.now() - beganMs) / TIMED_STEPS;
  return {
    epsilon: epsilonFor([eventOf(plan)], budget.delta),
    delta: budget.delta,
    noiseMultiplier: plan.noiseMultiplier,
    spentBefore: budget.spentEpsilon,
    budget: budget.epsilon,
    seconds: (stepMs * plan.stepsCount) / 1000,
  };
}

/** What came of a run. */
export interface TrainingResult {
  readonly model: string;
  /** SHA-256 of the model's file, hexadecimal. */
  readonly digest: string;
  readonly card: ModelCard;
}

/** Reserves, trains, settles and writes the model; goes on where a run ended too early. */
export function train({ request, schema, data, plan, budget, ledger }: ReadyTraining): TrainingResult {
  const kept = keptStateIn(`${request.out}.state`);
  if (existsSync(request.out) && kept.load() === undefined) {
    throw new BaseError("Usage", "MODEL_EXISTS", "a model is here already; give --out another name");
  }
  const run = prepareRun(plan, data);
  let show: ((done: number) => void) | undefined;
  const trained = trainUnderBudget({
    run,
    ledger,
    budget: budget.budget,
    purpose: request.purpose,
    kept,
    random: systemRandom,
    onStep: ({ stepsTaken }) => {
      show ??= showSteps(plan.stepsCount, stepsTaken - 1);
      show(stepsTaken);
    },
  });
  const spent = reportBudgets(ledger.entries()).find((one) => one.budget === budget.budget);
  const { samplingRate, noiseMultiplier, stepsCount, clippingNorm } = plan;
  const card: ModelCard = {
    data: budget.budget,
    epsilon: epsilonFor([eventOf(plan)], budget.delta),
    delta: budget.delta,
    unit: budget.unit,
    reservation: trained.reservation,
    spentEpsilon: spent?.spentEpsilon ?? Infinity,
    training: { samplingRate, noiseMultiplier, stepsCount, clippingNorm },
    ...(request.audit ? { audit: cardAudit(plan, budget.delta) } : {}),
  };
  const bytes = encodeModel({ shape: plan.shape, parameters: trained.parameters, card, schema });
  writeDurably(request.out, bytes);
  trained.close();
  return { model: request.out, digest: createHash("sha256").update(bytes).digest("hex"), card };
}

function cardAudit(plan: TrainingPlan, delta: number): NonNullable<ModelCard["audit"]> {
  const { gaussian, oneRun } = auditTrainer(plan, delta);
  return {
    canariesCount: oneRun.canariesCount,
    leastEpsilon: oneRun.leastEpsilon,
    gaussianTestPassed: gaussian.passed,
    powerAgainstHalfNoise: gaussian.powerAgainstHalfNoise,
  };
}
