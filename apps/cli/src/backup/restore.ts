import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { BaseError, zeroise } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed, readSecret, syncFolder, writeAtomically } from "@cloister/keys-file";
import { openRelayStore } from "@cloister/store-sqlite/relay";
import { storeSource } from "../audit/source.ts";
import { audit } from "../audit/verify.ts";
import { exists } from "../files.ts";
import { ensureOrganisationKey, readOrganisation } from "../organisation.ts";
import { fileDigest, type Manifest, readHeader, verifyManifest } from "./manifest.ts";
import { findBackupKey, openFile } from "./seal.ts";
import { requireSound } from "./snapshot.ts";

/** What a restore found. */
export interface RestoreReport {
  readonly at: string;
  readonly backup: string;
  readonly madeAt: string;
  readonly filesCount: number;
  readonly logSize: number;
  readonly durationMs: number;
}

interface RestoreInput {
  readonly backup: string;
  readonly keyFile: string;
  /** Whose backup it has to be, base64url; whoever signed it, where that is not known. */
  readonly organisationKey?: string;
}

/** The last drill that passed. */
export function lastDrillFile(dataDir: string): string {
  return join(dataDir, "backup", "last-drill.json");
}

/**
 * Puts a backup into a folder that is not there yet, verified, with a new epoch at the relay: what it may have
 * handed out since is void.
 * @throws BaseError `RESTORE_PLACE`, `BACKUP_DAMAGED`, `BACKUP_MANIFEST`, `BACKUP_SIGNER`, `BACKUP_DATABASE`, `BACKUP_LOG`
 */
export async function restore(input: RestoreInput & { readonly dataDir: string }): Promise<RestoreReport> {
  const { dataDir } = input;
  if (await exists(dataDir)) {
    const message = `${dataDir} is there already; move it away, nothing is written over`;
    throw new BaseError("Usage", "RESTORE_PLACE", message);
  }
  await mkdir(dirname(dataDir), { recursive: true });
  const partial = await mkdtemp(join(dirname(dataDir), `.${basename(dataDir)}.partial-`));
  try {
    const report = await unpack(input, partial);
    await rename(partial, dataDir);
    await syncFolder(dirname(dataDir));
    return report;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** The same in a temporary folder that is removed again, timed; what passed is noted with the live data. */
export async function drill(input: RestoreInput & { readonly dataDir: string }): Promise<RestoreReport> {
  const { dataDir } = input;
  const organisation = await readOrganisation(dataDir);
  const folder = await mkdtemp(join(tmpdir(), "cloister-drill-"));
  try {
    const organisationKey = input.organisationKey ?? organisation?.organisationKey;
    const report = await unpack({ ...input, ...(organisationKey && { organisationKey }) }, folder);
    await writeAtomically(lastDrillFile(dataDir), `${JSON.stringify(report)}\n`);
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpack(input: RestoreInput, folder: string): Promise<RestoreReport> {
  const startedMs = performance.now();
  const manifest = await openAll(input, folder);
  for (const { path } of manifest.files.filter((file) => /\.(?:db|sqlite)$/.test(file.path))) {
    const database = new DatabaseSync(join(folder, path));
    requireSound(database, path);
    database.close();
  }
  if ((await ensureOrganisationKey(folder)) !== manifest.organisationKey) throw foreign();
  const logSize = await verifyLog(folder);
  await beginEpoch(join(folder, "relay"));
  return {
    at: new Date().toISOString(),
    backup: basename(input.backup),
    madeAt: manifest.madeAt,
    filesCount: manifest.files.length,
    logSize,
    durationMs: Math.round(performance.now() - startedMs),
  };
}

async function openAll(
  { backup, keyFile, organisationKey }: RestoreInput,
  folder: string,
): Promise<Manifest> {
  await readSecret(keyFile);
  const privateKey = await loadSeed(keyFile);
  const { ephemeral } = readHeader(await readBackup(join(backup, "backup.json")));
  const { key } = findBackupKey(privateKey, ephemeral);
  zeroise(privateKey);
  try {
    const opened = join(folder, ".manifest");
    await openFile({ from: join(backup, "manifest"), to: opened, key, number: 0 });
    const manifest = verifyManifest(await readFile(opened));
    await rm(opened);
    if (organisationKey !== undefined && organisationKey !== manifest.organisationKey) throw foreign();
    for (const [at, { path, sha256 }] of manifest.files.entries()) {
      const to = join(folder, path);
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      await openFile({ from: join(backup, String(at + 1)), to, key, number: at + 1 });
      if ((await fileDigest(to)) !== sha256) {
        throw new BaseError("Verification", "BACKUP_DAMAGED", `${path} is not what was backed up`);
      }
    }
    return manifest;
  } finally {
    zeroise(key);
  }
}

async function readBackup(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new BaseError(
      "Usage",
      "BACKUP_MISSING",
      `${file} is not there; say a folder that \`backup\` made`,
      { cause },
    );
  });
}

function foreign(): BaseError {
  return new BaseError("Verification", "BACKUP_SIGNER", "the backup is another organisation's");
}

async function verifyLog(folder: string): Promise<number> {
  const organisation = await readOrganisation(folder);
  const source = await storeSource(join(folder, "log"));
  try {
    const keptFile = join(folder, "audit", "restored.checkpoint");
    const result = await audit({ source, vkey: organisation?.log.vkey ?? "", keptFile });
    if (result.verified) return result.size;
    throw new BaseError(
      "Verification",
      "BACKUP_LOG",
      `the log in the backup does not verify: ${result.reason}`,
    );
  } finally {
    await source.close();
  }
}

async function beginEpoch(dir: string): Promise<void> {
  const failures: BaseError[] = [];
  const store = await openRelayStore({ dir, ballastBytes: 0, onFatal: (error) => failures.push(error) });
  await store.markRestored(Buffer.from(systemRandom(6)).readUIntBE(0, 6));
  await store.close();
  if (failures[0]) throw failures[0];
}
