export {
  type CanaryPower,
  type CanaryResult,
  type CanaryVerdict,
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
