export {
  dueNotices,
  openCase,
  overdueReviews,
  type ReleasedCase,
  recordNotice,
  recordReview,
} from "./aftercare.ts";
export { checkGroup, groupDigest, type TrusteeGroup } from "./group.ts";
export { type Opened, openReleases } from "./release.ts";
export {
  assembleRequest,
  type BreakGlassRequest,
  type BreakGlassScope,
  encodeRequestBody,
  readRequest,
  signRequest,
  type VerifiedRequest,
} from "./request.ts";
export { type EscrowCode, escrowRules, type Rule } from "./rules.ts";
export {
  type EpochScope,
  epochKeyOfMember,
  type SealedEpoch,
  sealEpoch,
  type VerifiedSealing,
  verifySealing,
} from "./sealing.ts";
export { type Combined, combinePartials, type PartialDecryption, verifyPartial } from "./threshold.ts";
export {
  type ReleaseDemand,
  type ReleaseRecord,
  Trustee,
  type TrusteeIdentity,
  type TrusteePolicy,
  type TrusteePorts,
  type WitnessedTimes,
} from "./trustee.ts";
