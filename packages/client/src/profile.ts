import type { SessionProfile } from "@cloister/contracts/payload";
import { type Core, selfOf } from "./core.ts";
import type { ContactRecord } from "./records.ts";

/** What a session with this contact rests on. Undefined where no agent is at either end. */
export function profileWith(core: Core, contact: ContactRecord): SessionProfile | undefined {
  if (selfOf(core).role !== "agent" && contact.role !== "agent") return undefined;
  const evidenceDigest = core.evidence.digestFor(contact.account);
  return evidenceDigest ? { evidenceDigest } : {};
}
