import { toBase64Url } from "@cloister/bytes";
import { recoveryProofMessage } from "@cloister/contracts/proofs";
import { ed25519KeyPair, ed25519Sign, sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { TestIdentity } from "@cloister/testkit/relay-device";
import { beforeEach, describe, expect, it } from "vitest";
import { accountInfo, addDevice } from "./accounts.ts";
import { putAnswer, putBox, takeBox } from "./provisioning.ts";
import { recoveryInfo, setRecovery } from "./recovery.ts";
import { type TestPerson, TestWorld } from "./testing/world.ts";

let world: TestWorld;
let alice: TestPerson;
let bob: TestPerson;
const token = toBase64Url(new Uint8Array(32).fill(7));
const tokenHash = toBase64Url(sha256(new Uint8Array(32).fill(7)));

beforeEach(async () => {
  world = await TestWorld.open({ limits: { piecesPerAccountCount: 2, boxesPerAccountCount: 3 } });
  alice = await world.person();
  bob = await world.person();
});

describe("recovery", () => {
  const recovery = ed25519KeyPair(systemRandom(32));
  const keys = [toBase64Url(recovery.publicKey)];

  /** What a new device of Alice sends; each part may be somebody else's. */
  const request = (input: { account?: string; seed?: Uint8Array; identity?: TestIdentity } = {}) => {
    const { account = alice.address.account, seed = recovery.privateKey, identity = alice.identity } = input;
    const authSeed = systemRandom(32);
    const { publicKey } = ed25519KeyPair(authSeed);
    return {
      registration: identity.registration(authSeed),
      recoveryKey: toBase64Url(ed25519KeyPair(seed).publicKey),
      signature: toBase64Url(ed25519Sign(seed, recoveryProofMessage(account, publicKey))),
    };
  };
  const recover = (body: ReturnType<typeof request>) =>
    world.relay.recoverAccount(alice.address.account, body);

  it("puts a device in the place of all others, whose connections end", async () => {
    const { account } = alice.address;
    await setRecovery(world.store, alice.address, { keys });
    expect(await recoveryInfo(world.store, keys[0] ?? "")).toEqual({ account });
    const before = await world.connect(alice);
    const body = request();
    expect(await recover(body)).toEqual({ account, device: 2 });
    expect(before.end).toBe("closed");
    expect(before.all("goodbye")).toEqual([{ type: "goodbye", code: "DEVICE_REVOKED" }]);
    expect((await accountInfo(world.store, account)).devices).toMatchObject([{ device: 2 }]);
    // A lost answer is asked for again, and nothing else happens.
    expect(await recover(body)).toEqual({ account, device: 2 });
  });

  it("takes both keys, for this account and this device", async () => {
    const refused = { code: "FORBIDDEN" };
    await expect(recover(request())).rejects.toMatchObject(refused);
    await setRecovery(world.store, alice.address, { keys });
    await expect(recover(request({ seed: systemRandom(32) }))).rejects.toMatchObject(refused);
    await expect(recover(request({ identity: new TestIdentity() }))).rejects.toMatchObject(refused);
    await expect(recover(request({ account: bob.address.account }))).rejects.toMatchObject(refused);
    const [one, other] = [request(), request()];
    await expect(recover({ ...one, signature: other.signature })).rejects.toMatchObject(refused);
    const bobs = world.relay.recoverAccount(bob.address.account, request({ identity: bob.identity }));
    await expect(bobs).rejects.toMatchObject(refused);
    expect((await accountInfo(world.store, alice.address.account)).devices).toMatchObject([{ device: 1 }]);
  });

  it("withdraws what let another device in", async () => {
    await setRecovery(world.store, alice.address, { keys });
    const { account } = alice.address;
    await putBox(world.relay.accounts, alice.address, {
      slot: "s".repeat(43),
      body: { box: "AAAA", tokenHash },
    });
    await recover(request());
    const registration = alice.identity.registration(systemRandom(32));
    const another = addDevice(world.relay.accounts, account, { registration, token });
    await expect(another).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("and boxes are refused of a device that was revoked since it began to ask", async () => {
    await world.relay.revokeDevice(alice.address);
    const refused = { code: "DEVICE_REVOKED" };
    await expect(setRecovery(world.store, alice.address, { keys })).rejects.toMatchObject(refused);
    const box = { slot: "s".repeat(43), body: { box: "AAAA", tokenHash } };
    await expect(putBox(world.relay.accounts, alice.address, box)).rejects.toMatchObject(refused);
    const registration = alice.identity.registration(systemRandom(32));
    const another = addDevice(world.relay.accounts, alice.address.account, { registration, token });
    await expect(another).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("knows no key that is not set, and refuses another account's", async () => {
    await expect(recoveryInfo(world.store, keys[0] ?? "")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(recoveryInfo(world.store, "short")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await setRecovery(world.store, alice.address, { keys });
    await expect(setRecovery(world.store, bob.address, { keys })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    const backup = "b".repeat(43);
    await expect(setRecovery(world.store, alice.address, { keys, backup })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

describe("blobs", () => {
  const blob = "b".repeat(43);
  const put = (person: TestPerson, number: number, id = blob, piece = "AAAA") =>
    world.relay.blobs.put(person.address.account, { blob: id, number }, { piece });

  it("are written by one account and read by whoever knows them", async () => {
    await put(alice, 0);
    expect(await world.relay.blobs.get(blob, 0)).toEqual({ piece: "AAAA" });
    await expect(put(bob, 1)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await world.relay.blobs.delete(bob.address.account, blob);
    await put(alice, 1);
    await expect(put(alice, 2)).rejects.toMatchObject({ code: "STORAGE_FULL", family: "Unavailable" });
    await world.relay.blobs.delete(alice.address.account, blob);
    await expect(world.relay.blobs.get(blob, 0)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it.each([
    ["a short id", "b".repeat(42), 0],
    ["a number too high", blob, 4096],
    ["no number", blob, -1],
    ["half a number", blob, 0.5],
  ])("refuse %s", async (_, id, number) => {
    await expect(put(alice, number, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(world.relay.blobs.get(id, number)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("refuse what is not canonical base64url", async () => {
    await expect(put(alice, 0, blob, "AAB")).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });

  it("age by the relay's running time, unless one is the backup", async () => {
    const kept = "c".repeat(43);
    await put(alice, 0);
    await put(alice, 0, kept);
    await setRecovery(world.store, alice.address, { keys: [toBase64Url(systemRandom(32))], backup: kept });
    world.clock.pass(8 * 86_400_000);
    await world.relay.sweep();
    await expect(world.relay.blobs.get(blob, 0)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await world.relay.blobs.get(kept, 0)).toEqual({ piece: "AAAA" });
  });

  it("are written at a bounded rate", async () => {
    world = await TestWorld.open({ limits: { pieceRate: { burstCount: 2, everyMs: 1000 } } });
    alice = await world.person();
    await put(alice, 0);
    await put(alice, 0);
    await expect(put(alice, 0)).rejects.toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 1000 });
    world.clock.pass(1000);
    await put(alice, 0);
  });
});

describe("answers to a box", () => {
  const [slot, answerSlot] = ["s".repeat(43), "t".repeat(43)];
  const ask = (person = alice, waiting = answerSlot, at = slot) =>
    putBox(world.relay.accounts, person.address, {
      slot: at,
      body: { box: "AAAA", answerSlot: waiting },
    });
  const answer = (box = "BBBB", at = answerSlot) => putAnswer(world.relay.accounts, at, { box });

  it("come from anybody who knows the slot that waits, once", async () => {
    await expect(answer()).rejects.toMatchObject({ code: "NOT_FOUND" });
    await ask();
    await answer();
    await answer();
    await expect(answer("CCCC")).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await takeBox(world.relay.accounts, answerSlot)).toEqual({ box: "BBBB" });
  });

  it("let nobody in: only a box with a token does", async () => {
    await ask();
    const { account } = alice.address;
    const enter = () =>
      addDevice(world.relay.accounts, account, {
        registration: alice.identity.registration(systemRandom(32)),
        token,
      });
    await expect(enter()).rejects.toMatchObject({ code: "FORBIDDEN" });
    await putBox(world.relay.accounts, alice.address, {
      slot: "u".repeat(43),
      body: { box: "AAAA", tokenHash },
    });
    await expect(enter()).resolves.toMatchObject({ device: 2 });
  });

  it("are waited for by one account in one slot, for ten minutes", async () => {
    await ask();
    await expect(ask(bob, answerSlot, "v".repeat(43))).rejects.toMatchObject({ code: "FORBIDDEN" });
    await ask(alice, "w".repeat(43), "x".repeat(43));
    await expect(answer()).rejects.toMatchObject({ code: "NOT_FOUND" });
    world.clock.pass(600_000);
    await expect(answer("BBBB", "w".repeat(43))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
