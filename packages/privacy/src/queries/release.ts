import { toHex, toUtf8 } from "@cloister/bytes";
import { type Random, sha256 } from "@cloister/crypto";
import { type LedgerStore, reserve, settle } from "../ledger/index.ts";
import { discreteGaussian } from "../training/discrete-gaussian.ts";
import { Keystream } from "../training/keystream.ts";

/** Who pays, and how much noise there is: its standard deviation over a unit's vector, 0.1 to 1000. */
export interface Payment {
  readonly noiseMultiplier: number;
  readonly ledger: LedgerStore;
  readonly budget: string;
  readonly random: Random;
}

/** Length of the longest vector that one unit may add, in whole numbers. */
export const vectorUnits = 4095;
/** What noise is measured by: longer by far more than round-off could add. */
const SENSITIVITY = vectorUnits + 1;
const ID_BYTES = 16;
const KEY_BYTES = 32;

export function isNoise(noiseMultiplier: number): boolean {
  return noiseMultiplier >= 0.1 && noiseMultiplier <= 1000;
}

/**
 * Reserves one Gaussian release, then computes totals and gives them back with noise. A crash in between
 * costs what was reserved.
 * @param what what is asked, public: the reservation names its digest
 * @param totals whole numbers, to which one unit adds a vector no longer than {@link vectorUnits}
 */
export function releaseTotals(payment: Payment, what: unknown, totals: () => Float64Array): Float64Array {
  const { noiseMultiplier, ledger, budget, random } = payment;
  const id = toHex(random(ID_BYTES));
  const planDigest = toHex(sha256(toUtf8(JSON.stringify([what, noiseMultiplier]))));
  const events = [{ samplingRate: 1, noiseMultiplier, stepsCount: 1 }];
  reserve(ledger, { id, budget, purpose: "query", events, planDigest });
  const variance = Math.ceil((noiseMultiplier * SENSITIVITY) ** 2);
  const noise = discreteGaussian(variance, new Keystream(random(KEY_BYTES)));
  const noisy = totals().map((total) => total + noise());
  settle(ledger, { id, outcome: "released" });
  return noisy;
}
