import { BaseError, toBase64Url } from "@cloister/bytes";
import type { BackupStatus, RecoverySecret } from "./backup-api.ts";
import { sealBackup } from "./backup-archive.ts";
import { forgetRecoveryKeys, type Recipient, recipientOf, recoveryKeys } from "./backup-keys.ts";
import { type Core, selfOf } from "./core.ts";
import { uploadBlob } from "./history-blobs.ts";
import { type BackupRecord, backupTable } from "./history-tables.ts";
import { countersTable, only } from "./records.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** As interfaces see it. */
export function backupStatus({ database }: Pick<Core, "database">): BackupStatus {
  const backup = database.find(backupTable, only);
  if (!backup) return { ways: [], isKeptAtRelay: false, isVoid: false };
  const { recipients, isKeptAtRelay, lastAtMs, isVoid } = backup;
  return {
    ways: recipients.map(({ way }) => way),
    isKeptAtRelay,
    ...(lastAtMs !== undefined && { lastAtMs }),
    isVoid,
  };
}

/**
 * Backups open with this secret from now on, and with what opened them before in another way.
 * @throws BaseError `PHRASE_INVALID`, `PASSKEY_INVALID`, or family `Unavailable`
 */
export async function addRecovery(core: Core, secret: RecoverySecret): Promise<void> {
  selfOf(core);
  const keys = recoveryKeys(secret);
  const recipient = recipientOf(secret.way, keys);
  forgetRecoveryKeys(keys);
  const before = standing(core);
  const others = (before?.recipients ?? []).filter(({ way }) => way !== secret.way);
  const isReplaced = others.length !== before?.recipients.length;
  const recipients = [...others, recipient];
  if (before?.isKeptAtRelay) return store(core, recipients);
  await core.relay.setRecovery({ keys: authorities(recipients) });
  await change(core, (known) => ({
    recipients,
    isKeptAtRelay: false,
    // A file that was made for the words before is none for these.
    ...(!isReplaced && known?.lastAtMs !== undefined && { lastAtMs: known.lastAtMs }),
    dueAtMs: core.clock.nowMs() + dayMs,
    isVoid: false,
  }));
}

/** Nothing restores this account any more. @throws BaseError family `Unavailable` */
export async function removeBackup(core: Core): Promise<void> {
  // What another device set up is not this one's to end.
  if (standing(core)) await core.relay.setRecovery({ keys: [] });
  await core.database.change(async (transaction) => {
    transaction.delete(backupTable, only);
    transaction.emit({ type: "backup" });
  });
}

/** The backup as a file; it counts once the last piece was taken. @throws BaseError `BACKUP_NOT_SET_UP` */
export async function* exportBackup(core: Core): AsyncGenerator<Uint8Array, void> {
  const { recipients, isKeptAtRelay } = requireStanding(core);
  const lastAtMs = core.clock.nowMs();
  yield* sealBackup(core, { recipients, isKeptAtRelay });
  await change(core, (known) => known && { ...known, lastAtMs });
}

/** @throws BaseError `BACKUP_NOT_SET_UP`, `STORAGE_FULL`, or family `Unavailable` */
export async function keepBackupAtRelay(core: Core, keep: boolean): Promise<void> {
  const { recipients } = requireStanding(core);
  if (keep) return store(core, recipients);
  await core.relay.setRecovery({ keys: authorities(recipients) });
  await change(core, (known) => known && { ...known, isKeptAtRelay: false });
}

/**
 * Once a day: whether the relay still knows the keys, and a fresh copy if one is kept there and there is
 * something new. After a failure again in an hour.
 */
export async function renewBackup(core: Core): Promise<void> {
  const backup = standing(core);
  if (!backup || core.clock.nowMs() < backup.dueAtMs) return;
  await change(core, (known) => known && { ...known, dueAtMs: core.clock.nowMs() + hourMs });
  await setRestoredKeys(core);
  const infos = await Promise.all(backup.recipients.map(({ authority }) => core.relay.recovery(authority)));
  if (infos.some((info) => info?.account !== selfOf(core).account)) {
    return change(core, (known) => known && { ...known, isVoid: true, isKeptAtRelay: false });
  }
  const isThere = infos.every((info) => info?.backup !== undefined);
  if (backup.isKeptAtRelay && !(isThere && backup.lastOrder === nextOrder(core))) {
    return store(core, backup.recipients);
  }
  await change(core, (known) => known && { ...known, dueAtMs: core.clock.nowMs() + dayMs });
}

/**
 * After a restore: all keys of the backup's person again, and no other.
 * @throws BaseError family `Unavailable`; it is tried again with the next renewal
 */
export async function setRestoredKeys(core: Core): Promise<void> {
  const { recipients = [], isRestored } = standing(core) ?? {};
  if (isRestored !== true) return;
  const infos = await Promise.all(recipients.map(({ authority }) => core.relay.recovery(authority)));
  const info = infos.find((one) => one?.account === selfOf(core).account);
  if (!info) return;
  const { backup } = info;
  await core.relay.setRecovery({
    keys: authorities(recipients),
    ...(backup !== undefined && { backup }),
  });
  await change(core, (known) => known && { ...known, isRestored: false });
}

/** The old copy stays until the new one is complete. */
async function store(core: Core, recipients: readonly Recipient[]): Promise<void> {
  const lastAtMs = core.clock.nowMs();
  const lastOrder = nextOrder(core);
  const blob = await uploadBlob(core, () => sealBackup(core, { recipients, isKeptAtRelay: true }));
  await core.relay.setRecovery({ keys: authorities(recipients), backup: blob });
  await change(core, () => {
    const dueAtMs = lastAtMs + dayMs;
    return { recipients, isKeptAtRelay: true, lastAtMs, lastOrder, dueAtMs, isVoid: false };
  });
}

function nextOrder({ database }: Core): number {
  return database.find(countersTable, "order")?.next ?? 1;
}

function authorities(recipients: readonly Recipient[]): string[] {
  return recipients.map(({ authority }) => toBase64Url(authority));
}

/** What is set up here and was not replaced on another device. */
function standing({ database }: Core): BackupRecord | undefined {
  const backup = database.find(backupTable, only);
  return backup?.isVoid === true ? undefined : backup;
}

function requireStanding(core: Core): BackupRecord {
  const backup = standing(core);
  if (backup) return backup;
  throw new BaseError("Usage", "BACKUP_NOT_SET_UP", "choose recovery words or a passkey first");
}

function change(
  core: Core,
  next: (known: BackupRecord | undefined) => BackupRecord | undefined,
): Promise<void> {
  return core.database.change(async (transaction) => {
    const backup = next(await transaction.get(backupTable, only));
    if (backup) transaction.put(backupTable, only, backup);
    transaction.emit({ type: "backup" });
  });
}
