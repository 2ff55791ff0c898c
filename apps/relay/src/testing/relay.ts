import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBase64Url } from "@cloister/bytes";
import { encodeCredential, issueInvitation, redeemInvitation } from "@cloister/contracts/credential";
import type { OrganisationInfo } from "@cloister/contracts/http";
import type { Role } from "@cloister/contracts/ids";
import { ed25519KeyPair, ed25519Sign } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import type { LogLine } from "../log.ts";
import { createRelayServer, type RelayServer, type RelayServerConfig } from "../server.ts";

const organisationSeed = new Uint8Array(32).fill(7);

export const testOrganisation: OrganisationInfo = {
  name: "Test clinic",
  organisationKey: toBase64Url(ed25519KeyPair(organisationSeed).publicKey),
  signUp: "open",
  region: "DE",
  log: { url: "http://localhost:8421", vkey: "test" },
};

/** A relay on a folder of its own. */
export interface TestRelay extends RelayServer {
  readonly url: string;
  readonly dir: string;
  readonly lines: readonly LogLine[];
}

/** Starts a relay in this process; `dir` continues an earlier one. */
export async function startTestRelay(
  config: Partial<RelayServerConfig> & { dir?: string } = {},
): Promise<TestRelay> {
  const { dir = await testDir(), ...rest } = config;
  const lines: LogLine[] = [];
  const server = await createRelayServer({
    dataDir: dir,
    organisation: testOrganisation,
    log: (line) => lines.push(line),
    onFatal: (error) => {
      throw error;
    },
    store: { ballastBytes: 0 },
    ...rest,
  });
  return { ...server, dir, lines, url: `http://127.0.0.1:${server.port}` };
}

export function testDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), "cloister-relay-"));
}

export async function removeDir(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}

/** What an invited person shows: the organisation's invitation, redeemed for an identity key. */
export function testCredential(input: {
  readonly role: Role;
  readonly identityKey: Uint8Array;
  readonly name?: string;
  readonly expiresAtMs?: number;
  readonly invitationId?: Uint8Array;
  /** Default: the test organisation's. */
  readonly seed?: Uint8Array;
}): string {
  const redeemSeed = systemRandom(32);
  const code = issueInvitation({
    invitation: {
      id: input.invitationId ?? systemRandom(16),
      role: input.role,
      name: input.name ?? "",
      redeemKey: ed25519KeyPair(redeemSeed).publicKey,
      expiresAtMs: input.expiresAtMs ?? Date.now() + 60_000,
    },
    redeemSeed,
    organisationSeed: input.seed ?? organisationSeed,
    sign: ed25519Sign,
  });
  const credential = redeemInvitation({ code, identityKey: input.identityKey, sign: ed25519Sign });
  return toBase64Url(encodeCredential(credential));
}
