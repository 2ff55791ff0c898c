import type { AgentClaim, AgentClass } from "@cloister/attestation";

/** What this device knows about where an agent runs. */
export interface AgentEvidence {
  /**
   * `none`: the organisation's word is all there is. `asking`: no message goes out yet. `passed`: every claim
   * holds. `stale`: it passed and has to be shown again. `blocked`: a claim does not hold; nothing is sent.
   */
  readonly state: "none" | "asking" | "passed" | "stale" | "blocked";
  /** Undefined while nothing is known. Only `hardware` may be called verified. */
  readonly class?: AgentClass;
  readonly claims: readonly AgentClaim[];
  readonly checkedAtMs?: number;
  readonly facts?: EvidenceFacts;
}

/** What evidence says that passed; keys, digests and measurements in hex. */
export interface EvidenceFacts {
  readonly identityKey: string;
  readonly bootId: string;
  readonly bootedAtMs: number;
  readonly counter: number;
  readonly software: string;
  readonly moduleId: string;
  /** PCR0, PCR1 and PCR2. */
  readonly measurements: readonly string[];
  readonly knowledgeDigest?: string;
  readonly modelDigest?: string;
  readonly policyDigest?: string;
  /** When its code was last another than before. */
  readonly changedAtMs?: number;
  /** The whole document, base64url. */
  readonly document: string;
}
