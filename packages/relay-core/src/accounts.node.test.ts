import { toBase64Url } from "@cloister/bytes";
import type { DeviceRegistration } from "@cloister/contracts/http";
import { sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { TestIdentity, testCredential } from "@cloister/testkit/relay-device";
import { describe, expect, it } from "vitest";
import { accountInfo, addDevice, createAccount, directory } from "./accounts.ts";
import { putBox } from "./provisioning.ts";
import { TestWorld } from "./testing/world.ts";

const hourMs = 3_600_000;

function changed(text: string): string {
  return `${text.startsWith("A") ? "B" : "A"}${text.slice(1)}`;
}

describe("signing up", () => {
  it("makes a patient where sign-up is open", async () => {
    const world = await TestWorld.open();
    const { address, identity } = await world.person();
    expect(await accountInfo(world.store, address.account)).toMatchObject({
      role: "patient",
      identityKey: toBase64Url(identity.publicKey),
      devices: [{ device: 1 }],
    });
    expect(await directory(world.store)).toEqual({ entries: [] });
  });

  it("wants an invitation where it is not", async () => {
    const world = await TestWorld.open({ organisation: { signUp: "invitation" } });
    await expect(world.person()).rejects.toMatchObject({ code: "INVITATION_REQUIRED" });
    const identity = new TestIdentity();
    const credential = testCredential({
      role: "patient",
      identityKey: identity.publicKey,
      expiresAtMs: world.clock.wallMs + 1,
    });
    const registration = identity.registration(systemRandom(32));
    const address = await createAccount(world.relay.accounts, { registration, credential });
    expect((await accountInfo(world.store, address.account)).role).toBe("patient");
    expect(await directory(world.store)).toEqual({ entries: [] });
  });

  const identity = new TestIdentity();
  const inAnHourMs = 1_800_000_000_000 + hourMs;
  const own = {
    role: "clinician",
    name: "Dr. A",
    identityKey: identity.publicKey,
    expiresAtMs: inAnHourMs,
  } as const;
  const refusals = [
    ["by another organisation", { ...own, seed: systemRandom(32) }, "INVITATION_INVALID"],
    ["redeemed by another key", { ...own, identityKey: new TestIdentity().publicKey }, "INVITATION_INVALID"],
    ["over", { ...own, expiresAtMs: inAnHourMs - hourMs }, "INVITATION_EXPIRED"],
    ["with a patient's name", { ...own, role: "patient" }, "INVITATION_INVALID"],
  ] as const;
  it.each(refusals)("refuses an invitation %s", async (_, input, code) => {
    const world = await TestWorld.open();
    const registration = identity.registration(systemRandom(32));
    const credential = testCredential(input);
    await expect(createAccount(world.relay.accounts, { registration, credential })).rejects.toMatchObject({
      code,
    });
  });

  it("refuses what is no credential, and a changed one", async () => {
    const world = await TestWorld.open();
    const registration = identity.registration(systemRandom(32));
    for (const credential of ["AAAA", "A", changed(testCredential(own)), `${testCredential(own)}AA`]) {
      const signUp = createAccount(world.relay.accounts, { registration, credential });
      await expect(signUp).rejects.toMatchObject({ code: "INVITATION_INVALID" });
    }
  });

  it("uses an invitation once, and answers a repeated request as before", async () => {
    const world = await TestWorld.open();
    const invitationId = systemRandom(16);
    const signUp = (who: TestIdentity, authSeed: Uint8Array) =>
      createAccount(world.relay.accounts, {
        registration: who.registration(authSeed),
        credential: testCredential({ ...own, identityKey: who.publicKey, invitationId }),
      });
    const authSeed = systemRandom(32);
    const first = await signUp(identity, authSeed);
    expect(await signUp(identity, authSeed)).toEqual(first);
    const second = signUp(new TestIdentity(), systemRandom(32));
    await expect(second).rejects.toMatchObject({ code: "INVITATION_USED" });
  });
});

describe("a registration", () => {
  const identity = new TestIdentity();
  const good = identity.registration(systemRandom(32), 1);
  const stranger = new TestIdentity();
  const retyped = (key: { publicKey: string }, type: string) => `${type}${key.publicKey.slice(2)}`;
  const [asEc, asKem] = ["BQ", "CA"];
  const bad: readonly (readonly [string, Partial<DeviceRegistration>, string])[] = [
    ["another registration id", { registrationId: good.registrationId + 1 }, "FORBIDDEN"],
    ["another auth key", { authKey: changed(good.authKey) }, "FORBIDDEN"],
    ["another identity key", { identityKey: toBase64Url(stranger.publicKey) }, "FORBIDDEN"],
    ["a changed proof", { proof: changed(good.proof) }, "FORBIDDEN"],
    ["a signed prekey by another", { signedPreKey: stranger.signedPreKey(1) }, "REQUEST_INVALID"],
    ["a last resort by another", { lastResortKemPreKey: stranger.kemPreKey(1) }, "REQUEST_INVALID"],
    ["a KEM prekey by another", { kemPreKeys: [stranger.kemPreKey(1)] }, "REQUEST_INVALID"],
    [
      "a KEM key in an EC key's place",
      {
        lastResortKemPreKey: {
          ...good.lastResortKemPreKey,
          publicKey: retyped(good.lastResortKemPreKey, asEc),
        },
      },
      "REQUEST_INVALID",
    ],
    [
      "an EC key without its type",
      { oneTimePreKeys: [{ id: 1, publicKey: retyped(good.signedPreKey, asKem) }] },
      "REQUEST_INVALID",
    ],
    [
      "an EC key that is not canonical",
      { oneTimePreKeys: [{ id: 1, publicKey: `Bf${"_".repeat(42)}` }] },
      "REQUEST_INVALID",
    ],
    ["bytes that are not canonical base64", { proof: `${good.proof.slice(0, -1)}B` }, "REQUEST_INVALID"],
  ];

  it("is taken as it should be", async () => {
    const world = await TestWorld.open();
    await createAccount(world.relay.accounts, { registration: good });
  });

  it.each(bad)("with %s is refused", async (_, change, code) => {
    const world = await TestWorld.open();
    const registration = { ...good, ...change };
    await expect(createAccount(world.relay.accounts, { registration })).rejects.toMatchObject({ code });
  });
});

describe("another device", () => {
  it("is let in by the identity key and a device that is there, up to ten", async () => {
    const world = await TestWorld.open({ limits: { boxesPerAccountCount: 20 } });
    const { address, identity } = await world.person();
    let token = systemRandom(32);
    const letIn = () => {
      token = systemRandom(32);
      const body = { box: "AAAA", tokenHash: toBase64Url(sha256(token)) };
      return putBox(world.relay.accounts, address, { slot: toBase64Url(systemRandom(32)), body });
    };
    const add = (who = identity, authSeed = systemRandom(32), shown = token) =>
      addDevice(world.relay.accounts, address.account, {
        registration: who.registration(authSeed),
        token: toBase64Url(shown),
      });
    await expect(add()).rejects.toMatchObject({ code: "FORBIDDEN" });
    await letIn();
    await expect(add(new TestIdentity())).rejects.toMatchObject({ code: "FORBIDDEN" });
    for (let device = 2; device <= 10; device += 1) {
      await letIn();
      // The identity key alone is not enough while somebody is being let in, nor is the token a second time.
      await expect(add(identity, systemRandom(32), systemRandom(32))).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
      const authSeed = systemRandom(32);
      expect(await add(identity, authSeed)).toEqual({ account: address.account, device });
      expect(await add(identity, authSeed)).toEqual({ account: address.account, device });
      await expect(add()).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    await letIn();
    await expect(add()).rejects.toMatchObject({ code: "DEVICE_LIMIT" });
    await world.relay.revokeDevice({ account: address.account, device: 4 });
    // A revoked device still has the identity key, and may have left a box before it was ended.
    await expect(add()).rejects.toMatchObject({ code: "FORBIDDEN" });
    await letIn();
    expect(await add()).toEqual({ account: address.account, device: 11 });
    await expect(
      addDevice(world.relay.accounts, "Z".repeat(22), {
        registration: identity.registration(systemRandom(32)),
        token: toBase64Url(token),
      }),
    ).rejects.toMatchObject({
      code: "ACCOUNT_UNKNOWN",
    });
  });

  it("is not let in again once it was revoked", async () => {
    const world = await TestWorld.open();
    const { address, identity, authSeed } = await world.person();
    await world.relay.revokeDevice(address);
    const token = systemRandom(32);
    world.relay.accounts.permits.grant(address, sha256(token));
    const registration = identity.registration(authSeed);
    const request = { registration, token: toBase64Url(token) };
    const again = addDevice(world.relay.accounts, address.account, request);
    await expect(again).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(world.relay.revokeDevice(address)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
