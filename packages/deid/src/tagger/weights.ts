// Written by packages/deid/training/train.ts; run it again instead of changing this.
import { part1 } from "./weights-1.ts";
import { part2 } from "./weights-2.ts";
import { part3 } from "./weights-3.ts";
import { part4 } from "./weights-4.ts";

/** SHA-256 of the rows' bytes and the transitions, joined by commas. */
export const weightsDigest = "c412bdf3633b52ce690eaacb4792fb5304d67a529db59820a897b9b3720772f5";
/** What one step of a weight stands for. */
export const weightStep = 0.07450580051451222;
export const transitionWeights: readonly number[] = [
  333, 147, 0, 94, 0, -111, -191, -58, 84, 86, 200, -366, 0, -100, -151, -93, 187, -17, 263, -87, 0, -23, 11,
  78, -14, -298, 0, -83, 113, -40, -122, -46, 122, -126, 0, 32, 285, 5, -30, 0, -129, -139, 0, -15, 0, 295,
  -8, 0, -163, -90, 0, -99, 0, -36, 332, -21, 2, -46, 0, -25, 0, -35, -10, 98,
];
/** Rows of eight weights of one byte, as base64. */
export const rowWeights: readonly string[] = [part1, part2, part3, part4];
