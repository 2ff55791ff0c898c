import type { Random } from "@cloister/crypto";
import { gaussianEpsilon } from "../accountant/gaussian.ts";
import { normalUpperTail } from "../accountant/normal.ts";
import type { TrainingPlan } from "../training/plan.ts";
import { type CanaryScores, scoreCanaries, type Trainer } from "./canaries.ts";

/** One-sided 99.9 %. */
const QUANTILE = 3.0902;
const LEAST_NOISE = 1e-9;
/** Beyond this distance epsilon is above 200: as good as none. */
const FARTHEST = 20;

/** What one step of a trainer shows of a record that takes part, against what its noise promises. */
export interface GaussianAudit {
  /** Distance between a record's presence and absence in standard deviations: as measured. */
  readonly measured: number;
  /** The least that it is, with 99.9 % confidence. */
  readonly least: number;
  /** The most that the plan allows: 1 / noise multiplier. */
  readonly claimed: number;
  /** Epsilon of one unsampled step at `least`. */
  readonly leastEpsilon: number;
  /** The chance that this audit notices half the noise. */
  readonly powerAgainstHalfNoise: number;
  readonly passed: boolean;
}

/**
 * Tests sensitivity and noise of one step without sampling, where the exact answer is known: the scores of
 * canaries that were there have a mean of 1 and a deviation of the noise multiplier. Fails when two tries in
 * a row show more than the plan allows, which an honest trainer does once in a million audits.
 * @throws BaseError `AUDIT_CANARIES`
 */
export function auditGaussian(
  trainer: Trainer,
  plan: TrainingPlan,
  options: { readonly canariesCount: number; readonly delta: number; readonly random: Random },
): GaussianAudit {
  const once = () => {
    const whole = { ...plan, samplingRate: 1, stepsCount: 1 };
    return judge(scoreCanaries(trainer, whole, options), plan.noiseMultiplier, options);
  };
  const first = once();
  return first.passed ? first : once();
}

function judge(
  { inside, outside }: CanaryScores,
  noise: number,
  { canariesCount, delta }: { readonly canariesCount: number; readonly delta: number },
): GaussianAudit {
  const [there, away] = [meanOf(inside), meanOf(outside)];
  const squares = squaresAround(inside, there) + squaresAround(outside, away);
  const deviation = Math.max(LEAST_NOISE, Math.sqrt(squares / (canariesCount - 2)));
  const measured = (there - away) / deviation;
  const least = measured - QUANTILE * errorOf(measured, canariesCount);
  const claimed = 1 / noise;
  const half = 2 * claimed;
  return {
    measured,
    least,
    claimed,
    leastEpsilon: epsilonAt(least, delta),
    // It has to show in two tries.
    powerAgainstHalfNoise: normalUpperTail(QUANTILE - (half - claimed) / errorOf(half, canariesCount)) ** 2,
    passed: least <= claimed,
  };
}

function epsilonAt(distance: number, delta: number): number {
  if (distance <= 0) return 0;
  return distance > FARTHEST ? Infinity : gaussianEpsilon(1 / distance, delta);
}

/** Standard error of a standardised difference of two halves. */
function errorOf(distance: number, count: number): number {
  return Math.sqrt(4 / count + distance ** 2 / (2 * count));
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squaresAround(values: Float64Array, mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
