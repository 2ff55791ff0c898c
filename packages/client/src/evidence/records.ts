import type { AgentClaim, BootSeen, Manifest } from "@cloister/attestation";
import type { AccountId } from "@cloister/contracts/ids";
import { cached } from "../tables.ts";

/** What became of the evidence that an agent showed last. */
export interface EvidenceRecord {
  readonly agent: AccountId;
  /** The identity key that it was asked about. */
  readonly identityKey: Uint8Array;
  readonly claims: readonly AgentClaim[];
  readonly checkedAtMs: number;
  /** Number of the organisation's list that it was held against. */
  readonly sequence: number;
  readonly document: Uint8Array;
  /** A session was begun on it: the next one needs new evidence. */
  readonly isUsed: boolean;
  /** Only where every claim passed. */
  readonly passed?: PassedEvidence;
}

/** What evidence says that passed. */
export interface PassedEvidence {
  readonly class: "hardware" | "development";
  readonly moduleId: string;
  readonly manifest: Manifest;
  /** PCR0, PCR1 and PCR2, 48 bytes each. */
  readonly measurements: readonly Uint8Array[];
  /** When the measurement was last another than the one before. */
  readonly changedAtMs?: number;
}

/** What this device has witnessed of an agent's boots. */
export interface BootsRecord extends BootSeen {
  /** Identity keys that passed, newest first: what they signed stays signed. */
  readonly keys: readonly Uint8Array[];
}

/** By agent. */
export const evidenceTable = cached<EvidenceRecord>("evidence");
/** By agent. */
export const bootsTable = cached<BootsRecord>("agent-boots");
/** The newest list of released code that was seen here. */
export const releaseTable = cached<{ readonly sequence: number }>("release");

export const evidenceTables = [evidenceTable, bootsTable, releaseTable];
