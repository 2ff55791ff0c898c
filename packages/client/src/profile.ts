import { BaseError, equalBytes } from "@cloister/bytes";
import type { SessionProfile } from "@cloister/contracts/payload";
import { type Core, selfOf } from "./core.ts";
import type { ContactRecord } from "./records.ts";

/** What a session with this contact rests on. Undefined where no agent is at either end. */
export function profileWith(core: Core, contact: ContactRecord): SessionProfile | undefined {
  const self = selfOf(core);
  const agent = [self, contact].find(({ role }) => role === "agent");
  if (!agent) return undefined;
  const evidenceDigest = core.evidenceDigest(agent.account);
  return evidenceDigest ? { evidenceDigest } : {};
}

/**
 * Refuses a session that was opened on other evidence than this device holds for the agent in it.
 * @throws BaseError `EVIDENCE_MISMATCH`
 */
export function checkProfile(core: Core, contact: ContactRecord, shown: SessionProfile | undefined): void {
  const held = profileWith(core, contact)?.evidenceDigest;
  const claimed = shown?.evidenceDigest;
  if (held && claimed ? equalBytes(held, claimed) : held === claimed) return;
  throw new BaseError(
    "Verification",
    "EVIDENCE_MISMATCH",
    "the session rests on other evidence than is held here; verify the agent's evidence anew",
  );
}
