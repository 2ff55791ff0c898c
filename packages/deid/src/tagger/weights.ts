// Written by packages/deid/training/train.ts; run it again instead of changing this.
import { part1 } from "./weights-1.ts";
import { part2 } from "./weights-2.ts";
import { part3 } from "./weights-3.ts";
import { part4 } from "./weights-4.ts";

/** SHA-256 of the weights' bytes: rows, then transitions. */
export const weightsDigest = "8c56c4b84d0e5aa6fa982c44536dc414dc7ed9694b2df7d0e9f6db55335df61d";
export const transitionWeights: readonly number[] = [
  127, 81, 0, 30, 0, -108, -124, -39, 31, 32, 116, -127, 0, -71, -52, -41, 116, 21, 127, -80, 0, -36, 39, 37,
  -32, -127, 0, 4, 82, -23, -88, -27, 30, -100, 0, 59, 127, 0, 13, -14, -127, -63, 0, -31, 0, 127, -1, -9,
  -97, -69, 0, 3, 0, -28, 127, -5, -18, -6, 0, -27, 0, 0, -14, 47,
];
/** Rows of eight weights of one byte, as base64. */
export const rowWeights: readonly string[] = [part1, part2, part3, part4];
