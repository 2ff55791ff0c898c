import { BaseError, concatBytes, uint32 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import type { HeadShape } from "./head.ts";

/** Examples, grouped by the unit that privacy protects. */
export interface Dataset {
  /** Rows of `inputsCount` numbers. */
  readonly features: Float32Array;
  /** One per row: 0 or 1, or a class from 0. */
  readonly labels: Uint16Array;
  /**
   * Where each unit's rows begin, and at last the number of rows; a unit has at least one row. With a
   * patient as the unit, all of a patient's rows lie together. Left out: each row is a unit.
   */
  readonly unitStarts?: Uint32Array;
}

/** How many units there are: patients, or rows. */
export function unitsCountOf({ labels, unitStarts }: Dataset): number {
  return unitStarts === undefined ? labels.length : unitStarts.length - 1;
}

/** @throws BaseError `DATASET` when lengths, labels or units do not fit together */
export function checkDataset({ features, labels, unitStarts }: Dataset, shape: HeadShape): void {
  if (features.length !== labels.length * shape.inputsCount)
    throw unfit("features have a row for each label");
  const classesCount = Math.max(2, shape.outputsCount);
  if (labels.some((label) => label >= classesCount)) throw unfit(`labels are from 0 to ${classesCount - 1}`);
  if (unitStarts === undefined) return;
  const ordered = unitStarts.every((start, at) => at === 0 || start > (unitStarts[at - 1] ?? 0));
  if (unitStarts[0] !== 0 || unitStarts.at(-1) !== labels.length || !ordered) {
    throw unfit("unit starts rise from 0 to the number of rows");
  }
}

/** SHA-256 over the data, 32 bytes. Secret where the data is: small data could be guessed from it. */
export function datasetDigest({ features, labels, unitStarts }: Dataset): Uint8Array<ArrayBuffer> {
  const parts = [features, labels, unitStarts ?? new Uint32Array()];
  const digests = parts.map((part) => sha256(bytesOf(part)));
  return sha256(concatBytes(...digests, ...parts.map((part) => uint32(part.length))));
}

/** The same memory as bytes. */
export function bytesOf(array: Float32Array | Float64Array | Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function unfit(message: string): BaseError {
  return new BaseError("Usage", "DATASET", message);
}
