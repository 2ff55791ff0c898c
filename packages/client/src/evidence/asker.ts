import { type AgentResult, appraiseAgent, type FindAnchors } from "@cloister/attestation";
import { equalBytes, isBaseError } from "@cloister/bytes";
import { type EvidenceWord, encodeEvidenceWord, evidenceNonceBytesCount } from "@cloister/contracts/evidence";
import { type AccountId, idBytesCount } from "@cloister/contracts/ids";
import { refreshContact } from "../contacts.ts";
import type { Core } from "../core.ts";
import type { Link } from "../link.ts";
import { refreshOrganisation } from "../organisation.ts";
import { type ContactRecord, contactsTable } from "../records.ts";
import { evidenceMs } from "./client-gate.ts";
import { bootsTable, evidenceTable } from "./records.ts";
import { currentRelease, isEvidenceRequired } from "./release.ts";
import { settleEvidence } from "./settle.ts";

const firstWaitMs = 5000;
const mostWaitMs = 300_000;

interface Pending {
  readonly nonce: Uint8Array;
  readonly triesCount: number;
  readonly cancel: () => void;
}

type Answer = Extract<EvidenceWord, { type: "answer" }>;

/** Asks agents for evidence until they answer, and judges what comes. */
export class EvidenceAsker {
  readonly #core: () => Core;
  readonly #anchors: FindAnchors;
  /** An identity was accepted: what was set aside for it can be opened. */
  readonly #onAccepted: () => void;
  readonly #pending = new Map<AccountId, Pending>();
  #link: Link | undefined;

  constructor(input: {
    readonly core: () => Core;
    readonly anchors: FindAnchors;
    readonly onAccepted: () => void;
  }) {
    this.#core = input.core;
    this.#anchors = input.anchors;
    this.#onAccepted = input.onAccepted;
  }

  attach(link: Link): void {
    this.#link = link;
    for (const agent of this.#pending.keys()) this.#askNow(agent, 1);
  }

  detach(): void {
    this.#link = undefined;
    for (const { cancel } of this.#pending.values()) cancel();
  }

  /** Asks, unless an answer is awaited. */
  ask(agent: AccountId): void {
    if (!this.#pending.has(agent)) this.#askNow(agent, 1);
  }

  isAsking(agent: AccountId): boolean {
    return this.#pending.has(agent);
  }

  /** What passed is asked for again before it is too old; what did not may do so now. */
  renew(): void {
    const { database, clock } = this.#core();
    if (!this.#link || !isEvidenceRequired(this.#core())) return;
    for (const { agent, checkedAtMs, passed } of database.all(evidenceTable)) {
      if (!passed || clock.nowMs() - checkedAtMs > evidenceMs / 2) this.ask(agent);
    }
  }

  #askNow(agent: AccountId, triesCount: number): void {
    const core = this.#core();
    this.#pending.get(agent)?.cancel();
    const nonce = core.random(evidenceNonceBytesCount);
    const waitMs = Math.min(firstWaitMs * 2 ** (triesCount - 1), mostWaitMs);
    const cancel = core.clock.after(waitMs, () => this.#askNow(agent, triesCount + 1));
    this.#pending.set(agent, { nonce, triesCount, cancel });
    core.inBackground(() => this.#send(agent, nonce));
  }

  async #send(agent: AccountId, nonce: Uint8Array): Promise<void> {
    const core = this.#core();
    const link = this.#link;
    if (!link) return;
    // A list that was changed since, and an identity that is new since, count from now on.
    await refreshOrganisation(core);
    const { devices = [] } = await refreshContact(core, agent);
    const payload = encodeEvidenceWord({ type: "request", nonce });
    await link.send(
      devices.map((device) => ({ account: agent, device, id: core.random(idBytesCount), payload })),
    );
  }

  /** An answer from the relay, which may be anybody's. */
  async receive(agent: AccountId, answer: Answer): Promise<void> {
    const pending = this.#pending.get(agent);
    const contact = this.#core().database.find(contactsTable, agent);
    if (!pending || !contact || !equalBytes(pending.nonce, answer.nonce)) return;
    pending.cancel();
    this.#pending.delete(agent);
    const isAccepted = await settleEvidence(this.#core(), contact, {
      document: answer.document,
      result: this.#appraise(contact, answer),
    });
    if (isAccepted) this.#onAccepted();
    this.#core().wakeSender();
  }

  #appraise(contact: ContactRecord, { document, manifest, nonce }: Answer): AgentResult {
    const core = this.#core();
    const release = currentRelease(core);
    const seen = core.database.find(bootsTable, contact.account);
    return appraiseAgent({
      evidence: { kind: "nitro", document },
      manifest,
      nonce,
      identityKey: contact.newIdentityKey ?? contact.identityKey,
      agent: contact.account,
      anchors: typeof release === "string" ? [] : this.#anchors(release),
      release,
      ...(seen && { seen }),
      nowMs: core.clock.nowMs(),
    });
  }
}

/** Whether the error says that an agent's evidence is missing: what it sent is opened when that passed. */
export function isEvidenceMissing(error: unknown): boolean {
  return isBaseError(error, "EVIDENCE_MISSING");
}
