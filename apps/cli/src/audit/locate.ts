import { join } from "node:path";
import { BaseError, toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { readSecret } from "@cloister/keys-file";
import { readOrganisation } from "../organisation.ts";
import { httpSource, isRunning, type LogSource, storeSource } from "./source.ts";

/** A log to audit, with the key it is held against. */
export interface LocatedLog {
  readonly source: LogSource;
  readonly vkey: string;
  /** Under which its verified checkpoint is kept: by place for the own log, so that a changed key shows. */
  readonly name: string;
}

/**
 * Finds the log of --url, or of a data folder: over HTTP while it runs, else straight from its database.
 * @throws BaseError `AUDIT_OPTIONS`, `ORGANISATION_MISSING`, `LOG_MISSING`, `KEY_FILE_…`
 */
export async function locateLog(input: {
  readonly dataDir: string;
  readonly url?: string;
  readonly readerToken?: string;
  readonly vkey?: string;
}): Promise<LocatedLog> {
  const { url } = input;
  if (url === undefined) return locateOwn(input);
  if (!URL.canParse(url) || input.readerToken === undefined || input.vkey === undefined) {
    throw new BaseError("Usage", "AUDIT_OPTIONS", "--url needs an http address, --reader-token and --vkey");
  }
  const token = (await readSecret(input.readerToken)).trim();
  const name = toHex(sha256(toUtf8(input.vkey))).slice(0, 16);
  return { source: httpSource(url.replace(/\/$/, ""), token), vkey: input.vkey, name };
}

async function locateOwn({ dataDir, vkey: given }: { dataDir: string; vkey?: string }): Promise<LocatedLog> {
  const organisation = await readOrganisation(dataDir);
  if (organisation === undefined) {
    const message = `no organisation in ${dataDir}; run \`cloister up\` first, or say --data or --url`;
    throw new BaseError("Usage", "ORGANISATION_MISSING", message);
  }
  const { log } = organisation;
  const source = (await isRunning(log.url))
    ? httpSource(log.url, (await readSecret(join(dataDir, "log-reader.token"))).trim())
    : await storeSource(join(dataDir, "log"));
  return { source, vkey: given ?? log.vkey, name: "own-log" };
}
