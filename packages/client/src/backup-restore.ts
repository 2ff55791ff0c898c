import { BaseError, fromBase64Url, isBaseError, toBase64Url } from "@cloister/bytes";
import type { RecoveryInfo } from "@cloister/contracts/http";
import type { DeviceAddress } from "@cloister/contracts/ids";
import { recoveryProofMessage } from "@cloister/contracts/proofs";
import { ed25519Sign } from "@cloister/crypto";
import { makeKeys, requireFresh, selfView, settleIn } from "./account.ts";
import type { Self } from "./api.ts";
import { setRestoredKeys } from "./backup.ts";
import type { BackupCalls } from "./backup-api.ts";
import { type BackedUpPerson, filePieces, openBackup } from "./backup-archive.ts";
import { forgetRecoveryKeys, type RecoveryKeys, recoveryKeys } from "./backup-keys.ts";
import type { Core } from "./core.ts";
import { downloadBlob } from "./history-blobs.ts";
import { takeIn } from "./history-import.ts";
import { backupTable, restoringTable } from "./history-tables.ts";
import { record } from "./recorder.ts";
import { countersTable, only, registrationTable } from "./records.ts";

type RestoreInput = Parameters<BackupCalls["restoreBackup"]>[0];

/**
 * Makes this device, which has no account, the one device of a backup's person. First everything that people
 * said is taken in, and last the relay is asked to let this device take the place of all others: until then
 * nothing shows, and after a failure nothing stays. The device has keys of its own, prekeys and a number that
 * none had before, so that however old the backup is, no session and no key of a message comes back.
 */
export async function restoreBackup(core: Core, input: RestoreInput): Promise<Self> {
  requireFresh(core);
  const keys = recoveryKeys(input.secret);
  try {
    const info = await core.relay.recovery(keys.authority.publicKey);
    const { person, records } = await openBackup(keys, pieces(core, input, info));
    if (!info) throw voided();
    await begin(core, person);
    let doneCount = 0;
    await takeIn(
      {
        core,
        own: person.account,
        firstOrder: person.firstOrder,
        onConversation: (transaction) =>
          transaction.afterwards(() => {
            doneCount += 1;
            input.onProgress?.({ doneCount, totalCount: person.conversationsCount });
          }),
      },
      records,
    );
    // The relay keeps one key. What was replaced since the backup was made does not come back with the others.
    const areCurrent = await areAllCurrent(core, person);
    const self = await finish(core, person, { address: await takePlace(core, person, keys), areCurrent });
    await setRestoredKeys(core).catch(leaveForLater);
    return self;
  } catch (error) {
    if (core.database.find(restoringTable, only)) await core.database.erase();
    throw error;
  } finally {
    forgetRecoveryKeys(keys);
  }
}

function pieces(
  core: Core,
  { file }: RestoreInput,
  info: RecoveryInfo | undefined,
): AsyncGenerator<Uint8Array, void> {
  if (file) return filePieces(file);
  if (info?.backup !== undefined) return downloadBlob(core, info.backup);
  throw new BaseError(
    "Policy",
    "BACKUP_NOT_FOUND",
    "no backup for these words or this passkey is kept here; choose a file, or check the words",
  );
}

async function begin(core: Core, person: BackedUpPerson): Promise<void> {
  await core.database.change(async (transaction) => {
    transaction.put(restoringTable, only, { sinceMs: core.clock.nowMs() });
    await makeKeys(core, transaction, person.identityKeyPair);
    transaction.put(countersTable, "order", { next: person.firstOrder });
  });
}

async function takePlace(core: Core, person: BackedUpPerson, keys: RecoveryKeys): Promise<DeviceAddress> {
  const registration = core.database.find(registrationTable, only);
  if (!registration) throw voided();
  const message = recoveryProofMessage(person.account, fromBase64Url(registration.authKey));
  try {
    return await core.relay.recoverAccount(person.account, {
      registration,
      recoveryKey: toBase64Url(keys.authority.publicKey),
      signature: toBase64Url(ed25519Sign(keys.authority.privateKey, message)),
    });
  } catch (error) {
    if (isBaseError(error, "FORBIDDEN") || isBaseError(error, "ACCOUNT_UNKNOWN")) throw voided(error);
    throw error;
  }
}

async function areAllCurrent(core: Core, { account, recipients }: BackedUpPerson): Promise<boolean> {
  const infos = await Promise.all(recipients.map(({ authority }) => core.relay.recovery(authority)));
  return infos.every((info) => info?.account === account);
}

function finish(
  core: Core,
  person: BackedUpPerson,
  { address, areCurrent }: { readonly address: DeviceAddress; readonly areCurrent: boolean },
): Promise<Self> {
  return core.database.change(async (transaction) => {
    const { recipients, isKeptAtRelay, madeAtMs, role, displayName, organisation } = person;
    const self = settleIn(core, transaction, address, { role, displayName, organisation });
    const dueAtMs = core.clock.nowMs();
    transaction.put(backupTable, only, {
      recipients,
      isKeptAtRelay,
      lastAtMs: madeAtMs,
      dueAtMs,
      isVoid: false,
      isRestored: areCurrent,
    });
    transaction.delete(restoringTable, only);
    await record(core, transaction, { type: "device.added" });
    return selfView(self);
  });
}

function leaveForLater(error: unknown): void {
  if (!isBaseError(error) || error.family !== "Unavailable") throw error;
}

function voided(cause?: unknown): BaseError {
  return new BaseError(
    "Policy",
    "BACKUP_VOID",
    "this backup restores nothing any more: newer words or another passkey took its place",
    { cause },
  );
}
