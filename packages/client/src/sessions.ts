import { BaseError, fromBase64Url, toHex, zeroise } from "@cloister/bytes";
import {
  type Ciphertext,
  openEnvelope,
  padContent,
  sealEnvelope,
  unpadContent,
} from "@cloister/contracts/envelope";
import type { PreKeyBundleJson } from "@cloister/contracts/http";
import { addressKey, type DeviceAddress, idBytesCount } from "@cloister/contracts/ids";
import {
  decryptMessage,
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  inspectPreKeyMessage,
  type LocalPreKeys,
  type PreKeyBundle,
  type SessionRecord,
  startSession,
  type UnverifiedPreKeyMessage,
  type UsedPreKeys,
} from "@cloister/protocol";
import { type Core, localIdentity } from "./core.ts";
import type { Transaction } from "./database.ts";
import {
  baseKeysTable,
  type ContactRecord,
  kemPreKeysTable,
  oneTimePreKeysTable,
  orderKey,
  type SealedEnvelope,
  sessionsTable,
  signedPreKeysTable,
} from "./records.ts";

/** Whether something can be encrypted for the device right now. */
export async function hasSession(transaction: Transaction, address: DeviceAddress): Promise<boolean> {
  return (await transaction.get(sessionsTable, addressKey(address)))?.active !== undefined;
}

/** Pads and encrypts content for one device. @throws BaseError `SESSION-001`, `CONTENT_TOO_LARGE` */
export async function sealFor(
  core: Core,
  transaction: Transaction,
  address: DeviceAddress,
  content: Uint8Array,
): Promise<SealedEnvelope> {
  const record = (await transaction.get(sessionsTable, addressKey(address))) ?? emptyRecord;
  const sealed = encrypt(record, padContent(content), core.random);
  store(transaction, address, sealed);
  const { account, device } = address;
  return { account, device, id: core.random(idBytesCount), payload: sealEnvelope(sealed.message) };
}

/**
 * Opens an envelope and moves its session on.
 * @throws BaseError with a rule id of `@cloister/protocol`, or family `Decode`; nothing was written then
 */
export async function openFrom(
  core: Core,
  transaction: Transaction,
  from: { readonly address: DeviceAddress; readonly contact: ContactRecord },
  envelope: Uint8Array,
): Promise<Uint8Array> {
  const ciphertext = openEnvelope(envelope);
  const record = (await transaction.get(sessionsTable, addressKey(from.address))) ?? emptyRecord;
  if (ciphertext.type === 3) return openFirst(core, transaction, { ...from, record, ciphertext });
  const opened = decryptMessage(record, ciphertext.bytes);
  store(transaction, from.address, opened);
  return unpadContent(opened.plaintext);
}

/** A first message: it names the prekeys that it was made with, and uses them up. */
async function openFirst(
  core: Core,
  transaction: Transaction,
  input: {
    readonly address: DeviceAddress;
    readonly contact: ContactRecord;
    readonly record: SessionRecord;
    readonly ciphertext: Ciphertext;
  },
): Promise<Uint8Array> {
  const { bytes } = input.ciphertext;
  const names = inspectPreKeyMessage(bytes);
  const seen = await transaction.get(baseKeysTable, toHex(names.baseKey));
  const opened = decryptPreKeyMessage({
    record: input.record,
    local: localIdentity(core),
    preKeys: await findPreKeys(transaction, names),
    seenBaseKeys: seen ? [seen.baseKey] : [],
    bytes,
    trustedIdentityKey: input.contact.identityKey,
  });
  if (opened.usedPreKeys) spend(transaction, opened.usedPreKeys, names.signedPreKeyId);
  store(transaction, input.address, opened);
  return unpadContent(opened.plaintext);
}

async function findPreKeys(transaction: Transaction, names: UnverifiedPreKeyMessage): Promise<LocalPreKeys> {
  const { signedPreKeyId, kyberPreKeyId, preKeyId } = names;
  return {
    signedPreKey: await transaction.get(signedPreKeysTable, orderKey(signedPreKeyId)),
    kemPreKey: await transaction.get(kemPreKeysTable, orderKey(kyberPreKeyId)),
    oneTimePreKey:
      preKeyId === undefined ? undefined : await transaction.get(oneTimePreKeysTable, orderKey(preKeyId)),
  };
}

function spend(transaction: Transaction, used: UsedPreKeys, signedId: number): void {
  if (used.oneTimeId !== undefined) transaction.delete(oneTimePreKeysTable, orderKey(used.oneTimeId));
  if (used.kemId !== undefined) transaction.delete(kemPreKeysTable, orderKey(used.kemId));
  const key = toHex(used.baseKey);
  transaction.put(baseKeysTable, key, { key, baseKey: used.baseKey, signedId });
}

/**
 * Starts a session with each device that a bundle is for and that has none.
 * @throws BaseError `IDENTITY-001`, or another rule id: the relay or the device made a bad bundle
 */
export async function startSessions(
  core: Core,
  transaction: Transaction,
  contact: ContactRecord,
  bundles: readonly PreKeyBundleJson[],
): Promise<void> {
  for (const bundle of bundles) {
    const address = { account: contact.account, device: bundle.device };
    if (await hasSession(transaction, address)) continue;
    const step = startSession({
      local: localIdentity(core),
      remote: bundleFromJson(bundle),
      random: core.random,
      nowMs: core.clock.nowMs(),
      record: (await transaction.get(sessionsTable, addressKey(address))) ?? emptyRecord,
      trustedIdentityKey: contact.identityKey,
    });
    store(transaction, address, step);
  }
}

function bundleFromJson(json: PreKeyBundleJson): PreKeyBundle {
  const { signedPreKey, kemPreKey, oneTimePreKey } = json;
  return {
    registrationId: json.registrationId,
    deviceId: json.device,
    identityKey: fromBase64Url(json.identityKey),
    signedPreKeyId: signedPreKey.id,
    signedPreKey: fromBase64Url(signedPreKey.publicKey),
    signedPreKeySignature: fromBase64Url(signedPreKey.signature),
    kyberPreKeyId: kemPreKey.id,
    kyberPreKey: fromBase64Url(kemPreKey.publicKey),
    kyberPreKeySignature: fromBase64Url(kemPreKey.signature),
    ...(oneTimePreKey && { preKeyId: oneTimePreKey.id, preKey: fromBase64Url(oneTimePreKey.publicKey) }),
  };
}

function store(
  transaction: Transaction,
  address: DeviceAddress,
  step: { readonly record: SessionRecord; readonly erase: readonly Uint8Array[] },
): void {
  transaction.put(sessionsTable, addressKey(address), step.record);
  transaction.afterwards(() => zeroise(...step.erase));
}

/** Whether the error says that the other side's identity key is not the one that is pinned. */
export function isIdentityMismatch(error: unknown): boolean {
  return error instanceof BaseError && error.code === "IDENTITY-001";
}
