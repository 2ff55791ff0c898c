import { BaseError, fromBase64Url, toBase64Url } from "@cloister/bytes";
import {
  decodeInvitation,
  encodeCredential,
  type InvitationCode,
  parseInvitationCode,
  redeemInvitation,
  verifyCredential,
} from "@cloister/contracts/credential";
import type { DeviceRegistration, OrganisationInfo } from "@cloister/contracts/http";
import { type DeviceAddress, idBytesCount, type Role } from "@cloister/contracts/ids";
import { ed25519Sign, ed25519Verify } from "@cloister/crypto";
import { generateIdentityKeyPair, generateRegistrationId, type IdentityKeyPair } from "@cloister/protocol";
import type { Self } from "./api.ts";
import { type Core, keysOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { cleanName } from "./names.ts";
import { makeRegistration } from "./prekeys.ts";
import { record } from "./recorder.ts";
import {
  contactsTable,
  type KeysRecord,
  keysTable,
  linkedTable,
  only,
  type ProfileRecord,
  registrationTable,
  type SelfRecord,
  selfTable,
} from "./records.ts";

const authSeedBytesCount = 32;

/** As interfaces see it. */
export function selfView({ account, device, role, displayName, organisation }: SelfRecord): Self {
  return { account, device, role, displayName, organisation };
}

/**
 * Makes an identity on this device and an account for it. The keys are stored before the relay is asked, and a
 * repeated request gets the same account, so that a lost answer loses nothing.
 * @throws BaseError `ALREADY_SIGNED_UP`, `DISPLAY_NAME_MISSING`, `INVITATION_…`, or family `Unavailable`
 */
export async function signUp(
  core: Core,
  input: { readonly displayName: string; readonly invitationCode?: string },
): Promise<Self> {
  requireFresh(core);
  const displayName = cleanName(input.displayName);
  if (displayName === "") throw new BaseError("Usage", "DISPLAY_NAME_MISSING", "say how others may call you");
  const code = input.invitationCode === undefined ? undefined : parseInvitationCode(input.invitationCode);
  const organisation = await core.relay.organisation();
  const registration = await prepare(core);
  const invited = code && redeem(core, code, organisation);
  const address = await core.relay.createAccount({
    registration,
    ...(invited && { credential: invited.credential }),
  });
  return core.database.change(async (transaction) => {
    const role = invited?.role ?? "patient";
    const self = settleIn(core, transaction, address, { role, displayName, organisation });
    await record(core, transaction, { type: "account.created", role: self.role });
    if (code) await record(core, transaction, { type: "invitation.redeemed" });
    return selfView(self);
  });
}

/** @throws BaseError `ALREADY_SIGNED_UP` */
export function requireFresh({ database }: Core): void {
  if (!database.find(selfTable, only)) return;
  throw new BaseError("Usage", "ALREADY_SIGNED_UP", "this device has an account already; erase it first");
}

/** What this device registers with, made once: a repeated attempt has to look the same to the relay. */
async function prepare(core: Core): Promise<DeviceRegistration> {
  const { database, random } = core;
  const known = database.find(registrationTable, only);
  if (known && !database.find(linkedTable, only)) return known;
  return database.change((transaction) => {
    transaction.delete(linkedTable, only);
    return makeKeys(core, transaction, generateIdentityKeyPair(random));
  });
}

/** Makes this device's keys around an identity. */
export async function makeKeys(
  core: Core,
  transaction: Transaction,
  identityKeyPair: IdentityKeyPair,
): Promise<DeviceRegistration> {
  const keys: KeysRecord = {
    identityKeyPair,
    registrationId: generateRegistrationId(core.random),
    authSeed: core.random(authSeedBytesCount),
  };
  const registration = await makeRegistration(core, transaction, keys);
  transaction.put(keysTable, only, keys);
  transaction.put(registrationTable, only, registration);
  return registration;
}

/** The relay gave this device its address: it is who it is from now on. */
export function settleIn(
  core: Core,
  transaction: Transaction,
  address: DeviceAddress,
  profile: ProfileRecord,
): SelfRecord {
  const { account, device } = address;
  const self: SelfRecord = { ...profile, account, device, pseudonym: core.random(idBytesCount) };
  transaction.put(selfTable, only, self);
  transaction.delete(registrationTable, only);
  transaction.put(contactsTable, account, {
    account,
    role: profile.role,
    name: profile.displayName,
    vouched: false,
    verification: "verified",
    identityKey: keysOf(core).identityKeyPair.publicKey,
    devices: [device],
    knowsMyName: true,
  });
  return self;
}

/** Checks here that the organisation made the invitation: the relay's word for its key is all there is before. */
function redeem(
  core: Core,
  code: InvitationCode,
  organisation: OrganisationInfo,
): { readonly role: Role; readonly credential: string } {
  const identityKey = keysOf(core).identityKeyPair.publicKey;
  const credential = redeemInvitation({ code, identityKey, sign: ed25519Sign });
  try {
    verifyCredential(credential, {
      organisationKey: fromBase64Url(organisation.organisationKey),
      verify: ed25519Verify,
    });
  } catch (cause) {
    throw new BaseError(
      "Policy",
      "INVITATION_INVALID",
      "this invitation is not from this organisation; copy the whole link again",
      { cause },
    );
  }
  const { role } = decodeInvitation(code.invitation);
  return { role, credential: toBase64Url(encodeCredential(credential)) };
}
