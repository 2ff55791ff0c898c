import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BaseError, isBaseError, toBase64Url, zeroise } from "@cloister/bytes";
import { formatInvitationCode, issueInvitation } from "@cloister/contracts/credential";
import { type OrganisationInfo, organisationInfo } from "@cloister/contracts/http";
import { idBytesCount, type Role } from "@cloister/contracts/ids";
import { ed25519KeyPair, ed25519Sign } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed, readSecret } from "@cloister/keys-file";
import { exists } from "./files.ts";

const seedBytesCount = 32;

/** The organisation's signing key: it vouches for clinicians, officers and agents, and is in no server's reach. */
function keyFile(dataDir: string): string {
  return join(dataDir, "organisation.key");
}

/** Creates the organisation's key where there is none. Returns its public half in base64url. */
export async function ensureOrganisationKey(dataDir: string): Promise<string> {
  const seed = await loadSeed(keyFile(dataDir));
  const publicKey = toBase64Url(ed25519KeyPair(seed).publicKey);
  zeroise(seed);
  return publicKey;
}

/** An invitation code that makes exactly one account of this role. @throws BaseError `ORGANISATION_KEY_MISSING` */
export async function invite(input: {
  readonly dataDir: string;
  readonly role: Role;
  readonly name: string;
  readonly expiresAtMs: number;
}): Promise<string> {
  const organisationSeed = await readSeed(input.dataDir);
  const redeemSeed = systemRandom(seedBytesCount);
  const code = issueInvitation({
    invitation: {
      id: systemRandom(idBytesCount),
      role: input.role,
      name: input.name,
      redeemKey: ed25519KeyPair(redeemSeed).publicKey,
      expiresAtMs: input.expiresAtMs,
    },
    redeemSeed,
    organisationSeed,
    sign: ed25519Sign,
  });
  const text = formatInvitationCode(code);
  zeroise(organisationSeed, redeemSeed);
  return text;
}

/** Both halves of the organisation's key, to sign what it says. */
export async function organisationKeys(
  dataDir: string,
): Promise<{ readonly seed: Uint8Array; readonly publicKey: Uint8Array }> {
  const seed = await loadSeed(keyFile(dataDir));
  return { seed, publicKey: ed25519KeyPair(seed).publicKey };
}

/** Where what the organisation says about itself is kept; the relay reads it. */
export function organisationFile(dataDir: string): string {
  return join(dataDir, "organisation.json");
}

/** What the organisation says about itself, once it was founded. @throws BaseError `ORGANISATION_INVALID` */
export async function readOrganisation(dataDir: string): Promise<OrganisationInfo | undefined> {
  const file = organisationFile(dataDir);
  if (!(await exists(file))) return undefined;
  try {
    return organisationInfo.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new BaseError("Decode", "ORGANISATION_INVALID", `${file} is damaged; restore it from a backup`, {
      cause,
    });
  }
}

/** An organisation is founded by `up`, never by an invitation. */
async function readSeed(dataDir: string): Promise<Uint8Array<ArrayBuffer>> {
  await readSecret(keyFile(dataDir)).catch((cause: unknown) => {
    if (!isBaseError(cause, "KEY_FILE_MISSING")) throw cause;
    const message = `no organisation in ${dataDir} yet; run \`cloister up\` first, or say --data`;
    throw new BaseError("Usage", "ORGANISATION_KEY_MISSING", message, { cause });
  });
  return loadSeed(keyFile(dataDir));
}
