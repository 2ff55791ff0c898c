import { BaseError } from "@cloister/bytes";
import { combineShares, type Share } from "./shamir.ts";

/** Sets of shares to try: all pairs of suspects in a cohort of 60, one suspect in any. */
const maxTriesCount = 2000;

/**
 * A secret from shares some of which may be wrong. `fits` holds a candidate against its commitment. One or two
 * wrong shares among enough others are found and named; more end the round.
 * @throws BaseError `AGGREGATION_SHARES`
 */
export function recoverSecret(input: {
  readonly shares: readonly Share[];
  readonly thresholdCount: number;
  readonly fits: (secret: Uint8Array) => boolean;
}): { readonly secret: Uint8Array; readonly suspects: readonly number[] } {
  const { shares, thresholdCount, fits } = input;
  const without = (suspects: readonly Share[]) => {
    const others = shares.filter((share) => !suspects.includes(share)).slice(0, thresholdCount);
    if (others.length < thresholdCount) return undefined;
    const secret = combineShares(others);
    return fits(secret) ? { secret, suspects: suspects.map(({ node }) => node) } : undefined;
  };
  let triesCount = 0;
  for (const suspects of suspicions(shares)) {
    const found = without(suspects);
    if (found) return found;
    triesCount += 1;
    if (triesCount >= maxTriesCount) break;
  }
  throw new BaseError(
    "Verification",
    "AGGREGATION_SHARES",
    "members' shares do not open a mask; begin a new round without those who may have sent wrong ones",
  );
}

/** Nobody, then each one, then each two. */
function* suspicions(shares: readonly Share[]): Generator<readonly Share[]> {
  yield [];
  for (const share of shares) yield [share];
  for (const [index, first] of shares.entries()) {
    for (const second of shares.slice(index + 1)) yield [first, second];
  }
}
