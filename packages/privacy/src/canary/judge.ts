import { binomialUpperTail, criticalCount } from "./binomial.ts";
import type { CanaryPlan } from "./plan.ts";

/**
 * What a test shows. `detected`: the planted phrases came first more often than the level allows a vendor that never
 * saw them. `not detected at the stated power`: they did not; how likely that is for a vendor that did see them is
 * what `power` says. That nothing was trained on cannot be shown, and no verdict says it.
 */
export type CanaryVerdict = "detected" | "not detected at the stated power" | "invalid";

/** How likely it is that this test detects, if a planted phrase comes first in its group with this probability. */
export interface CanaryPower {
  readonly effect: number;
  readonly power: number;
}

/** What a plan can find. */
export interface CanaryReach {
  /** How many hits it takes. */
  readonly criticalCount: number;
  readonly power: readonly CanaryPower[];
}

/** What came of a test. */
export interface CanaryResult extends CanaryReach {
  readonly verdict: CanaryVerdict;
  /** Why the test is invalid. */
  readonly reason?: string;
  readonly groupsCount: number;
  readonly candidatesCount: number;
  /** Of each group the place of the planted phrase, 1 for the first; whoever has the same score stands before it. */
  readonly ranks: readonly number[];
  /** Groups in which it came first. */
  readonly hitsCount: number;
  /** Probability of as many hits, or more, by chance alone. */
  readonly pValue: number;
  readonly level: number;
}

/** Probabilities for which the power is stated, unless others are given. */
export const defaultEffects: readonly number[] = [0.2, 0.3, 0.5, 0.8];

/**
 * Judges scores of a plan: one number for each candidate of each group, higher for what the vendor knows better.
 * The scores must come from a procedure that did not know the choice. Under the null hypothesis (the vendor's model
 * does not depend on the choice) the planted phrase comes first, before all others, with at most 1 in
 * `candidatesCount`, independently in each group: so the hits are at most binomial, whatever the scores are.
 */
export function judgeCanary(
  plan: CanaryPlan,
  scores: readonly (readonly number[])[],
  effects: readonly number[] = defaultEffects,
): CanaryResult {
  const groupsCount = plan.groups.length;
  const candidatesCount = plan.groups[0]?.candidates.length ?? 0;
  const level = plan.levelPpm / 1_000_000;
  const chance = 1 / candidatesCount;
  const reach = canaryReach(plan, effects);
  const reason = invalidity(plan, scores, reach.criticalCount);
  const ranks = reason === undefined ? scores.map((group, at) => rankOf(group, plan.choices[at] ?? 0)) : [];
  const hitsCount = ranks.filter((rank) => rank === 1).length;
  const pValue = reason === undefined ? binomialUpperTail(hitsCount, groupsCount, chance) : 1;
  return {
    verdict: verdictOf(reason, pValue <= level),
    ...(reason !== undefined && { reason }),
    groupsCount,
    candidatesCount,
    ranks,
    hitsCount,
    pValue,
    level,
    ...reach,
  };
}

/** What a plan can find, known before anything is sent. */
export function canaryReach(
  { groups, levelPpm }: CanaryPlan,
  effects: readonly number[] = defaultEffects,
): CanaryReach {
  const chance = 1 / (groups[0]?.candidates.length ?? 1);
  const critical = criticalCount(groups.length, chance, levelPpm / 1_000_000);
  const power = effects.map((effect) => ({
    effect,
    power: binomialUpperTail(critical, groups.length, effect),
  }));
  return { criticalCount: critical, power };
}

function verdictOf(reason: string | undefined, isBelow: boolean): CanaryVerdict {
  if (reason !== undefined) return "invalid";
  return isBelow ? "detected" : "not detected at the stated power";
}

function invalidity(
  { groups, choices }: CanaryPlan,
  scores: readonly (readonly number[])[],
  critical: number,
): string | undefined {
  if (scores.length !== groups.length || choices.length !== groups.length)
    return "there is not one list of scores for each group";
  const isComplete = scores.every(
    (group, at) => group.length === groups[at]?.candidates.length && group.every(Number.isFinite),
  );
  if (!isComplete) return "a candidate has no score";
  if (critical > groups.length) return "the plan is too small for its level: no result could be a find";
  return undefined;
}

function rankOf(scores: readonly number[], planted: number): number {
  const own = scores[planted] ?? Number.NEGATIVE_INFINITY;
  return 1 + scores.filter((score, at) => at !== planted && score >= own).length;
}
