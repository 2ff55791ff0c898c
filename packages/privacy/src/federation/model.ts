import { BaseError, concatBytes, toUtf8, uint32 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { parametersCount } from "../training/index.ts";
import { firstParameters } from "../training/step.ts";
import { type FederationTask, taskDigest } from "./task.ts";

/** The model that everybody trains, and what the optimiser remembers; as long as the head has parameters each. */
export interface GlobalModel {
  readonly stepsTaken: number;
  readonly parameters: Float64Array;
  readonly velocity: Float64Array;
  /** Second moments of Adam; zeros elsewhere. */
  readonly squares: Float64Array;
}

/** Where a task begins: everybody computes the same, from the task alone. */
export function firstModel(task: FederationTask): GlobalModel {
  const count = parametersCount(task.plan.shape);
  return {
    stepsTaken: 0,
    parameters: firstParameters(task.plan, taskDigest(task)),
    velocity: new Float64Array(count),
    squares: new Float64Array(count),
  };
}

/** SHA-256 over task and model, 32 bytes: what members sign in each step, so that all train the same one. */
export function modelDigest(task: FederationTask, model: GlobalModel): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(toUtf8("cloister federation model v1"), taskDigest(task), encodeModel(model)));
}

/** Steps as uint32, then three times the numbers as little-endian doubles. */
export function encodeModel({ stepsTaken, parameters, velocity, squares }: GlobalModel): Uint8Array {
  const count = parameters.length;
  const numbers = new DataView(new ArrayBuffer(24 * count));
  for (const [at, part] of [parameters, velocity, squares].entries()) {
    for (let j = 0; j < count; j += 1) numbers.setFloat64(8 * (at * count + j), part[j] ?? 0, true);
  }
  return concatBytes(uint32(stepsTaken), new Uint8Array(numbers.buffer));
}

/** @throws BaseError `FEDERATION_MODEL` when the bytes are not a model of this task's shape */
export function decodeModel(task: FederationTask, bytes: Uint8Array): GlobalModel {
  const count = parametersCount(task.plan.shape);
  if (bytes.length !== 4 + 24 * count)
    throw new BaseError("Decode", "FEDERATION_MODEL", "this is no model of the task; drop it");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const part = (at: number) =>
    Float64Array.from({ length: count }, (_, j) => view.getFloat64(4 + 8 * (at * count + j), true));
  return { stepsTaken: view.getUint32(0), parameters: part(0), velocity: part(1), squares: part(2) };
}
