import { BaseError, equalBytes, isBaseError } from "@cloister/bytes";
import { type EvidenceWord, encodeEvidenceWord } from "@cloister/contracts/evidence";
import { type AccountId, idBytesCount } from "@cloister/contracts/ids";
import type { SessionProfile } from "@cloister/contracts/payload";
import { sha256 } from "@cloister/crypto";
import { Allowance } from "../allowance.ts";
import { refreshContact } from "../contacts.ts";
import { type Core, keysOf, selfOf } from "../core.ts";
import type { Link } from "../link.ts";
import type { ContactRecord } from "../records.ts";
import type { EvidenceGate } from "./gate.ts";

/** What an agent shows for a nonce, and the manifest that it is bound to. */
export interface PresentedEvidence {
  readonly document: Uint8Array;
  readonly manifest: Uint8Array;
}

/** Makes evidence: the enclave's chip, or what stands in for it. */
export type Attest = (input: {
  readonly nonce: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly agent: AccountId;
}) => Promise<PresentedEvidence>;

/** What an account was shown last is what its sessions may name. */
const rememberedCount = 8;

/** An agent's own device: it shows evidence to whoever asks, and knows what it showed. */
export class AgentGate implements EvidenceGate {
  readonly #core: () => Core;
  readonly #attest: Attest | undefined;
  readonly #allowance: Allowance;
  readonly #shown = new Map<AccountId, readonly Uint8Array[]>();

  constructor(input: {
    readonly core: () => Core;
    readonly clock: Core["clock"];
    /** None where nothing vouches for this process. */
    readonly attest: Attest | undefined;
  }) {
    this.#core = input.core;
    this.#attest = input.attest;
    this.#allowance = new Allowance(input.clock);
  }

  standing(): "free" {
    return "free";
  }

  mayOpen(): boolean {
    return true;
  }

  opened(): void {
    // Nothing here depends on it.
  }

  ask(): void {
    // An agent asks nobody.
  }

  asked(): void {
    // Nor does it wait for answers.
  }

  digestFor(): undefined {
    return undefined;
  }

  requireOpened(contact: ContactRecord, shown: SessionProfile | undefined): void {
    const claimed = shown?.evidenceDigest;
    if (!claimed && !this.#attest) return;
    const known = this.#shown.get(contact.account) ?? [];
    if (claimed && known.some((digest) => equalBytes(digest, claimed))) return;
    throw new BaseError(
      "Verification",
      "EVIDENCE_MISMATCH",
      "the session rests on other evidence than was shown; ask for evidence anew",
    );
  }

  /** Answers one request, to all devices of the account: only the one that asked knows the nonce as its own. */
  async answer(
    link: Link,
    account: AccountId,
    { nonce }: Extract<EvidenceWord, { type: "request" }>,
  ): Promise<void> {
    if (!this.#attest || this.#allowance.take(account) > 0) return;
    const core = this.#core();
    const identityKey = keysOf(core).identityKeyPair.publicKey;
    const presented = await this.#attest({ nonce, identityKey, agent: selfOf(core).account });
    const digests = [sha256(presented.document), ...(this.#shown.get(account) ?? [])];
    this.#shown.set(account, digests.slice(0, rememberedCount));
    const payload = encodeEvidenceWord({ type: "answer", nonce, ...presented });
    try {
      const { devices = [] } = await refreshContact(core, account);
      await link.send(devices.map((device) => ({ account, device, id: core.random(idBytesCount), payload })));
    } catch (error) {
      // Lost; whoever asked will ask again.
      if (!isBaseError(error)) throw error;
    }
  }
}
