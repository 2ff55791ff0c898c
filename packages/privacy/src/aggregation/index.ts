export { type AggregatedSum, AggregationCoordinator } from "./coordinator.ts";
export { AggregationMember, checkAdvertisement } from "./member.ts";
export {
  type Advertisement,
  type AggregationMessage,
  decodeMessage,
  encodeMessage,
  type MaskedUpdate,
  type Parcel,
  type SurvivorSignature,
  type Unmasking,
} from "./messages.ts";
export { noiseShare } from "./noise-share.ts";
export {
  type AggregationPlan,
  type CohortMember,
  checkPlan,
  decodePlan,
  encodePlan,
  maxCohortCount,
  minCohortCount,
  planDigest,
} from "./plan.ts";
export type { Share } from "./shamir.ts";
