import { type AgentClaim, type AgentReason, type AgentResult, isSpending } from "@cloister/attestation";
import { equalBytes } from "@cloister/bytes";
import { askAgain, askSoon } from "../asking.ts";
import { tellConsents } from "../consent.ts";
import { acceptAttested } from "../contacts.ts";
import type { Core } from "../core.ts";
import type { Transaction } from "../database.ts";
import { acceptedTable } from "../mending-records.ts";
import { type ContactRecord, contactsTable, only } from "../records.ts";
import {
  bootsTable,
  type EvidenceRecord,
  evidenceTable,
  type PassedEvidence,
  releaseTable,
} from "./records.ts";
import { currentRelease } from "./release.ts";

const maxKeysCount = 16;

type Passed = Extract<AgentResult, { verdict: "passed" }>;

/**
 * Notes what became of evidence. Where it passed for an identity that is new, and the organisation vouches for
 * that too, the identity is accepted: an agent has another one after each start. It has forgotten everything
 * then, so it is told again who consented, and asked again what it did not answer.
 * @returns whether something that was set aside may be opened now
 */
export async function settleEvidence(
  core: Core,
  asked: ContactRecord,
  { document, result }: { readonly document: Uint8Array; readonly result: AgentResult },
): Promise<boolean> {
  const { account: agent } = asked;
  const isAccepted = await core.database.change(async (transaction) => {
    const contact = await transaction.get(contactsTable, agent);
    const identityKey = asked.newIdentityKey ?? asked.identityKey;
    const current = contact?.newIdentityKey ?? contact?.identityKey;
    // Another identity was shown meanwhile; that one is asked about next.
    if (!contact || !current || !equalBytes(current, identityKey)) return false;
    const isNew = contact.newIdentityKey !== undefined;
    const passed = result.verdict === "passed" && (!isNew || contact.newVouched) ? result : undefined;
    transaction.put(evidenceTable, agent, recordOf(core, { agent, identityKey, document, result, passed }));
    transaction.emit({ type: "evidence", agent });
    if (result.verdict === "failed") await noteSpent(transaction, agent, result.reasons);
    if (!passed) return false;
    await witness(core, transaction, agent, passed);
    // What it sent before its evidence was here can be opened now.
    transaction.put(acceptedTable, agent, { account: agent });
    if (!isNew) return true;
    await acceptAttested(transaction, contact);
    await tellConsents(core, transaction, agent);
    askSoon(core, transaction, agent);
    return true;
  });
  if (isAccepted) await askAgain(core, false);
  return isAccepted;
}

function recordOf(
  core: Core,
  input: Pick<EvidenceRecord, "agent" | "identityKey" | "document"> & {
    readonly result: AgentResult;
    readonly passed: Passed | undefined;
  },
): EvidenceRecord {
  const { agent, identityKey, document, result, passed } = input;
  const release = currentRelease(core);
  const before = core.database.find(evidenceTable, agent);
  return {
    agent,
    identityKey,
    document,
    claims: result.verdict === "passed" && !passed ? unvouched(result.claims) : result.claims,
    checkedAtMs: core.clock.nowMs(),
    sequence: typeof release === "string" ? 0 : release.sequence,
    isUsed: false,
    ...(passed && { passed: passedOf(core, passed, before?.passed) }),
  };
}

function passedOf(core: Core, passed: Passed, before: PassedEvidence | undefined): PassedEvidence {
  const measurements = [0, 1, 2].map((pcr) => passed.pcrs.get(pcr) ?? new Uint8Array());
  const isSame = before?.measurements.every((known, pcr) => equalBytes(known, measurements[pcr] ?? known));
  const changedAtMs = isSame === false ? core.clock.nowMs() : before?.changedAtMs;
  const { class: kind, moduleId, manifest } = passed;
  return { class: kind, moduleId, manifest, measurements, ...(changedAtMs !== undefined && { changedAtMs }) };
}

/** Its evidence is good, and the organisation does not vouch for its key. */
function unvouched(claims: readonly AgentClaim[]): readonly AgentClaim[] {
  return claims.map((claim) =>
    claim.claim === "key" ? { claim: "key", status: "failed", reasons: ["AGENT_UNVOUCHED"] } : claim,
  );
}

/** A boot that was seen twice is refused for good; only another boot passes. */
async function noteSpent(
  transaction: Transaction,
  agent: string,
  reasons: readonly AgentReason[],
): Promise<void> {
  const seen = await transaction.get(bootsTable, agent);
  if (seen && isSpending(reasons)) transaction.put(bootsTable, agent, { ...seen, isSpent: true });
}

async function witness(
  core: Core,
  transaction: Transaction,
  agent: string,
  { manifest }: Passed,
): Promise<void> {
  const { bootId, bootedAtMs, counter, identityKey } = manifest;
  const known = (await transaction.get(bootsTable, agent))?.keys ?? [];
  const others = known.filter((key) => !equalBytes(key, identityKey));
  const keys = [identityKey, ...others].slice(0, maxKeysCount);
  transaction.put(bootsTable, agent, { bootId, bootedAtMs, counter, identityKey, keys });
  const release = currentRelease(core);
  if (typeof release !== "string") transaction.put(releaseTable, only, { sequence: release.sequence });
}
