import { BaseError } from "@cloister/bytes";
import { combineShares, type Share } from "./shamir.ts";

/**
 * A secret from shares some of which may be wrong. `fits` holds a candidate against its commitment. One wrong
 * share among more than the threshold is found and named; more end the round.
 * @throws BaseError `AGGREGATION_SHARES`
 */
export function recoverSecret(input: {
  readonly shares: readonly Share[];
  readonly thresholdCount: number;
  readonly fits: (secret: Uint8Array) => boolean;
}): { readonly secret: Uint8Array; readonly suspects: readonly number[] } {
  const { shares, thresholdCount, fits } = input;
  const secret = combineShares(shares.slice(0, thresholdCount));
  if (fits(secret)) return { secret, suspects: [] };
  for (const left of shares) {
    const others = shares.filter((share) => share !== left);
    if (others.length < thresholdCount) break;
    const candidate = combineShares(others.slice(0, thresholdCount));
    if (fits(candidate)) return { secret: candidate, suspects: [left.node] };
  }
  throw new BaseError(
    "Verification",
    "AGGREGATION_SHARES",
    "members' shares do not open a mask; begin a new round without those who may have sent wrong ones",
  );
}
