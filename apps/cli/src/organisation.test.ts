/// <reference types="node" />
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBase64Url, toHex } from "@cloister/bytes";
import { parseInvitationCode, redeemInvitation, verifyCredential } from "@cloister/contracts/credential";
import { ed25519Sign, ed25519Verify } from "@cloister/crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureOrganisationKey, invite } from "./organisation.ts";

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "cloister-organisation-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const expiresAtMs = 1_800_000_000_000;

describe("the organisation's key", () => {
  it("is made once, for its owner only, and is not the public key", async () => {
    const publicKey = await ensureOrganisationKey(dataDir);
    expect(await ensureOrganisationKey(dataDir)).toBe(publicKey);
    const file = join(dataDir, "organisation.key");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "utf8")).not.toContain(toHex(fromBase64Url(publicKey)));
  });

  it("vouches for whoever redeems an invitation", async () => {
    const organisationKey = fromBase64Url(await ensureOrganisationKey(dataDir));
    const code = await invite({ dataDir, role: "clinician", name: "Dr. Robin Example", expiresAtMs });
    const identityKey = new Uint8Array(33).fill(5);
    const credential = redeemInvitation({ code: parseInvitationCode(code), identityKey, sign: ed25519Sign });
    expect(verifyCredential(credential, { organisationKey, verify: ed25519Verify })).toMatchObject({
      role: "clinician",
      name: "Dr. Robin Example",
      expiresAtMs,
    });
    const stranger = new Uint8Array(32).fill(1);
    expect(() => verifyCredential(credential, { organisationKey: stranger, verify: ed25519Verify })).toThrow(
      expect.objectContaining({ code: "CREDENTIAL_INVALID" }),
    );
  });

  it("must be there, and hidden from others, before it can invite", async () => {
    const invitation = { dataDir, role: "patient", name: "", expiresAtMs } as const;
    await expect(invite(invitation)).rejects.toMatchObject({ code: "ORGANISATION_KEY_MISSING" });
    await ensureOrganisationKey(dataDir);
    await chmod(join(dataDir, "organisation.key"), 0o644);
    await expect(invite(invitation)).rejects.toMatchObject({ code: "KEY_FILE_EXPOSED" });
  });
});
