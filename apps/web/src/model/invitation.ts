import { BaseError } from "@cloister/bytes";
import { decodeInvitation, type Invitation, parseInvitationCode } from "@cloister/contracts/credential";

/** An invitation as a person holds it. Its signature is checked when it is redeemed. */
export interface HeldInvitation {
  readonly code: string;
  readonly role: Invitation["role"];
  readonly name: string;
  readonly expiresAtMs: number;
}

/**
 * Takes an invitation out of the address, so that neither history nor a shoulder surfer keeps it.
 * Returns its code, unread.
 */
export function takeInvitationFromAddress(page: Pick<Window, "location" | "history">): string | undefined {
  const code = codeIn(page.location.hash);
  if (code !== undefined) page.history.replaceState(null, "", "#/");
  return code;
}

/**
 * Reads what a person pasted: a whole link or only its code.
 * @throws BaseError `INVITATION_CODE_INVALID`, `INVITATION_EXPIRED`
 */
export function readInvitation(pasted: string, nowMs: number): HeldInvitation {
  const code = codeIn(pasted) ?? pasted.trim();
  const { role, name, expiresAtMs } = decodeInvitation(parseInvitationCode(code).invitation);
  if (expiresAtMs <= nowMs) throw new BaseError("Policy", "INVITATION_EXPIRED", "ask for a new invitation");
  return { code, role, name, expiresAtMs };
}

function codeIn(text: string): string | undefined {
  return /#invite=([\w-]+)/.exec(text)?.[1];
}
