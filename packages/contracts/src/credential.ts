import { BaseError, concatBytes, fromBase64Url, toBase64Url, toUtf8 } from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { idBytesCount, type Role, roles } from "./ids.ts";
import { readVersion1 } from "./version.ts";

/*
 * How an organisation vouches for a person's or an agent's identity key without the relay in between:
 *
 *   organisation key  --signs-->  invitation { role, name, redeemKey }
 *   redeem key        --signs-->  identity key of whoever holds the invitation code
 *
 * The redeem key's seed is in the code that the organisation hands over; the relay never sees it, so it
 * cannot attach an invitation to a key of its own. Whoever has the organisation's public key verifies
 * the whole chain offline.
 */

const invitationLabel = toUtf8("Cloister invitation v1\0");
const redemptionLabel = toUtf8("Cloister redemption v1\0");
const maxNameBytes = 120;
const keyBytesCount = 32;
const signatureBytesCount = 64;
const identityKeyBytesCount = 33;

/** What the organisation signed. `name` is shown to others for staff and agents; patients have none here. */
export interface Invitation {
  readonly id: Uint8Array;
  readonly role: Role;
  readonly name: string;
  /** Ed25519, 32 bytes; its private half travels in the code only. */
  readonly redeemKey: Uint8Array;
  readonly expiresAtMs: number;
}

/** Proof, for everyone, that the organisation gave `identityKey` this role and name. */
export interface Credential {
  readonly invitation: Uint8Array;
  readonly invitationSignature: Uint8Array;
  /** 0x05 || X25519, 33 bytes. */
  readonly identityKey: Uint8Array;
  readonly redemptionSignature: Uint8Array;
}

/** What a person receives from the organisation, as a link or QR. It is a secret until it is redeemed. */
export interface InvitationCode {
  readonly invitation: Uint8Array;
  readonly invitationSignature: Uint8Array;
  /** Ed25519 seed, 32 bytes. */
  readonly redeemSeed: Uint8Array;
}

/** Ed25519 signing, as `@cloister/crypto` has it: a port, because contracts import no primitives. */
export type SignEd25519 = (seed: Uint8Array, message: Uint8Array) => Uint8Array;
/** Ed25519 verification, as `@cloister/crypto` has it. */
export type VerifyEd25519 = (input: {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}) => boolean;

/** Deterministic CBOR, version 1. */
export function encodeInvitation(invitation: Invitation): Uint8Array<ArrayBuffer> {
  return encodeCbor({
    v: 1,
    id: invitation.id,
    role: invitation.role,
    name: invitation.name,
    redeemKey: invitation.redeemKey,
    expiresAtMs: invitation.expiresAtMs,
  });
}

/** @throws BaseError family `Decode` */
export function decodeInvitation(bytes: Uint8Array): Invitation {
  const map = readMap(decodeCbor(bytes));
  readVersion1(map);
  const invitation: Invitation = {
    id: map.bytes("id", { length: idBytesCount }),
    role: map.oneOf("role", roles),
    name: map.text("name", { maxBytes: maxNameBytes }),
    redeemKey: map.bytes("redeemKey", { length: keyBytesCount }),
    expiresAtMs: map.uint("expiresAtMs"),
  };
  map.end();
  return invitation;
}

/** Signs an invitation with the organisation's Ed25519 seed and makes the code to hand over. */
export function issueInvitation(input: {
  readonly invitation: Invitation;
  readonly redeemSeed: Uint8Array;
  readonly organisationSeed: Uint8Array;
  readonly sign: SignEd25519;
}): InvitationCode {
  const invitation = encodeInvitation(input.invitation);
  return {
    invitation,
    invitationSignature: input.sign(input.organisationSeed, concatBytes(invitationLabel, invitation)),
    redeemSeed: input.redeemSeed,
  };
}

/** The code as one token of text, for a link's fragment or a QR. */
export function formatInvitationCode(code: InvitationCode): string {
  return toBase64Url(encodeCbor({ i: code.invitation, s: code.invitationSignature, r: code.redeemSeed }));
}

/** @throws BaseError `INVITATION_CODE_INVALID` */
export function parseInvitationCode(text: string): InvitationCode {
  try {
    const map = readMap(decodeCbor(fromBase64Url(text.trim())));
    const code: InvitationCode = {
      invitation: map.bytes("i", { maxBytes: 512 }),
      invitationSignature: map.bytes("s", { length: signatureBytesCount }),
      redeemSeed: map.bytes("r", { length: keyBytesCount }),
    };
    map.end();
    decodeInvitation(code.invitation);
    return code;
  } catch (cause) {
    throw new BaseError(
      "Decode",
      "INVITATION_CODE_INVALID",
      "this invitation is not complete; copy the whole link again",
      { cause },
    );
  }
}

/** Binds the identity key to the invitation. */
export function redeemInvitation(input: {
  readonly code: InvitationCode;
  readonly identityKey: Uint8Array;
  readonly sign: SignEd25519;
}): Credential {
  const { code, identityKey } = input;
  return {
    invitation: code.invitation,
    invitationSignature: code.invitationSignature,
    identityKey,
    redemptionSignature: input.sign(
      code.redeemSeed,
      concatBytes(redemptionLabel, identityKey, code.invitation),
    ),
  };
}

/**
 * Verifies the whole chain. Expiry is the relay's to check when it is redeemed: a credential stays valid.
 * @throws BaseError `CREDENTIAL_INVALID`, or family `Decode`
 */
export function verifyCredential(
  credential: Credential,
  trust: { readonly organisationKey: Uint8Array; readonly verify: VerifyEd25519 },
): Invitation {
  const invitation = decodeInvitation(credential.invitation);
  const signedByOrganisation = trust.verify({
    publicKey: trust.organisationKey,
    message: concatBytes(invitationLabel, credential.invitation),
    signature: credential.invitationSignature,
  });
  const boundToIdentity = trust.verify({
    publicKey: invitation.redeemKey,
    message: concatBytes(redemptionLabel, credential.identityKey, credential.invitation),
    signature: credential.redemptionSignature,
  });
  if (!signedByOrganisation || !boundToIdentity) {
    throw new BaseError(
      "Verification",
      "CREDENTIAL_INVALID",
      "the organisation did not vouch for this identity key",
    );
  }
  return invitation;
}

/** Deterministic CBOR, version 1. */
export function encodeCredential(credential: Credential): Uint8Array<ArrayBuffer> {
  return encodeCbor({
    v: 1,
    invitation: credential.invitation,
    invitationSignature: credential.invitationSignature,
    identityKey: credential.identityKey,
    redemptionSignature: credential.redemptionSignature,
  });
}

/** @throws BaseError family `Decode` */
export function decodeCredential(bytes: Uint8Array): Credential {
  const map = readMap(decodeCbor(bytes));
  readVersion1(map);
  const credential: Credential = {
    invitation: map.bytes("invitation", { maxBytes: 512 }),
    invitationSignature: map.bytes("invitationSignature", { length: signatureBytesCount }),
    identityKey: map.bytes("identityKey", { length: identityKeyBytesCount }),
    redemptionSignature: map.bytes("redemptionSignature", { length: signatureBytesCount }),
  };
  map.end();
  return credential;
}
