export {
  type AppraisalRequest,
  type AttestationResult,
  appraise,
  type Claim,
  type ClaimName,
  type TrustAnchor,
  type VerifiedEvidence,
} from "./appraise.ts";
export { awsNitroRoot } from "./aws-nitro-root.ts";
export type { UnverifiedDocument } from "./nitro-document.ts";
export type { AppraisalPolicy, ReferenceValue } from "./policy.ts";
export { type AttestationCode, type AttestationRule, attestationRules } from "./rules.ts";
