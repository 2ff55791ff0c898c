import { BaseError, fromBase64Url, isBaseError, toHex, zeroise } from "@cloister/bytes";
import { decodeContent } from "@cloister/contracts/content";
import {
  type Ciphertext,
  openEnvelope,
  padContent,
  sealEnvelope,
  unpadContent,
} from "@cloister/contracts/envelope";
import type { PreKeyBundleJson } from "@cloister/contracts/http";
import { addressKey, type DeviceAddress, idFromBytes } from "@cloister/contracts/ids";
import { encodePayload } from "@cloister/contracts/payload";
import {
  archiveSession,
  decryptMessage,
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  expireRecord,
  inspectPreKeyMessage,
  type LocalPreKeys,
  type PreKeyBundle,
  type RecordStep,
  type SessionRecord,
  startSession,
  type UnverifiedPreKeyMessage,
  type UsedPreKeys,
} from "@cloister/protocol";
import { accessKeyFor, freshEnvelopeId } from "./access.ts";
import { type Core, localIdentity } from "./core.ts";
import type { Table, Transaction } from "./database.ts";
import { sentEnvelopesTable } from "./mending-records.ts";
import { profileWith } from "./profile.ts";
import {
  baseKeysTable,
  type ContactRecord,
  contactsTable,
  kemPreKeysTable,
  type OutboxRow,
  oneTimePreKeysTable,
  orderKey,
  type SealedEnvelope,
  sessionsTable,
  signedPreKeysTable,
} from "./records.ts";

/** A record is damaged, or looks as if another version had written it; or its row is damaged. */
const unreadable: ReadonlySet<string> = new Set(["SESSION-002", "SESSION-003", "STORE_CORRUPT"]);

/**
 * The sessions with a device. A record that cannot be read counts as none: what is lost with it is said again in
 * new sessions.
 */
export async function findSessions(transaction: Transaction, address: DeviceAddress): Promise<SessionRecord> {
  try {
    return (await transaction.get(sessionsTable, addressKey(address))) ?? emptyRecord;
  } catch (error) {
    if (isBaseError(error) && unreadable.has(error.code)) return emptyRecord;
    throw error;
  }
}

/** The same, without what has waited too long: it goes for good when the record is stored. */
async function currentSessions(
  core: Core,
  transaction: Transaction,
  address: DeviceAddress,
): Promise<RecordStep> {
  return expireRecord(await findSessions(transaction, address), core.clock.nowMs());
}

/** Whether something can be encrypted for the device right now. */
export async function hasSession(
  core: Core,
  transaction: Transaction,
  address: DeviceAddress,
): Promise<boolean> {
  const { record } = await currentSessions(core, transaction, address);
  return record.active !== undefined;
}

/** The next message needs a new session; late ones still open. */
export async function endSession(transaction: Transaction, address: DeviceAddress): Promise<void> {
  store(transaction, address, archiveSession(await findSessions(transaction, address)));
}

/** Pads and encrypts content for one device. @throws BaseError `SESSION-001`, `CONTENT_TOO_LARGE` */
export async function sealFor(
  core: Core,
  transaction: Transaction,
  address: DeviceAddress,
  row: Pick<OutboxRow, "order" | "content">,
): Promise<SealedEnvelope> {
  const { record, erase } = await currentSessions(core, transaction, address);
  const payload = await payloadFor(core, transaction, { address, record, content: row.content });
  const sealed = encrypt(record, padContent(payload), core.random);
  store(transaction, address, { ...sealed, erase: [...erase, ...sealed.erase] });
  const { account, device } = address;
  const idBytes = await freshEnvelopeId(core, transaction, account);
  const [id, atMs] = [idFromBytes(idBytes), core.clock.nowMs()];
  transaction.put(sentEnvelopesTable, id, { account, device, id, order: row.order, atMs });
  return { account, device, id: idBytes, payload: sealEnvelope(sealed.message) };
}

/** What opens a session with an agent carries the session's profile, until the first answer; see also `access.ts`. */
async function payloadFor(
  core: Core,
  transaction: Transaction,
  input: { readonly address: DeviceAddress; readonly record: SessionRecord; readonly content: Uint8Array },
): Promise<Uint8Array> {
  const { address, record, content } = input;
  const origin = record.active?.origin;
  const isOpening = origin?.role === "initiator" && origin.pending !== undefined;
  const contact = await transaction.get(contactsTable, address.account);
  const session = isOpening && contact ? profileWith(core, contact) : undefined;
  const accessKey = await accessKeyFor(core, transaction, address.account, content);
  if (!session && !accessKey) return content;
  return encodePayload({
    content: decodeContent(content),
    ...(session && { session }),
    ...(accessKey && { accessKey }),
  });
}

interface Opened {
  readonly plaintext: Uint8Array;
  readonly isFirst: boolean;
}

/**
 * Opens an envelope and moves its session on. `isFirst` says that this opened a new one.
 * @throws BaseError with a rule id of `@cloister/protocol`, or family `Decode`; nothing was written then
 */
export async function openFrom(
  core: Core,
  transaction: Transaction,
  from: { readonly address: DeviceAddress; readonly contact: ContactRecord },
  envelope: Uint8Array,
): Promise<Opened> {
  const ciphertext = openEnvelope(envelope);
  const current = await currentSessions(core, transaction, from.address);
  if (ciphertext.type === 3) return openFirst(core, transaction, { ...from, current, ciphertext });
  const opened = decryptMessage(current.record, ciphertext.bytes);
  store(transaction, from.address, { ...opened, erase: [...current.erase, ...opened.erase] });
  return { plaintext: unpadContent(opened.plaintext), isFirst: false };
}

/** A first message: it names the prekeys that it was made with, and uses them up. */
async function openFirst(
  core: Core,
  transaction: Transaction,
  input: {
    readonly address: DeviceAddress;
    readonly contact: ContactRecord;
    readonly current: RecordStep;
    readonly ciphertext: Ciphertext;
  },
): Promise<Opened> {
  const { bytes } = input.ciphertext;
  const names = inspectPreKeyMessage(bytes);
  const seen = await transaction.get(baseKeysTable, toHex(names.baseKey));
  const opened = decryptPreKeyMessage({
    record: input.current.record,
    local: localIdentity(core),
    preKeys: await findPreKeys(transaction, names),
    seenBaseKeys: seen ? [seen.baseKey] : [],
    bytes,
    trustedIdentityKey: input.contact.identityKey,
  });
  if (opened.usedPreKeys) spend(transaction, opened.usedPreKeys, names.signedPreKeyId);
  store(transaction, input.address, { ...opened, erase: [...input.current.erase, ...opened.erase] });
  return { plaintext: unpadContent(opened.plaintext), isFirst: opened.usedPreKeys !== undefined };
}

/**
 * The identity key that a first message shows, if whoever made it holds that key; undefined when it does not
 * open: the key in it may be anybody's then.
 */
export async function provenIdentity(
  core: Core,
  transaction: Transaction,
  envelope: Uint8Array,
): Promise<Uint8Array | undefined> {
  const { bytes } = openEnvelope(envelope);
  const names = inspectPreKeyMessage(bytes);
  try {
    const { plaintext } = decryptPreKeyMessage({
      record: emptyRecord,
      local: localIdentity(core),
      preKeys: await findPreKeys(transaction, names),
      seenBaseKeys: [],
      bytes,
      trustedIdentityKey: names.identityKey,
    });
    zeroise(plaintext);
    return names.identityKey;
  } catch (error) {
    if (isBaseError(error) && error.family !== "Unavailable") return undefined;
    throw error;
  }
}

async function findPreKeys(transaction: Transaction, names: UnverifiedPreKeyMessage): Promise<LocalPreKeys> {
  const { signedPreKeyId, kyberPreKeyId, preKeyId } = names;
  return {
    signedPreKey: await transaction.get(signedPreKeysTable, orderKey(signedPreKeyId)),
    kemPreKey: await find(transaction, kemPreKeysTable, kyberPreKeyId),
    oneTimePreKey: await find(transaction, oneTimePreKeysTable, preKeyId),
  };
}

async function find<T>(transaction: Transaction, table: Table<T>, id: number | undefined) {
  return id === undefined ? undefined : transaction.get(table, orderKey(id));
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
    if (await hasSession(core, transaction, address)) continue;
    const step = startSession({
      local: localIdentity(core),
      remote: bundleFromJson(bundle),
      random: core.random,
      nowMs: core.clock.nowMs(),
      record: await findSessions(transaction, address),
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

function store(transaction: Transaction, address: DeviceAddress, step: RecordStep): void {
  transaction.put(sessionsTable, addressKey(address), step.record);
  transaction.afterwards(() => zeroise(...step.erase));
}

/** Whether the error says that the other side's identity key is not the one that is pinned. */
export function isIdentityMismatch(error: unknown): boolean {
  return error instanceof BaseError && error.code === "IDENTITY-001";
}
