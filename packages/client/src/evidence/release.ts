import { type AgentReason, type Release, verifyRelease } from "@cloister/attestation";
import { fromBase64Url, isBaseError } from "@cloister/bytes";
import { type Core, selfOf } from "../core.ts";
import { only } from "../records.ts";
import { releaseTable } from "./records.ts";

/** Whether agents need evidence here: the organisation has said which code it runs, now or once. */
export function isEvidenceRequired(core: Pick<Core, "database">): boolean {
  const { organisation } = selfOf(core);
  return organisation.release !== undefined || core.database.find(releaseTable, only) !== undefined;
}

/** The organisation's list of released code, or why what the relay shows does not count. */
export function currentRelease(core: Pick<Core, "database">): Release | AgentReason {
  const { release: shown, organisationKey } = selfOf(core).organisation;
  if (shown === undefined) return "RELEASE_MISSING";
  try {
    const release = verifyRelease(fromBase64Url(shown), fromBase64Url(organisationKey));
    const seen = core.database.find(releaseTable, only);
    return seen && release.sequence < seen.sequence ? "RELEASE_OLDER" : release;
  } catch (error) {
    if (isBaseError(error)) return "RELEASE_INVALID";
    throw error;
  }
}
