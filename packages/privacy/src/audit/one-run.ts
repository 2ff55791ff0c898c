import { binomialMasses } from "./binomial.ts";
import type { CanaryScores } from "./canaries.ts";

const CONFIDENCE = 0.95;
/** Guesses, as a part of the canaries: the surest ones. */
const GUESSED = 0.1;
const TURNS = 40;
const HIGHEST = 20;

/** What one training run shows of all its canaries together. */
export interface OneRunAudit {
  readonly canariesCount: number;
  readonly guessesCount: number;
  readonly rightCount: number;
  /** The least epsilon that explains so many right guesses, with 95 % confidence; 0 when chance does. */
  readonly leastEpsilon: number;
  /** What it would be if every guess were right: no audit of this size shows more. */
  readonly mostShown: number;
}

/**
 * Audits a whole run with one training (Steinke, Nasr and Jagielski, "Privacy Auditing with One (1) Training
 * Run", NeurIPS 2023): the canaries with the highest scores are guessed to have been there, those with the
 * lowest not. It notices missing noise or clipping, hardly half the noise: that is the Gaussian test's part.
 */
export function auditOneRun({ inside, outside }: CanaryScores, delta: number): OneRunAudit {
  const canariesCount = inside.length + outside.length;
  const scored = [
    ...Array.from(inside, (score) => ({ score, there: true })),
    ...Array.from(outside, (score) => ({ score, there: false })),
  ].sort((one, other) => other.score - one.score);
  const each = Math.floor((canariesCount * GUESSED) / 2);
  const right = (part: typeof scored, there: boolean) => part.filter((one) => one.there === there).length;
  const rightCount = right(scored.slice(0, each), true) + right(scored.slice(-each), false);
  const counts = { canariesCount, guessesCount: 2 * each };
  return {
    ...counts,
    rightCount,
    leastEpsilon: leastEpsilon({ ...counts, rightCount, delta }),
    mostShown: leastEpsilon({ ...counts, rightCount: 2 * each, delta }),
  };
}

interface Guesses {
  readonly canariesCount: number;
  readonly guessesCount: number;
  readonly rightCount: number;
  readonly delta: number;
}

/** The largest epsilon under which so many right guesses are too unlikely. */
export function leastEpsilon(guesses: Guesses): number {
  const tooUnlikely = (epsilon: number) => chanceOf(guesses, epsilon) <= 1 - CONFIDENCE;
  if (!tooUnlikely(0)) return 0;
  let [low, high] = [0, HIGHEST];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const middle = (low + high) / 2;
    if (tooUnlikely(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** At most the chance of so many right guesses under (epsilon, delta) privacy (theorem 5.2). */
function chanceOf({ canariesCount, guessesCount, rightCount, delta }: Guesses, epsilon: number): number {
  const masses = binomialMasses(guessesCount, 1 / (1 + Math.exp(-epsilon)));
  const beta = masses.subarray(rightCount).reduce((sum, mass) => sum + mass, 0);
  let [alpha, sum] = [0, 0];
  for (let less = 1; less <= rightCount; less += 1) {
    sum += masses[rightCount - less] ?? 0;
    alpha = Math.max(alpha, sum / less);
  }
  return Math.min(1, beta + 2 * canariesCount * delta * alpha);
}
