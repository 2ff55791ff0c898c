export { parseCsv } from "./csv.ts";
export { type Dataset, unitsCountOf } from "./dataset.ts";
export { addDiscreteGaussian, discreteGaussian, type NoiseSource } from "./discrete-gaussian.ts";
export { type Clipping, clippedGradientSum, mostExamples } from "./gradient.ts";
export { type HeadShape, parametersCount, predict } from "./head.ts";
export { Keystream } from "./keystream.ts";
export { decodeModel, encodeModel, type Model, type ModelCard } from "./model-file.ts";
export { clippingOf, eventOf, noiseVarianceOf, planDigest, type TrainingPlan } from "./plan.ts";
export { sampleRows } from "./sampling.ts";
export { type StateStore, type TrainedHead, type TrainingSession, trainUnderBudget } from "./session.ts";
export { decodeState, encodeState } from "./state-file.ts";
export {
  applyNoisySum,
  eraseSeed,
  finishTraining,
  firstParameters,
  type ModelState,
  prepareRun,
  type StepTrace,
  startTraining,
  type TrainingRun,
  type TrainingState,
  takeStep,
} from "./step.ts";
export {
  columnPlace,
  encodeTable,
  type FeatureColumn,
  inputsCountOf,
  outputsCountOf,
  readSchema,
  type TableSchema,
} from "./table.ts";
