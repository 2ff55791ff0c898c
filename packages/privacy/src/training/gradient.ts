/**
 * The sum of clipped gradients, in whole numbers. An example's gradient is an outer product of what comes
 * back and what went in, so its norm has a closed form and it is never stored:
 * |g|^2 = |e|^2 (|a|^2 + 1) + |d|^2 (|x|^2 + 1), with errors e, hidden a, its errors d, features x.
 */
import { BaseError } from "@cloister/bytes";
import type { Dataset } from "./dataset.ts";
import {
  forward,
  type HeadShape,
  LANES,
  lastLayerAt,
  load,
  newPass,
  type Pass,
  parametersCount,
} from "./head.ts";

/** How a gradient becomes whole numbers. */
export interface Clipping {
  /** The longest gradient that an example may have. */
  readonly clippingNorm: number;
  /** That length in whole units, the sensitivity of the sum: 1 to 2^24. */
  readonly clippingUnits: number;
}

/** Kept from the bound, far more than the norm's round-off: no sum of rounded parts is longer than the bound. */
const MARGIN = 2 ** -20;
const INT32 = 2 ** 31;

/** The most examples of which a sum surely fits into 32 bits with a quarter left for noise. */
export function mostExamples({ clippingUnits }: Clipping): number {
  return Math.floor((0.75 * INT32) / clippingUnits);
}

/**
 * The sum over `rows` of each example's gradient, scaled to at most `clippingUnits` (Euclidean) and rounded
 * toward zero part by part, so that one example changes the sum by no more than that. An example whose
 * gradient is not finite adds nothing. Whole numbers add up exactly, in any order and across machines.
 * @throws BaseError `BATCH_SIZE` when the sum could overflow 32 bits
 */
export function clippedGradientSum(input: {
  readonly shape: HeadShape;
  readonly parameters: Float64Array;
  readonly data: Dataset;
  readonly rows: Uint32Array;
  readonly clipping: Clipping;
}): Int32Array {
  const { shape, parameters, data, rows, clipping } = input;
  if (rows.length > mostExamples(clipping)) {
    throw new BaseError("Usage", "BATCH_SIZE", "the batch could overflow: use fewer clipping units");
  }
  const sum = new Int32Array(parametersCount(shape));
  const pass = newPass(shape);
  const back = new Float64Array(pass.hidden.length);
  const last = lastLayerAt(shape);
  for (let at = 0; at < rows.length; at += LANES) {
    const used = Math.min(LANES, rows.length - at);
    for (let lane = 0; lane < LANES; lane += 1) {
      // Lanes without an example take another's features and get no weight.
      const row = rows[at + Math.min(lane, used - 1)] ?? 0;
      load(pass, lane, { features: data.features, row });
    }
    forward(shape, parameters, pass);
    for (let lane = 0; lane < used; lane += 1)
      subtractTruth(pass.outputs, lane, data.labels[rows[at + lane] ?? 0] ?? 0);
    if (back.length > 0) throughHidden({ parameters, last, pass }, back);
    for (let lane = 0; lane < LANES; lane += 1) {
      const factor = lane < used ? factorFor(squareOf(pass, back, lane), clipping) : 0;
      scale(pass.outputs, lane, factor);
      scale(back, lane, factor);
    }
    addOuter(sum, last, pass.outputs, back.length > 0 ? pass.hidden : pass.features);
    if (back.length > 0) addOuter(sum, 0, back, pass.features);
  }
  return sum;
}

/** Scales a gradient into units, and down to the bound; 0 for one that is not finite. */
function factorFor(square: number, { clippingNorm, clippingUnits }: Clipping): number {
  if (!Number.isFinite(square)) return 0;
  return (Math.min(1, clippingNorm / Math.sqrt(square)) * clippingUnits * (1 - MARGIN)) / clippingNorm;
}

/** Turns a lane's probabilities into errors. */
function subtractTruth(outputs: Float64Array, lane: number, label: number): void {
  const [at, truth] = outputs.length === LANES ? [lane, label] : [LANES * label + lane, 1];
  outputs[at] = (outputs[at] ?? 0) - truth;
}

/** What comes back to the hidden units: (W^T e) (1 - a^2). */
function throughHidden(
  input: { readonly parameters: Float64Array; readonly last: number; readonly pass: Pass },
  back: Float64Array,
): void {
  const { parameters, last, pass } = input;
  const unitsCount = back.length / LANES;
  for (let at = 0; at < back.length; at += 1) {
    const unit = Math.floor(at / LANES);
    let sum = 0;
    for (let output = 0; LANES * output < pass.outputs.length; output += 1) {
      const error = pass.outputs[LANES * output + (at % LANES)] ?? 0;
      sum += (parameters[last + output * unitsCount + unit] ?? 0) * error;
    }
    const value = pass.hidden[at] ?? 0;
    back[at] = sum * (1 - value * value);
  }
}

/** The squared norm of a lane's whole gradient. */
function squareOf({ features, hidden, outputs }: Pass, back: Float64Array, lane: number): number {
  const inputs = squareOfLane(features, lane) + 1;
  if (back.length === 0) return squareOfLane(outputs, lane) * inputs;
  return squareOfLane(outputs, lane) * (squareOfLane(hidden, lane) + 1) + squareOfLane(back, lane) * inputs;
}

function squareOfLane(values: Float64Array, lane: number): number {
  let sum = 0;
  for (let at = lane; at < values.length; at += LANES) sum += (values[at] ?? 0) ** 2;
  return sum;
}

function scale(values: Float64Array, lane: number, factor: number): void {
  for (let at = lane; at < values.length; at += LANES)
    values[at] = factor === 0 ? 0 : (values[at] ?? 0) * factor;
}

/** Adds the outer products of all lanes and their biases, each part rounded toward zero. */
function addOuter(sum: Int32Array, from: number, errors: Float64Array, inputs: Float64Array): void {
  const count = inputs.length / LANES;
  const biases = from + (errors.length / LANES) * count;
  for (let unit = 0; LANES * unit < errors.length; unit += 1) {
    const weights = from + unit * count;
    const [a, b, c, d] = lanesOf(errors, unit);
    for (let j = 0; j < count; j += 1) {
      sum[weights + j] =
        (sum[weights + j] ?? 0) +
        ((a * (inputs[LANES * j] ?? 0)) | 0) +
        ((b * (inputs[LANES * j + 1] ?? 0)) | 0) +
        ((c * (inputs[LANES * j + 2] ?? 0)) | 0) +
        ((d * (inputs[LANES * j + 3] ?? 0)) | 0);
    }
    sum[biases + unit] = (sum[biases + unit] ?? 0) + (a | 0) + (b | 0) + (c | 0) + (d | 0);
  }
}

function lanesOf(values: Float64Array, unit: number): readonly [number, number, number, number] {
  const at = LANES * unit;
  return [values[at] ?? 0, values[at + 1] ?? 0, values[at + 2] ?? 0, values[at + 3] ?? 0];
}
