export { type AgentReason, agentRules } from "./agent/agent-rules.ts";
export { type FindAnchors, productionAnchors } from "./agent/anchors.ts";
export {
  type AgentAppraisalRequest,
  type AgentClaim,
  type AgentClaimName,
  type AgentClass,
  type AgentResult,
  appraiseAgent,
} from "./agent/appraise-agent.ts";
export { type BootSeen, isSpending } from "./agent/boot.ts";
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
export {
  decodeManifest,
  encodeManifest,
  type Manifest,
  type ManifestRole,
  manifestDigest,
} from "./manifest/manifest.ts";
export { type Release, type ReleasedBuild, signRelease, verifyRelease } from "./manifest/release.ts";
export type { UnverifiedDocument } from "./nitro-document.ts";
export type { AppraisalPolicy, ReferenceValue } from "./policy.ts";
export { type AttestationCode, type AttestationRule, attestationRules } from "./rules.ts";
