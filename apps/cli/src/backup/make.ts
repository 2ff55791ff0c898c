import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { BaseError, toBase64Url, toHex, zeroise } from "@cloister/bytes";
import { x25519PublicKey } from "@cloister/crypto";
import { loadSeed, readSecret, syncFolder, writeAtomically } from "@cloister/keys-file";
import { exists } from "../files.ts";
import { organisationKeys, readOrganisation } from "../organisation.ts";
import { fileDigest, type Manifest, signManifest } from "./manifest.ts";
import { newBackupKey, sealFile } from "./seal.ts";
import { snapshotDatabase } from "./snapshot.ts";

/**
 * What is not taken along: the assistant's ratchets, which must never go back in time, with the invitation that
 * they belong to; room that is held free; what belongs to a running database; and our own notes.
 */
const leftOut = /^(?:agent\/|agent\.invitation$|relay\/relay\.ballast$|backup\/last)|-(?:wal|shm)$|\.new$/;
const database = /\.(?:db|sqlite)$/;

/** What was made, and when. */
export interface BackupNote {
  readonly madeAt: string;
  readonly folder: string;
  readonly filesCount: number;
  readonly sizeBytes: number;
}

/** Where backups are sealed for; its private half is somewhere else. */
function recipientFile(dataDir: string): string {
  return join(dataDir, "backup", "recipient");
}

/** The newest backup that was finished. */
export function lastBackupFile(dataDir: string): string {
  return join(dataDir, "backup", "last.json");
}

/**
 * Makes the key that opens backups and keeps its public half with the data.
 * @throws BaseError `BACKUP_KEY_PLACE` for a key beside what it opens
 */
export async function useBackupKey(dataDir: string, keyFile: string): Promise<void> {
  if (isInside(dataDir, keyFile)) {
    const message = "keep the backup's key on another machine or medium, not in the data folder";
    throw new BaseError("Usage", "BACKUP_KEY_PLACE", message);
  }
  const seed = await loadSeed(keyFile);
  await writeAtomically(recipientFile(dataDir), `${toHex(x25519PublicKey(seed))}\n`);
  zeroise(seed);
}

/**
 * Copies an organisation's data, running or not, into a new folder in `to`. Databases are taken first to last in
 * one pass, the log after the relay, so that no act in the copy lacks its leaf. The folder gets its name when all
 * of it is on the disk.
 * @throws BaseError `BACKUP_RECIPIENT`, `BACKUP_PLACE`, `ORGANISATION_MISSING`, `BACKUP_BUSY`
 */
export async function makeBackup(input: {
  readonly dataDir: string;
  readonly to: string;
  readonly nowMs: number;
}): Promise<BackupNote> {
  const { dataDir, to } = input;
  if ((await readOrganisation(dataDir)) === undefined) {
    throw new BaseError("Usage", "ORGANISATION_MISSING", `no organisation in ${dataDir}; say --data`);
  }
  if (isInside(dataDir, to)) {
    throw new BaseError(
      "Usage",
      "BACKUP_PLACE",
      "say a folder outside of the data, better on another machine",
    );
  }
  const { key, ephemeral } = newBackupKey(await readRecipient(dataDir));
  const madeAt = new Date(input.nowMs).toISOString();
  await mkdir(to, { recursive: true, mode: 0o700 });
  const partial = await mkdtemp(join(to, ".partial-"));
  const scratch = await mkdtemp(join(to, ".scratch-"));
  try {
    const files = await sealAll({ dataDir, partial, scratch, key });
    const { seed, publicKey } = await organisationKeys(dataDir);
    const manifest: Manifest = { version: 1, madeAt, organisationKey: toBase64Url(publicKey), files };
    await writeFile(join(scratch, "manifest"), signManifest(manifest, seed), { mode: 0o600 });
    zeroise(seed);
    await sealFile({ from: join(scratch, "manifest"), to: join(partial, "manifest"), key, number: 0 });
    await writeAtomically(join(partial, "backup.json"), JSON.stringify({ version: 1, madeAt, ephemeral }));
    await syncFolder(partial);
    const folder = join(to, `cloister-${madeAt.replaceAll(/[:.]/g, "-")}`);
    await rename(partial, folder);
    await syncFolder(to);
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const note = { madeAt, folder, filesCount: files.length, sizeBytes };
    await writeAtomically(lastBackupFile(dataDir), `${JSON.stringify(note)}\n`);
    return note;
  } finally {
    zeroise(key);
    await Promise.all([partial, scratch].map((path) => rm(path, { recursive: true, force: true })));
  }
}

async function sealAll(input: {
  readonly dataDir: string;
  readonly partial: string;
  readonly scratch: string;
  readonly key: Uint8Array;
}): Promise<Manifest["files"]> {
  const { dataDir, partial, scratch, key } = input;
  const files: Manifest["files"] = [];
  for (const path of await pathsIn(dataDir)) {
    let from = join(dataDir, path);
    if (database.test(path)) {
      from = join(scratch, basename(path));
      await snapshotDatabase(join(dataDir, path), from);
    }
    const number = files.length + 1;
    files.push({ path, sizeBytes: (await stat(from)).size, sha256: await fileDigest(from) });
    await sealFile({ from, to: join(partial, String(number)), key, number });
  }
  return files;
}

/** The relay before the log: by name, last first. */
async function pathsIn(dataDir: string): Promise<string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dataDir, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .filter((path) => !leftOut.test(path))
    .toSorted((a, b) => (a < b ? 1 : -1));
}

async function readRecipient(dataDir: string): Promise<Uint8Array> {
  const file = recipientFile(dataDir);
  const text = (await exists(file)) ? (await readSecret(file)).trim() : "";
  if (/^[0-9a-f]{64}$/.test(text)) return new Uint8Array(Buffer.from(text, "hex"));
  const message = "no key for backups yet; say --new-key FILE once, and keep that file apart from the data";
  throw new BaseError("Usage", "BACKUP_RECIPIENT", message);
}

function isInside(folder: string, path: string): boolean {
  return `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);
}
