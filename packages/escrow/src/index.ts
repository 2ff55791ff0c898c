export { checkGroup, groupDigest, type TrusteeGroup } from "./group.ts";
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
