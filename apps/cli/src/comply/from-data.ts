import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { verifyRelease } from "@cloister/attestation";
import { BaseError, fromBase64Url } from "@cloister/bytes";
import { z } from "zod/mini";
import { lastBackupFile } from "../backup/make.ts";
import { lastDrillFile } from "../backup/restore.ts";
import { snapshotDatabase } from "../backup/snapshot.ts";
import { checkSecrets } from "../doctor/deployment.ts";
import { exists } from "../files.ts";
import { readOrganisation } from "../organisation.ts";
import { type Check, met, notMet, partial } from "./check.ts";

const hourMs = 3_600_000;
/** An organisation may live with older ones; its plan says so. The proposed rule has 48 hours. */
const backupHours = 48;
const drillDays = 90;
const longestSessionHours = 24;

/** Key files, tokens and invitations are their owner's alone. */
export const secrets: Check = async ({ dataDir }) => {
  const { status, detail } = await checkSecrets(dataDir);
  return status === "ok" ? met(detail) : notMet(detail);
};

/** Everybody has an account and an identity key of their own. */
export const accounts: Check = (target) =>
  withRelay(target.dataDir, (database) => {
    const row = database
      .prepare(
        "SELECT count(*) AS accounts, count(DISTINCT identity_key) AS keys, count(DISTINCT id) AS ids FROM account",
      )
      .get();
    const [accountsCount, keysCount, idsCount] = [row?.["accounts"], row?.["keys"], row?.["ids"]].map(Number);
    const line = `${accountsCount} accounts, ${idsCount} ids, ${keysCount} identity keys`;
    return accountsCount === keysCount && accountsCount === idsCount ? met(line) : notMet(line);
  });

/** Sessions end by themselves. */
export const sessions: Check = (target) =>
  withRelay(target.dataDir, (database) => {
    const row = database.prepare("SELECT count(*) AS n, max(expires_at_ms) AS last FROM session").get();
    const hours = (Number(row?.["last"] ?? 0) - Date.now()) / hourMs;
    const line = `${Number(row?.["n"])} sessions; the last one ends in ${Math.max(0, hours).toFixed(0)} hours`;
    return hours <= longestSessionHours
      ? met(line)
      : notMet(line, `at most ${longestSessionHours} hours are allowed`);
  });

/** What the assistant shows to prove which code it is. */
export const assistant: Check = async ({ dataDir }) => {
  const organisation = await readOrganisation(dataDir);
  if (organisation === undefined) return notMet("no organisation here");
  const { release, organisationKey } = organisation;
  if (release === undefined)
    return partial("the organisation vouches for its assistant; nothing measures its code");
  const signed = verifyRelease(fromBase64Url(release), fromBase64Url(organisationKey));
  if (signed === undefined)
    return notMet("the statement of which code the assistant runs is not the organisation's");
  return signed.root === undefined
    ? met("the assistant's code is measured by hardware and signed by the organisation")
    : partial("the assistant's code is signed and measured, on evidence for development");
};

const noteSchema = z.object({ madeAt: z.iso.datetime(), folder: z.string(), filesCount: z.int() });
const drillSchema = z.object({
  at: z.iso.datetime(),
  madeAt: z.iso.datetime(),
  filesCount: z.int(),
  logSize: z.int(),
  durationMs: z.int(),
});

/** A backup that is not too old. */
export const backup: Check = async ({ dataDir, nowMs }) => {
  const note = await readNote(lastBackupFile(dataDir), noteSchema);
  if (note === undefined) return notMet("no backup was made with `cloister backup`");
  const hours = (nowMs - Date.parse(note.madeAt)) / hourMs;
  const line = `the last backup has ${note.filesCount} files and is ${hours.toFixed(0)} hours old`;
  if (!(await exists(note.folder)))
    return partial(line, "it is not where it was made, so its age is all that is known");
  return hours <= backupHours ? met(line) : notMet(line, `at most ${backupHours} hours are allowed`);
};

/** A restore that somebody tried. */
export const restore: Check = async ({ dataDir, nowMs }) => {
  const note = await readNote(lastDrillFile(dataDir), drillSchema);
  if (note === undefined) return notMet("no restore was tried with `cloister restore --drill`");
  const days = (nowMs - Date.parse(note.at)) / (24 * hourMs);
  const line = `restored ${note.filesCount} files and ${note.logSize} entries of the log in ${note.durationMs} ms, ${days.toFixed(0)} days ago`;
  return days <= drillDays ? met(line) : notMet(line, `try it every ${drillDays} days`);
};

async function readNote<Schema extends z.core.$ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  if (!(await exists(file))) return undefined;
  try {
    return z.parse(schema, JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new BaseError(
      "Decode",
      "COMPLY_NOTE",
      `${file} is damaged; make a backup and try a restore again`,
      { cause },
    );
  }
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      link: z.optional(z.boolean()),
      resolved: z.optional(z.string()),
      version: z.optional(z.string()),
      integrity: z.optional(z.string()),
    }),
  ),
});

/** Every foreign package is pinned by a SHA-512 digest in the lockfile, which is the list of what runs. */
export const software: Check = async ({ repository }) => {
  const text = await readFile(join(repository, "package-lock.json"), "utf8");
  const foreign = Object.entries(lockSchema.parse(JSON.parse(text)).packages).filter(
    ([path, { link }]) => path.includes("node_modules/") && link !== true,
  );
  const loose = foreign.filter(([, { integrity }]) => integrity?.startsWith("sha512-") !== true);
  const line = `${foreign.length} packages of others in the lockfile, ${loose.length} without a SHA-512 digest`;
  return loose.length === 0 && foreign.length > 0 ? met(line) : notMet(line, ...loose.map(([path]) => path));
};

async function withRelay<T>(dataDir: string, read: (database: DatabaseSync) => T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-comply-"));
  try {
    const copy = join(folder, "relay.db");
    await snapshotDatabase(join(dataDir, "relay", "relay.db"), copy);
    const database = new DatabaseSync(copy, { readOnly: true });
    try {
      return read(database);
    } finally {
      database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
