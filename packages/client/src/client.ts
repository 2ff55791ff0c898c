import { BaseError, fromBase64Url, isBaseError, toBase64Url, zeroise } from "@cloister/bytes";
import { type AccountId, type DeviceId, idToBytes } from "@cloister/contracts/ids";
import { matchesScannedSafetyNumber, type SafetyNumber, safetyNumber } from "@cloister/protocol";
import { selfView, signUp } from "./account.ts";
import type { CloisterClient } from "./api.ts";
import { addRecovery, backupStatus, exportBackup, keepBackupAtRelay, removeBackup } from "./backup.ts";
import { newRecoveryPhrase } from "./backup-phrase.ts";
import { restoreBackup } from "./backup-restore.ts";
import { askAccepted } from "./broken.ts";
import { grantConsent, revokeConsent } from "./consent.ts";
import {
  acceptNewIdentity,
  changeContact,
  contactView,
  refreshDirectory,
  requireContact,
} from "./contacts.ts";
import { conversationView, createConversation } from "./conversations.ts";
import { type Core, keysOf, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { type ClientInput, Engine } from "./engine.ts";
import { evidenceView } from "./evidence/view.ts";
import { historyTransfer } from "./history.ts";
import { stopHistory } from "./history-transfer.ts";
import { intakeDraft, saveIntakeDraft } from "./intake/drafts.ts";
import { linkAsNewDevice, linkNewDevice } from "./linking.ts";
import { history } from "./messages.ts";
import { refreshOwnDevices } from "./own-devices.ts";
import { progressIn, stopAnswer } from "./progress.ts";
import { verifyReceipt } from "./receipts.ts";
import { record } from "./recorder.ts";
import {
  type ContactRecord,
  contactsTable,
  conversationsTable,
  keysTable,
  only,
  selfTable,
} from "./records.ts";
import { limitRoute, previewRoute, routingPolicy } from "./routing/decide.ts";
import { retry, sendText } from "./sending.ts";
import { markRead } from "./status.ts";

/**
 * Opens the client on what the store holds. It is offline until `connect`.
 * @throws BaseError family `Unavailable` when the store cannot be read
 */
export async function createClient(input: ClientInput): Promise<CloisterClient> {
  const engine = await Engine.open(input);
  const { core, log } = engine;
  const { database } = core;
  return {
    self: () => {
      const self = database.find(selfTable, only);
      return self && selfView(self);
    },
    organisation: () => core.relay.organisation(),
    signUp: (profile) => signUp(core, profile),

    connect: () => engine.connect(),
    disconnect: () => engine.disconnect(),
    connectionState: () => engine.connectionState,
    settled: (timeoutMs) => engine.settled(timeoutMs),

    directory: () => refreshDirectory(core),
    contact: (account) => {
      const contact = database.find(contactsTable, account);
      return contact && contactView(contact);
    },

    conversations: () =>
      database.all(conversationsTable).map((conversation) => conversationView(database, conversation)),
    conversation: (id) => {
      const conversation = database.find(conversationsTable, id);
      return conversation && conversationView(database, conversation);
    },
    messages: (id) => history(core, id),
    createConversation: async (wanted) => conversationView(database, await createConversation(core, wanted)),

    routingPolicy: () => routingPolicy,
    route: (question) => previewRoute(core, question),
    limitRoute: (conversation, strictest) => limitRoute(core, conversation, strictest),

    sendText: (text) => sendText(core, text),
    retry: (conversation, id) => retry(core, conversation, id),
    markRead: (conversation) => markRead(core, conversation),

    intakeDraft: (conversation) => intakeDraft(core, conversation),
    saveIntakeDraft: (conversation, draft) => saveIntakeDraft(core, conversation, draft),

    agentEvidence: (agent) => evidenceView(engine, agent),
    checkAgent: (agent) => core.evidence.ask(agent),

    progress: (conversation) => progressIn(core, conversation),
    stopAnswer: (conversation, question) => stopAnswer(core, conversation, question),

    grantConsent: (conversation, agent) => grantConsent(core, log, conversation, agent),
    revokeConsent: (conversation, agent) => revokeConsent(core, conversation, agent),

    recordEmergencyShown: () =>
      database.change((transaction) => record(core, transaction, { type: "emergency.shown" })),

    safetyNumber: async (account) => safetyNumberOf(core, await requireContact(core, account)).digits,
    safetyCode: async (account) => toBase64Url(safetyNumberOf(core, await requireContact(core, account)).qr),
    matchesSafetyCode: (account, scanned) => matchesSafetyCode(core, account, scanned),
    markVerified: (account, shown) => markVerified(core, account, shown),
    acceptIdentity: (account, shown) => acceptIdentity(engine, account, shown),

    verifyReceipt: (message) => verifyReceipt(core, log, message),

    linkAsNewDevice: (link) => linkAsNewDevice(core, link),
    linkNewDevice: (code) => linkNewDevice(core, code),
    devices: () => devices(core),
    revokeDevice: (device) => revokeDevice(core, device),
    historyTransfer: () => historyTransfer(core),
    stopHistory: () => stopHistory(core),

    newRecoveryPhrase: () => newRecoveryPhrase(core.random),
    backupStatus: () => backupStatus(core),
    addRecovery: (secret) => addRecovery(core, secret),
    removeBackup: () => removeBackup(core),
    exportBackup: () => exportBackup(core),
    keepBackupAtRelay: (keep) => keepBackupAtRelay(core, keep),
    restoreBackup: (restore) => restoreBackup(core, restore),

    erase: () => erase(engine),
    subscribe: (listener) => database.subscribe(listener),
  };
}

/** Of the key that is shown now: of a changed one, so that people can compare before they accept it. */
function safetyNumberOf(core: Core, contact: ContactRecord): SafetyNumber {
  return safetyNumber({
    localId: idToBytes(selfOf(core).account),
    localIdentityKey: keysOf(core).identityKeyPair.publicKey,
    remoteId: idToBytes(contact.account),
    remoteIdentityKey: contact.newIdentityKey ?? contact.identityKey,
  });
}

async function matchesSafetyCode(core: Core, account: AccountId, scanned: string): Promise<boolean> {
  const own = safetyNumberOf(core, await requireContact(core, account));
  try {
    return matchesScannedSafetyNumber(own, fromBase64Url(scanned.trim()));
  } catch (cause) {
    throw new BaseError("Decode", "SAFETY_CODE_INVALID", "this is no safety code; scan the other's screen", {
      cause,
    });
  }
}

async function markVerified(core: Core, account: AccountId, shown: string): Promise<void> {
  await requireContact(core, account);
  await core.database.change(async (transaction) => {
    const contact = await requireShown(core, transaction, account, shown);
    if (contact?.verification === "changed") throw changed("accept the changed identity first");
    await changeContact(transaction, account, { verification: "verified" });
    await record(core, transaction, { type: "identity.verified" });
  });
}

async function acceptIdentity(
  { core, openAccepted }: Engine,
  account: AccountId,
  shown: string | undefined,
): Promise<void> {
  await core.database.change(async (transaction) => {
    if (shown !== undefined) await requireShown(core, transaction, account, shown);
    await acceptNewIdentity(core, transaction, account);
    askAccepted(core, transaction, account);
  });
  await openAccepted();
  core.wakeSender();
}

/** What a person decides holds for the key that they looked at, not for one that the relay showed since. */
async function requireShown(
  core: Core,
  transaction: Transaction,
  account: AccountId,
  shown: string,
): Promise<ContactRecord | undefined> {
  const contact = await transaction.get(contactsTable, account);
  if (contact && safetyNumberOf(core, contact).digits !== shown)
    throw changed("the number changed; compare it anew");
  return contact;
}

function changed(message: string): BaseError {
  return new BaseError("Policy", "IDENTITY_CHANGED", message);
}

/** As the relay knows them; as this device does when the relay cannot be asked. */
async function devices(core: Core): ReturnType<CloisterClient["devices"]> {
  const self = selfOf(core);
  try {
    await refreshOwnDevices(core);
  } catch (error) {
    if (!isBaseError(error) || error.family !== "Unavailable") throw error;
  }
  const known = core.database.find(contactsTable, self.account)?.devices ?? [self.device];
  return known.map((device) => ({ device, current: device === self.device }));
}

async function revokeDevice(core: Core, device: DeviceId): Promise<void> {
  await core.relay.revokeDevice(device);
  await core.database.change((transaction) => record(core, transaction, { type: "device.revoked" }));
  if (device !== selfOf(core).device) await refreshOwnDevices(core);
}

async function erase(engine: Engine): Promise<void> {
  await engine.disconnect();
  const { database } = engine.core;
  const keys = database.find(keysTable, only);
  await database.erase();
  engine.core.relay.forgetSession();
  if (keys) zeroise(keys.identityKeyPair.privateKey, keys.authSeed);
}
