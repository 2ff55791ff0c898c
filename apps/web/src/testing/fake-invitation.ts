import { encodeInvitation, formatInvitationCode } from "@cloister/contracts/credential";
import type { Role } from "@cloister/contracts/ids";
import { readInvitation } from "../model/invitation.ts";

/** A code in the real format, signed by nobody. */
export function fakeInvitationCode(
  role: Role,
  name: string,
  expiresAtMs = Date.now() + 7 * 86_400_000,
): string {
  const invitation = encodeInvitation({
    id: new Uint8Array(16),
    role,
    name,
    redeemKey: new Uint8Array(32),
    expiresAtMs,
  });
  return formatInvitationCode({
    invitation,
    invitationSignature: new Uint8Array(64),
    redeemSeed: new Uint8Array(32),
  });
}

/** What the relay would read from it. */
export function invitationRoleAndName(code: string | undefined): {
  readonly role: Role;
  readonly name: string;
} {
  return code === undefined ? { role: "patient", name: "" } : readInvitation(code, Date.now());
}
