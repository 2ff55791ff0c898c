import { equalBytes, fromBase64Url, isBaseError } from "@cloister/bytes";
import type { Member } from "@cloister/contracts/content";
import {
  type Credential,
  decodeCredential,
  type Invitation,
  verifyCredential,
} from "@cloister/contracts/credential";
import type { AccountInfo } from "@cloister/contracts/http";
import { type AccountId, addressKey, type DeviceId, type Role } from "@cloister/contracts/ids";
import { ed25519Verify } from "@cloister/crypto";
import type { Contact } from "./api.ts";
import { type Core, selfOf } from "./core.ts";
import type { Database, Transaction } from "./database.ts";
import { acceptedTable } from "./mending-records.ts";
import { addNotice } from "./messages.ts";
import { record } from "./recorder.ts";
import { type ContactRecord, contactsTable, conversationsTable, sessionsTable } from "./records.ts";
import { accessTable } from "./sealing-records.ts";

/** As interfaces see it. */
export function contactView({ account, role, name, vouched, verification }: ContactRecord): Contact {
  return { account, role, name, vouched, verification };
}

/** What is known about an account, asking the relay if nothing is. @throws BaseError `ACCOUNT_UNKNOWN`, or family `Unavailable` */
export async function requireContact(core: Core, account: AccountId): Promise<ContactRecord> {
  return core.database.find(contactsTable, account) ?? (await refreshContact(core, account));
}

/**
 * Asks the relay for the account's devices and key.
 * @param also happens in the same transaction, with what was known before
 * @throws BaseError `ACCOUNT_UNKNOWN`, or family `Unavailable`
 */
export async function refreshContact(
  core: Core,
  account: AccountId,
  also?: (transaction: Transaction, before: ContactRecord | undefined) => Promise<void>,
): Promise<ContactRecord> {
  const info = await core.relay.account(account);
  return core.database.change(async (transaction) => {
    const before = await transaction.get(contactsTable, account);
    const contact = await learn(core, transaction, {
      account,
      identityKey: fromBase64Url(info.identityKey),
      devices: info.devices.map(({ device }) => device),
      ...standing(core, info),
    });
    await also?.(transaction, before);
    return contact;
  });
}

/** Those the organisation vouches for. @throws BaseError family `Unavailable` */
export async function refreshDirectory(core: Core): Promise<readonly Contact[]> {
  const { account: own } = selfOf(core);
  const { entries } = await core.relay.directory();
  const contacts = await core.database.change(async (transaction) => {
    const learned: ContactRecord[] = [];
    for (const { account, credential } of entries) {
      const verified = checkCredential(core, credential);
      if (account === own || !verified) continue;
      const { invitation, identityKey } = verified;
      learned.push(await learn(core, transaction, { account, identityKey, ...vouchedAs(invitation) }));
    }
    return learned;
  });
  return contacts.map(contactView);
}

interface Standing {
  readonly role: Role;
  readonly vouched: boolean;
  readonly vouchedName: string;
}

interface Learned extends Standing {
  readonly account: AccountId;
  readonly identityKey: Uint8Array;
  readonly devices?: readonly DeviceId[];
}

/**
 * What an account is comes from the organisation's credential. Without a good one it is a patient's; or an
 * agent's, when it says so, because saying that can only lose it something: agents get less.
 */
function standing(core: Core, { role, credential, identityKey }: AccountInfo): Standing {
  const verified = credential === undefined ? undefined : checkCredential(core, credential);
  if (verified && equalBytes(verified.identityKey, fromBase64Url(identityKey))) {
    return vouchedAs(verified.invitation);
  }
  return { role: role === "agent" ? "agent" : "patient", vouched: false, vouchedName: "" };
}

function vouchedAs({ role, name }: Invitation): Standing {
  return { role, vouched: true, vouchedName: name };
}

function checkCredential(
  core: Core,
  text: string,
): { readonly invitation: Invitation; readonly identityKey: Uint8Array } | undefined {
  try {
    const credential: Credential = decodeCredential(fromBase64Url(text));
    const organisationKey = fromBase64Url(selfOf(core).organisation.organisationKey);
    const invitation = verifyCredential(credential, { organisationKey, verify: ed25519Verify });
    return { invitation, identityKey: credential.identityKey };
  } catch (error) {
    if (isBaseError(error)) return undefined;
    throw error;
  }
}

async function learn(core: Core, transaction: Transaction, learned: Learned): Promise<ContactRecord> {
  const { account, identityKey, role, vouched, vouchedName, devices } = learned;
  const known = await transaction.get(contactsTable, account);
  if (known && !isOwn(core, account) && !equalBytes(known.identityKey, identityKey)) {
    const changed = await noteIdentityChange(core, transaction, known, identityKey);
    const newVouched = vouched && role === "agent";
    if (!newVouched && devices === undefined) return changed;
    const contact = { ...changed, ...(devices && { devices }), newVouched };
    put(transaction, contact);
    return contact;
  }
  const contact: ContactRecord = {
    account,
    // A credential for this key holds for ever: that the relay shows it no more takes nothing back.
    ...(known?.vouched && !vouched ? { role: known.role, vouched: true } : { role, vouched }),
    name: vouchedName === "" ? (known?.name ?? "") : vouchedName,
    verification: known?.verification ?? "unverified",
    // If another one was shown meanwhile, it is gone; that it was there is still for a person to look at.
    identityKey: known?.identityKey ?? identityKey,
    ...((devices ?? known?.devices) && { devices: devices ?? known?.devices ?? [] }),
    knowsMyName: known?.knowsMyName ?? false,
  };
  if (devices) dropSessions(transaction, account, goneDevices(known, devices));
  if (!known || !isSame(known, contact)) put(transaction, contact);
  return contact;
}

/**
 * From here on nothing is sent to the account until a person decides. Known sessions stay pinned to the old key.
 * The own account's key never changes.
 */
export async function noteIdentityChange(
  core: Core,
  transaction: Transaction,
  known: ContactRecord,
  newIdentityKey: Uint8Array,
): Promise<ContactRecord> {
  if (isOwn(core, known.account)) return known;
  if (known.newIdentityKey && equalBytes(known.newIdentityKey, newIdentityKey)) return known;
  // An agent has another identity after each start. Where there is evidence, that decides, and no person.
  if (known.role === "agent" && core.evidence.standing(known) !== "free") {
    const waiting = { ...known, newIdentityKey };
    put(transaction, waiting);
    transaction.afterwards(() => core.evidence.ask(known.account));
    return waiting;
  }
  const contact: ContactRecord = { ...known, verification: "changed", newIdentityKey };
  put(transaction, contact);
  await record(core, transaction, { type: "identity.changed" });
  for (const { id, members } of transaction.all(conversationsTable)) {
    if (!members.some(({ account }) => account === known.account)) continue;
    await addNotice(core, transaction, {
      conversation: id,
      from: known.account,
      notice: { type: "identityChanged", account: known.account },
    });
  }
  return contact;
}

/**
 * A person accepts the identity that is shown now. The sessions of the one before end, and with them what the
 * organisation said: it vouched for the key before, not for this one.
 */
export async function acceptNewIdentity(
  core: Core,
  transaction: Transaction,
  account: AccountId,
): Promise<void> {
  if (isOwn(core, account)) return;
  const contact = await transaction.get(contactsTable, account);
  if (contact?.verification !== "changed") return;
  transaction.put(acceptedTable, account, { account });
  const { newIdentityKey, devices = [], ...rest } = contact;
  if (newIdentityKey) {
    dropSessions(transaction, account, devices);
    transaction.delete(accessTable, account);
    const role = rest.role === "agent" ? rest.role : "patient";
    const unvouched = { ...rest, role, vouched: false } as const;
    put(transaction, { ...unvouched, identityKey: newIdentityKey, verification: "unverified" });
  } else put(transaction, { ...rest, devices, verification: "unverified" });
}

/**
 * An agent's new identity is accepted: its evidence passed for that key, and the organisation vouches for it.
 * The sessions of the one before end.
 */
export async function acceptAttested(transaction: Transaction, contact: ContactRecord): Promise<void> {
  const { newIdentityKey, newVouched: _vouched, ...rest } = contact;
  if (!newIdentityKey) return;
  const { account, devices = [] } = rest;
  dropSessions(transaction, account, devices);
  transaction.delete(accessTable, account);
  put(transaction, { ...rest, identityKey: newIdentityKey, verification: "unverified" });
}

/** Changes a contact and tells listeners. */
export async function changeContact(
  transaction: Transaction,
  account: AccountId,
  change: Partial<Pick<ContactRecord, "name" | "verification" | "knowsMyName">>,
): Promise<void> {
  const contact = await transaction.get(contactsTable, account);
  if (contact) put(transaction, { ...contact, ...change });
}

/** The role to go by: the organisation's word before the members'. Whom anybody calls an agent gets less. */
export function roleOf(database: Database, { account, role }: Member): Role {
  const known = database.find(contactsTable, account);
  if (known?.vouched) return known.role;
  return role === "agent" ? role : (known?.role ?? role);
}

/** Nobody can tell this device what its own key is. */
function isOwn(core: Core, account: AccountId): boolean {
  return account === selfOf(core).account;
}

function goneDevices(known: ContactRecord | undefined, devices: readonly DeviceId[]): readonly DeviceId[] {
  return (known?.devices ?? []).filter((device) => !devices.includes(device));
}

function dropSessions(transaction: Transaction, account: AccountId, devices: readonly DeviceId[]): void {
  for (const device of devices) transaction.delete(sessionsTable, addressKey({ account, device }));
}

function isSame(a: ContactRecord, b: ContactRecord): boolean {
  return equalBytes(contactsTable.encode(a), contactsTable.encode(b));
}

function put(transaction: Transaction, contact: ContactRecord): void {
  transaction.put(contactsTable, contact.account, contact);
  transaction.emit({ type: "contact", account: contact.account });
}
