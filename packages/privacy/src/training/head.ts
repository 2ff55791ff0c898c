/**
 * The models that are trained here: logistic and softmax heads on features, with or without one hidden
 * layer. Parameters are one vector: [hidden weights by unit, hidden biases,] output weights by class,
 * output biases.
 */
import { BaseError } from "@cloister/bytes";

/** What a head looks like. */
export interface HeadShape {
  readonly inputsCount: number;
  /** 0: none. Units are tanh: bounded, so that clipping seldom bites. */
  readonly hiddenCount: number;
  /** 1: logistic, labels 0 and 1. More: softmax, labels are classes from 0. */
  readonly outputsCount: number;
}

const MAX_PARAMETERS = 10_000_000;

/** How many numbers a head's parameters are. @throws BaseError `HEAD_SHAPE` */
export function parametersCount({ inputsCount, hiddenCount, outputsCount }: HeadShape): number {
  const sizes = [inputsCount, hiddenCount + 1, outputsCount];
  const lastInputs = hiddenCount === 0 ? inputsCount : hiddenCount;
  const count = (inputsCount + 1) * hiddenCount + (lastInputs + 1) * outputsCount;
  if (sizes.every((size) => Number.isInteger(size) && size >= 1) && count <= MAX_PARAMETERS) return count;
  throw new BaseError(
    "Usage",
    "HEAD_SHAPE",
    "a head has 1 or more inputs and outputs, 0 or more hidden units, and at most 10^7 parameters",
  );
}

/**
 * How many examples pass at once: what is read of the parameters serves all of them. Arrays hold the first
 * number of each example, then the second, and so on.
 */
export const LANES = 4;

/** The way of {@link LANES} examples through a head; arrays are used again for the next ones. */
export interface Pass {
  readonly features: Float64Array;
  readonly hidden: Float64Array;
  /** Probabilities of the classes; for a logistic head, that of 1. */
  readonly outputs: Float64Array;
}

export function newPass({ inputsCount, hiddenCount, outputsCount }: HeadShape): Pass {
  return {
    features: new Float64Array(LANES * inputsCount),
    hidden: new Float64Array(LANES * hiddenCount),
    outputs: new Float64Array(LANES * outputsCount),
  };
}

/** Copies a row into a lane. */
export function load(
  pass: Pass,
  lane: number,
  { features, row }: { readonly features: Float32Array; readonly row: number },
): void {
  const inputsCount = pass.features.length / LANES;
  const from = row * inputsCount;
  for (let j = 0; j < inputsCount; j += 1) pass.features[LANES * j + lane] = features[from + j] ?? 0;
}

/** Fills what follows from the loaded features. */
export function forward(shape: HeadShape, parameters: Float64Array, pass: Pass): void {
  const { features, hidden, outputs } = pass;
  if (hidden.length === 0) affine(parameters, 0, features, outputs);
  else {
    affine(parameters, 0, features, hidden);
    for (let at = 0; at < hidden.length; at += 1) hidden[at] = Math.tanh(hidden[at] ?? 0);
    affine(parameters, lastLayerAt(shape), hidden, outputs);
  }
  toProbabilities(outputs);
}

/** Where the parameters of the last layer begin. */
export function lastLayerAt({ inputsCount, hiddenCount }: HeadShape): number {
  return (inputsCount + 1) * hiddenCount;
}

/** A layer: its weights begin at `from`, unit by unit, and its biases follow. */
function affine(parameters: Float64Array, from: number, inputs: Float64Array, out: Float64Array): void {
  const count = inputs.length / LANES;
  const biases = from + (count * out.length) / LANES;
  for (let unit = 0; LANES * unit < out.length; unit += 1) {
    const weights = from + unit * count;
    let a = parameters[biases + unit] ?? 0;
    let [b, c, d] = [a, a, a];
    for (let j = 0; j < count; j += 1) {
      const weight = parameters[weights + j] ?? 0;
      a += weight * (inputs[LANES * j] ?? 0);
      b += weight * (inputs[LANES * j + 1] ?? 0);
      c += weight * (inputs[LANES * j + 2] ?? 0);
      d += weight * (inputs[LANES * j + 3] ?? 0);
    }
    out[LANES * unit] = a;
    out[LANES * unit + 1] = b;
    out[LANES * unit + 2] = c;
    out[LANES * unit + 3] = d;
  }
}

function toProbabilities(outputs: Float64Array): void {
  if (outputs.length === LANES) {
    for (let at = 0; at < LANES; at += 1) outputs[at] = 1 / (1 + Math.exp(-(outputs[at] ?? 0)));
    return;
  }
  for (let lane = 0; lane < LANES; lane += 1) {
    let most = -Infinity;
    for (let at = lane; at < outputs.length; at += LANES) most = Math.max(most, outputs[at] ?? 0);
    let sum = 0;
    for (let at = lane; at < outputs.length; at += LANES) {
      outputs[at] = Math.exp((outputs[at] ?? 0) - most);
      sum += outputs[at] ?? 0;
    }
    for (let at = lane; at < outputs.length; at += LANES) outputs[at] = (outputs[at] ?? 0) / sum;
  }
}

/**
 * Probabilities of all rows, one after the other: of each class, or of 1 for a logistic head.
 * @param features rows of `inputsCount` numbers
 * @throws BaseError `HEAD_SHAPE`, `HEAD_LENGTH`
 */
export function predict(shape: HeadShape, parameters: Float64Array, features: Float32Array): Float64Array {
  const { inputsCount, outputsCount } = shape;
  if (parameters.length !== parametersCount(shape) || features.length % inputsCount !== 0) {
    throw new BaseError("Usage", "HEAD_LENGTH", "parameters and features have the lengths of the shape");
  }
  const rowsCount = features.length / inputsCount;
  const pass = newPass(shape);
  const found = new Float64Array(rowsCount * outputsCount);
  for (let row = 0; row < rowsCount; row += LANES) {
    for (let lane = 0; lane < LANES; lane += 1) {
      load(pass, lane, { features, row: Math.min(row + lane, rowsCount - 1) });
    }
    forward(shape, parameters, pass);
    for (let at = 0; at < pass.outputs.length; at += 1) {
      const place = (row + (at % LANES)) * outputsCount + Math.floor(at / LANES);
      if (place < found.length) found[place] = pass.outputs[at] ?? 0;
    }
  }
  return found;
}
