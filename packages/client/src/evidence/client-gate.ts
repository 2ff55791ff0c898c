import { BaseError, equalBytes } from "@cloister/bytes";
import type { AccountId } from "@cloister/contracts/ids";
import type { SessionProfile } from "@cloister/contracts/payload";
import { sha256 } from "@cloister/crypto";
import type { Core } from "../core.ts";
import type { Transaction } from "../database.ts";
import { type ContactRecord, openAsksTable } from "../records.ts";
import type { EvidenceGate, EvidenceStanding } from "./gate.ts";
import { evidenceTable } from "./records.ts";
import { currentRelease, isEvidenceRequired } from "./release.ts";

/** Evidence that passed counts for so long; it is asked for again at half of that. */
export const evidenceMs = 600_000;

/** An answer that takes longer may not come: the agent may be another one by now. */
const patienceMs = 15_000;

/** A person's device: no agent hears a word before its evidence passed here. */
export class ClientGate implements EvidenceGate {
  readonly #core: Pick<Core, "database" | "clock">;
  readonly #ask: (agent: AccountId) => void;
  readonly #cancels = new Map<AccountId, () => void>();

  constructor(core: Pick<Core, "database" | "clock">, ask: (agent: AccountId) => void) {
    this.#core = core;
    this.#ask = ask;
  }

  standing(contact: ContactRecord): EvidenceStanding {
    const { database, clock } = this.#core;
    if (!isEvidenceRequired(this.#core)) return "free";
    const record = database.find(evidenceTable, contact.account);
    const release = currentRelease(this.#core);
    const isAboutThis =
      record && equalBytes(record.identityKey, contact.newIdentityKey ?? contact.identityKey);
    if (!isAboutThis) return "unknown";
    if (!record.passed || typeof release === "string") return "blocked";
    const isOld = clock.nowMs() - record.checkedAtMs > evidenceMs || record.sequence !== release.sequence;
    return isOld || contact.newIdentityKey ? "unknown" : "passed";
  }

  mayOpen(contact: ContactRecord): boolean {
    const isUsed = this.#core.database.find(evidenceTable, contact.account)?.isUsed ?? true;
    return this.standing(contact) === "free" || !isUsed;
  }

  opened(transaction: Transaction, agent: AccountId): void {
    const record = this.#core.database.find(evidenceTable, agent);
    if (record) transaction.put(evidenceTable, agent, { ...record, isUsed: true });
  }

  ask(agent: AccountId): void {
    this.#ask(agent);
  }

  asked(agent: AccountId): void {
    const { database, clock } = this.#core;
    if (!isEvidenceRequired(this.#core)) return;
    this.#cancels.get(agent)?.();
    const cancel = clock.after(patienceMs, () => {
      this.#cancels.delete(agent);
      if (database.all(openAsksTable).some((ask) => ask.agent === agent)) this.#ask(agent);
    });
    this.#cancels.set(agent, cancel);
  }

  digestFor(agent: AccountId): Uint8Array | undefined {
    const record = this.#core.database.find(evidenceTable, agent);
    return record?.passed && sha256(record.document);
  }

  /** What an agent opens rests on what it showed this device; it need not name that. */
  requireOpened(contact: ContactRecord, shown: SessionProfile | undefined): void {
    if (contact.role !== "agent") return;
    const standing = this.standing(contact);
    if (standing === "free" ? shown?.evidenceDigest === undefined : standing === "passed") return;
    this.#ask(contact.account);
    throw new BaseError("Verification", "EVIDENCE_MISSING", "this agent's evidence has to pass first");
  }
}
