import { BaseError } from "@cloister/bytes";

/** What each member adds, so that the sum is private without trusting the coordinator. */
export interface NoiseShare {
  /** Of the discrete Gaussian that one member adds to each number. */
  readonly sigma: number;
  /**
   * How far the sum of the members' discrete Gaussians may be from one: the absolute difference of the log
   * probabilities, for all numbers of one update together. Twice it is added to epsilon, for every step.
   */
  readonly gap: number;
}

/**
 * Discrete noise shares for a sum that must have `sigma` even when only the threshold of members remains and
 * `colludersCount` of those tell the coordinator their own noise.
 *
 * The gap is tau of Theorem 1 in Kairouz, Liu and Steinke, The Distributed Discrete Gaussian Mechanism (ICML
 * 2021), 10 * sum over k below the number of shares of exp(-2 pi^2 s^2 k / (k + 1)), for each number.
 * @throws BaseError `AGGREGATION_NOISE` (Usage)
 */
export function noiseShare(input: {
  readonly sigma: number;
  readonly thresholdCount: number;
  readonly colludersCount: number;
  readonly membersCount: number;
  readonly dimension: number;
}): NoiseShare {
  const { thresholdCount, colludersCount, membersCount, dimension } = input;
  const honestCount = thresholdCount - colludersCount;
  if (!(honestCount >= 1 && colludersCount >= 0 && input.sigma > 0))
    throw new BaseError(
      "Usage",
      "AGGREGATION_NOISE",
      "assume fewer colluders than the threshold, and noise above 0",
    );
  const variance = input.sigma ** 2 / honestCount;
  let tau = 0;
  for (let k = 1; k < membersCount; k += 1)
    tau += 10 * Math.exp((-2 * Math.PI ** 2 * variance * k) / (k + 1));
  return { sigma: Math.sqrt(variance), gap: tau * dimension };
}
