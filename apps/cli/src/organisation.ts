import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BaseError, fromHex, toBase64Url, toHex, zeroise } from "@cloister/bytes";
import { formatInvitationCode, issueInvitation } from "@cloister/contracts/credential";
import { idBytesCount, type Role } from "@cloister/contracts/ids";
import { ed25519KeyPair, ed25519Sign } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { writeSecretOnce } from "./files.ts";

const seedBytesCount = 32;

/** The organisation's signing key: it vouches for clinicians, officers and agents, and is in no server's reach. */
function keyFile(dataDir: string): string {
  return join(dataDir, "organisation.key");
}

/** Creates the organisation's key where there is none. Returns its public half in base64url. */
export async function ensureOrganisationKey(dataDir: string): Promise<string> {
  await writeSecretOnce(keyFile(dataDir), () => toHex(systemRandom(seedBytesCount)));
  const seed = await readSeed(dataDir);
  const publicKey = toBase64Url(ed25519KeyPair(seed).publicKey);
  zeroise(seed);
  return publicKey;
}

async function readSeed(dataDir: string): Promise<Uint8Array<ArrayBuffer>> {
  const text = await readFile(keyFile(dataDir), "utf8").catch((cause: unknown) => {
    throw new BaseError(
      "Usage",
      "ORGANISATION_KEY_MISSING",
      "no organisation here yet; run `cloister up` first",
      {
        cause,
      },
    );
  });
  const seed = fromHex(text.trim());
  if (seed.length !== seedBytesCount) {
    throw new BaseError(
      "Usage",
      "ORGANISATION_KEY_INVALID",
      "organisation.key must be 32 bytes in hexadecimal",
    );
  }
  return seed;
}

/** An invitation code that makes exactly one account of this role. */
export async function invite(input: {
  readonly dataDir: string;
  readonly role: Role;
  readonly name: string;
  readonly expiresAtMs: number;
}): Promise<string> {
  const seed = await readSeed(input.dataDir);
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
    organisationSeed: seed,
    sign: ed25519Sign,
  });
  const text = formatInvitationCode(code);
  zeroise(seed, redeemSeed);
  return text;
}
