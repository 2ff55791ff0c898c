// Written by packages/deid/training/train.ts; run it again instead of changing this.
import { part1 } from "./weights-1.ts";
import { part2 } from "./weights-2.ts";
import { part3 } from "./weights-3.ts";
import { part4 } from "./weights-4.ts";

/** SHA-256 of the rows' bytes and the transitions, joined by commas. */
export const weightsDigest = "c8083b7627cc3b6031c0e728f4f8af43e95033b914beeb2872a54db3f45b26a5";
/** What one step of a weight stands for. */
export const weightStep = 0.06585380771214007;
export const transitionWeights: readonly number[] = [
  346, 122, 0, 107, 0, -128, -224, -50, 89, 65, 244, -336, 0, -124, -83, -74, 207, -9, 314, -86, 0, -55, -5,
  60, -23, -303, 0, -58, 133, 7, -148, -57, 87, -182, 0, 81, 290, 28, -41, -30, -142, -114, 0, -48, 0, 289,
  -13, -3, -143, -131, 0, -102, 0, -60, 370, -3, -6, -10, 0, -77, 0, -13, -13, 58,
];
/** Rows of eight weights of one byte, as base64. */
export const rowWeights: readonly string[] = [part1, part2, part3, part4];
