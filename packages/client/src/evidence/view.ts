import { toBase64Url, toHex } from "@cloister/bytes";
import type { AccountId } from "@cloister/contracts/ids";
import type { Core } from "../core.ts";
import { contactsTable } from "../records.ts";
import type { AgentEvidence, EvidenceFacts } from "./api.ts";
import type { Evidence } from "./index.ts";
import { type EvidenceRecord, evidenceTable } from "./records.ts";

/** As interfaces see it. */
export function evidenceView(
  { core, evidence }: { readonly core: Core; readonly evidence: Pick<Evidence, "isAsking"> },
  agent: AccountId,
): AgentEvidence {
  const contact = core.database.find(contactsTable, agent);
  const record = core.database.find(evidenceTable, agent);
  const standing = contact ? core.evidence.standing(contact) : "unknown";
  if (standing === "free") return { state: "none", class: "declared", claims: [] };
  if (!record) return { state: standing === "blocked" ? "blocked" : "asking", claims: [] };
  const about = {
    claims: record.claims,
    checkedAtMs: record.checkedAtMs,
    ...(record.passed && { class: record.passed.class, facts: factsOf(record, record.passed) }),
  };
  if (standing === "unknown") {
    return { ...about, state: record.passed && !evidence.isAsking(agent) ? "stale" : "asking" };
  }
  return { ...about, state: standing };
}

function factsOf(
  { document }: EvidenceRecord,
  { manifest, moduleId, measurements, changedAtMs }: NonNullable<EvidenceRecord["passed"]>,
): EvidenceFacts {
  const { identityKey, bootId, bootedAtMs, counter, software } = manifest;
  const digests = (["knowledgeDigest", "modelDigest", "policyDigest"] as const).map((name) => {
    const digest = manifest[name];
    return digest ? { [name]: toHex(digest) } : {};
  });
  return Object.assign(
    {
      identityKey: toHex(identityKey),
      bootId: toHex(bootId),
      bootedAtMs,
      counter,
      software: `${software.name} ${software.version}`,
      moduleId,
      measurements: measurements.map(toHex),
      document: toBase64Url(document),
      ...(changedAtMs !== undefined && { changedAtMs }),
    },
    ...digests,
  ) as EvidenceFacts;
}
