export {
  type CanaryPower,
  type CanaryReach,
  type CanaryResult,
  type CanaryVerdict,
  canaryReach,
  defaultEffects,
  judgeCanary,
} from "./judge.ts";
export {
  type CanaryGroup,
  type CanaryPlan,
  drawPlan,
  type PlanSize,
  planCommitment,
  plantedPhrases,
} from "./plan.ts";
