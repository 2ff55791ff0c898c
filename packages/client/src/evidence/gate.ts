import type { AccountId } from "@cloister/contracts/ids";
import type { SessionProfile } from "@cloister/contracts/payload";
import type { Transaction } from "../database.ts";
import type { ContactRecord } from "../records.ts";

/**
 * Whether an agent may be sent something. `free`: the organisation never said which code it runs, so its word
 * is all there is. `unknown`: it has to be asked first, or again. `blocked`: what it showed does not hold.
 */
export type EvidenceStanding = "free" | "unknown" | "blocked" | "passed";

/** What the rest of the client asks about evidence. */
export interface EvidenceGate {
  standing(contact: ContactRecord): EvidenceStanding;
  /** Whether a session may begin on what is known: each one needs evidence of its own. */
  mayOpen(contact: ContactRecord): boolean;
  /** A session was begun. */
  opened(transaction: Transaction, agent: AccountId): void;
  /** Asks the agent, unless that is under way. */
  ask(agent: AccountId): void;
  /** A question went to the agent: if no answer comes, it may have started anew meanwhile. */
  asked(agent: AccountId): void;
  /** What a session with the agent names in its first messages, 32 bytes. */
  digestFor(agent: AccountId): Uint8Array | undefined;
  /** @throws BaseError `EVIDENCE_MISMATCH`, `EVIDENCE_MISSING` */
  requireOpened(contact: ContactRecord, shown: SessionProfile | undefined): void;
}

/** Where rows for an agent wait that has to be asked for evidence first, so that they hold up nobody else. */
export function evidenceLane(agent: AccountId): string {
  return `evidence/${agent}`;
}
