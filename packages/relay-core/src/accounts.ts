import { equalBytes, fromBase64Url, toBase64Url } from "@cloister/bytes";
import {
  type Credential,
  decodeCredential,
  type Invitation,
  verifyCredential,
} from "@cloister/contracts/credential";
import type {
  AccountInfo,
  AddDeviceRequest,
  CreateAccountRequest,
  Directory,
  OrganisationInfo,
} from "@cloister/contracts/http";
import { type AccountId, type DeviceAddress, idBytesCount, idFromBytes } from "@cloister/contracts/ids";
import { ed25519Verify, type Random } from "@cloister/crypto";
import { canonicalBytes } from "./canonical.ts";
import type { DevicePermits } from "./device-permits.ts";
import { RelayError } from "./errors.ts";
import type { RelayLimits } from "./limits.ts";
import type { OpenSlots } from "./open-slots.ts";
import type { AccountRecord, Clock, DeviceOutcome, RelayStore } from "./ports.ts";
import { type VerifiedRegistration, verifyRegistration } from "./registration.ts";

/** What admission and everything after it stand on. */
export interface AccountsContext {
  readonly store: RelayStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly organisation: OrganisationInfo;
  readonly limits: RelayLimits;
  readonly permits: DevicePermits;
  readonly slots: OpenSlots;
}

interface Admission {
  readonly role: Invitation["role"];
  readonly invitationId?: Uint8Array;
  readonly credential?: Uint8Array;
}

/**
 * Makes an account with its first device. The same device again gets the same answer, so that a lost reply
 * costs no invitation.
 * @throws RelayError `INVITATION_REQUIRED`, `INVITATION_INVALID`, `INVITATION_EXPIRED`, `INVITATION_USED`,
 * `FORBIDDEN`, `REQUEST_INVALID`, `DEVICE_REVOKED`
 */
export async function createAccount(
  context: AccountsContext,
  request: CreateAccountRequest,
): Promise<DeviceAddress> {
  const registration = verifyRegistration(request.registration);
  const admission = admit(context, request.credential, registration);
  return created(
    await context.store.createAccount({
      account: idFromBytes(context.random(idBytesCount)),
      identityKey: registration.identityKey,
      device: registration.device,
      ...admission,
    }),
  );
}

/**
 * Adds a device to whom its identity key belongs, with the token by which a device of theirs lets it in.
 * @throws RelayError `ACCOUNT_UNKNOWN`, `FORBIDDEN`, `REQUEST_INVALID`, `DEVICE_LIMIT`, `DEVICE_REVOKED`
 */
export async function addDevice(
  context: AccountsContext,
  account: AccountId,
  request: AddDeviceRequest,
): Promise<DeviceAddress> {
  const registration = verifyRegistration(request.registration);
  const token = canonicalBytes(request.token);
  const record = await accountRecord(context.store, account);
  if (!equalBytes(record.identityKey, registration.identityKey)) {
    throw new RelayError("FORBIDDEN", { message: "the account has another identity key" });
  }
  const { device } = registration;
  const letInBy = context.permits.use(account, token, device.authKey);
  if (!record.devices.some((current) => current.device === letInBy)) {
    throw new RelayError("FORBIDDEN", { message: "let the new device in on another one first" });
  }
  const maxDevicesCount = context.limits.devicesCount;
  return created(await context.store.addDevice({ account, device, maxDevicesCount }));
}

/** @throws RelayError `ACCOUNT_UNKNOWN` */
export async function accountInfo(store: RelayStore, account: AccountId): Promise<AccountInfo> {
  const record = await accountRecord(store, account);
  return {
    account,
    role: record.role,
    identityKey: toBase64Url(record.identityKey),
    ...(record.credential && { credential: toBase64Url(record.credential) }),
    devices: record.devices.map(({ device, registrationId }) => ({ device, registrationId })),
  };
}

/** Those the organisation vouches for; patients are never in it. */
export async function directory(store: RelayStore): Promise<Directory> {
  const entries = await store.directory();
  return {
    entries: entries.map(({ account, credential }) => ({ account, credential: toBase64Url(credential) })),
  };
}

/** @throws RelayError `ACCOUNT_UNKNOWN` */
export async function accountRecord(store: RelayStore, account: AccountId): Promise<AccountRecord> {
  const record = await store.account(account);
  if (record === undefined) throw new RelayError("ACCOUNT_UNKNOWN", { account });
  return record;
}

function admit(
  context: AccountsContext,
  credentialText: string | undefined,
  registration: VerifiedRegistration,
): Admission {
  if (credentialText === undefined) {
    if (context.organisation.signUp === "open") return { role: "patient" };
    throw new RelayError("INVITATION_REQUIRED");
  }
  const { credential, bytes, invitation } = readCredential(context, credentialText);
  if (!equalBytes(credential.identityKey, registration.identityKey)) {
    throw new RelayError("INVITATION_INVALID", {
      message: "the invitation was redeemed by another identity key",
    });
  }
  if (invitation.role === "patient" && invitation.name !== "") {
    throw new RelayError("INVITATION_INVALID", {
      message: "a patient's invitation must not carry a name: the relay may not learn it",
    });
  }
  if (context.clock.nowMs() >= invitation.expiresAtMs) throw new RelayError("INVITATION_EXPIRED");
  return { role: invitation.role, invitationId: invitation.id, credential: bytes };
}

function readCredential(
  context: AccountsContext,
  text: string,
): { credential: Credential; bytes: Uint8Array; invitation: Invitation } {
  try {
    const bytes = fromBase64Url(text);
    const credential = decodeCredential(bytes);
    const organisationKey = fromBase64Url(context.organisation.organisationKey);
    const invitation = verifyCredential(credential, { organisationKey, verify: ed25519Verify });
    return { credential, bytes, invitation };
  } catch (cause) {
    throw new RelayError("INVITATION_INVALID", { cause });
  }
}

/** @throws RelayError what the outcome says */
export function created(result: DeviceOutcome): DeviceAddress {
  switch (result.outcome) {
    case "created":
    case "existed":
      return result.address;
    case "invitationUsed":
      throw new RelayError("INVITATION_USED");
    case "accountUnknown":
      throw new RelayError("ACCOUNT_UNKNOWN");
    case "deviceLimit":
      throw new RelayError("DEVICE_LIMIT");
    case "revoked":
      throw new RelayError("DEVICE_REVOKED");
    case "recoveryUnknown":
      throw recoveryUnknown();
  }
}

export function recoveryUnknown(): RelayError {
  return new RelayError("FORBIDDEN", { message: "this recovery key does not open the account (any more)" });
}
