import { BaseError, concatBytes } from "@cloister/bytes";
import { bytesOf } from "./dataset.ts";
import { parametersCount } from "./head.ts";
import type { TrainingRun, TrainingState } from "./step.ts";

const HEADER_BYTES = 8 + 32 + 32;
const magic = 0x434c5354; // "CLST"

/**
 * A state as bytes, to go on after a crash. Holds the seed: keep it as safe as the data and remove it when
 * the run ends.
 */
export function encodeState({
  stepsTaken,
  parameters,
  velocity,
  seed,
  binding,
}: TrainingState): Uint8Array<ArrayBuffer> {
  const head = new DataView(new ArrayBuffer(8));
  head.setUint32(0, magic);
  head.setUint32(4, stepsTaken);
  return concatBytes(new Uint8Array(head.buffer), seed, binding, bytesOf(parameters), bytesOf(velocity));
}

/** @throws BaseError `TRAINING_STATE` when the bytes are not a state of this run's shape */
export function decodeState(run: TrainingRun, bytes: Uint8Array): TrainingState {
  const count = parametersCount(run.plan.shape);
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length !== HEADER_BYTES + 16 * count || head.getUint32(0) !== magic) {
    throw new BaseError("Decode", "TRAINING_STATE", "this is not a kept state of this plan; begin a new run");
  }
  // Copies: parts of a file are seldom aligned.
  const numbers = new Float64Array(bytes.slice(HEADER_BYTES).buffer);
  return {
    stepsTaken: head.getUint32(4),
    seed: bytes.slice(8, 40),
    binding: bytes.slice(40, 72),
    parameters: numbers.slice(0, count),
    velocity: numbers.slice(count),
  };
}
