import { copyFile, open, stat } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { BaseError } from "@cloister/bytes";

const walHeaderBytesCount = 32;
const attemptsCount = 20;
const pauseMs = 50;

/**
 * A consistent copy of a SQLite database, also while a process has it for itself: as after a power failure at
 * one moment. The file is copied before its write-ahead log. Pages that a checkpoint moved meanwhile are still in
 * the log, unless it began anew; then its header (SQLite file format, section 4.1) is another, and we copy again.
 * @throws BaseError `BACKUP_BUSY`, `BACKUP_DATABASE` when the copy is damaged
 */
export async function snapshotDatabase(from: string, to: string): Promise<void> {
  for (let attempt = 0; attempt < attemptsCount; attempt += 1) {
    const before = await stateOf(from);
    await copyFile(from, to);
    const hasWal = await copyIfThere(`${from}-wal`, `${to}-wal`);
    if (before === (await stateOf(from)) && hasWal === before.startsWith("wal")) {
      return settle(to);
    }
    await setTimeout(pauseMs);
  }
  throw new BaseError("Unavailable", "BACKUP_BUSY", `${from} is written without a pause; try again`);
}

/** What stays the same while every page is in the copy or in the log. */
async function stateOf(file: string): Promise<string> {
  const wal = await open(`${file}-wal`, "r").catch(ifMissing);
  if (wal === undefined) {
    const { mtimeMs, size } = await stat(file);
    return `file ${mtimeMs} ${size}`;
  }
  try {
    const { bytesRead, buffer } = await wal.read(
      new Uint8Array(walHeaderBytesCount),
      0,
      walHeaderBytesCount,
      0,
    );
    return `wal ${Buffer.from(buffer.subarray(0, bytesRead)).toString("hex")}`;
  } finally {
    await wal.close();
  }
}

async function copyIfThere(from: string, to: string): Promise<boolean> {
  return copyFile(from, to)
    .then(() => true, ifMissing)
    .then((copied) => copied === true);
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** Takes the log into the file and looks through all of it. */
function settle(file: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA journal_mode = DELETE");
    requireSound(database, file);
  } finally {
    database.close();
  }
}

/** @throws BaseError `BACKUP_DATABASE` */
export function requireSound(database: DatabaseSync, file: string): void {
  const result = database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
  if (result === "ok") return;
  throw new BaseError(
    "Verification",
    "BACKUP_DATABASE",
    `${file} is damaged; find out why before it is needed`,
  );
}
