import { fromBase64Url, toBase64Url, toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { Challenges } from "./challenges.ts";
import { proof, TestClock, TestWorld } from "./testing/world.ts";

describe("a challenge", () => {
  const address = { account: "A".repeat(22), device: 1 };
  const lifeMs = 60_000;

  it("holds for its device, a minute, once", () => {
    const clock = new TestClock();
    const challenges = new Challenges({ clock, random: systemRandom, lifeMs });
    const { challenge, expiresAtMs } = challenges.issue(address);
    expect(challenge).toHaveLength(32);
    expect(expiresAtMs).toBe(clock.wallMs + lifeMs);
    expect(challenges.holds(challenge, { ...address, device: 2 })).toBe(false);
    clock.pass(lifeMs - 1);
    expect(challenges.holds(challenge, address)).toBe(true);
    expect(challenges.spend(challenge, address)).toBe(true);
    expect(challenges.spend(challenge, address)).toBe(false);
  });

  it("ends with its time, and only its own relay knows it", () => {
    const clock = new TestClock();
    const challenges = new Challenges({ clock, random: systemRandom, lifeMs });
    const { challenge } = challenges.issue(address);
    const restarted = new Challenges({ clock, random: systemRandom, lifeMs });
    expect(restarted.holds(challenge, address)).toBe(false);
    clock.pass(lifeMs);
    expect(challenges.spend(challenge, address)).toBe(false);
  });

  it("cannot be made up or stretched", () => {
    const challenges = new Challenges({ clock: new TestClock(), random: systemRandom, lifeMs });
    const { challenge } = challenges.issue(address);
    for (let at = 0; at < challenge.length; at += 1) {
      const forged = Uint8Array.from(challenge);
      forged[at] = (forged[at] ?? 0) ^ 1;
      expect(challenges.holds(forged, address)).toBe(false);
    }
    expect(challenges.holds(challenge.subarray(1), address)).toBe(false);
    expect(challenges.holds(new Uint8Array(0), address)).toBe(false);
  });
});

describe("a session", () => {
  it("opens by the device's key over a fresh challenge, for a day", async () => {
    const world = await TestWorld.open();
    const person = await world.person();
    const token = await world.token(person);
    expect(fromBase64Url(token)).toHaveLength(32);
    expect((await world.relay.sessions.verify(token)).address).toEqual(person.address);
    world.clock.pass(86_400_000 - 1);
    await world.relay.sessions.verify(token);
    world.clock.pass(1);
    await expect(world.relay.sessions.verify(token)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("does not open twice by one challenge, nor by another's key", async () => {
    const world = await TestWorld.open();
    const [person, stranger] = [await world.person(), await world.person()];
    const { challenge } = await world.relay.sessions.challenge(person.address);
    const forged = { ...proof(stranger, challenge), ...person.address };
    await expect(world.relay.sessions.open(forged)).rejects.toMatchObject({ code: "CHALLENGE_INVALID" });
    await world.relay.sessions.open(proof(person, challenge));
    const again = world.relay.sessions.open(proof(person, challenge));
    await expect(again).rejects.toMatchObject({ code: "CHALLENGE_INVALID" });
    const odd = { ...proof(person, challenge), challenge: `${challenge.slice(0, -1)}_` };
    await expect(world.relay.sessions.open(odd)).rejects.toMatchObject({ code: "CHALLENGE_INVALID" });
  });

  it("is known by its hash only", async () => {
    const world = await TestWorld.open();
    const token = await world.token(await world.person());
    const { tokenHash } = await world.relay.sessions.verify(token);
    expect(toHex(tokenHash)).toBe(toHex(sha256(toUtf8(token))));
    expect(await world.store.session(toUtf8(token))).toBeUndefined();
  });

  it("ends when its device is revoked or signs out", async () => {
    const world = await TestWorld.open();
    const person = await world.person();
    const [left, kept] = [await world.token(person), await world.token(person)];
    await world.relay.signOut(await world.relay.sessions.verify(left));
    await expect(world.relay.sessions.verify(left)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await world.relay.revokeDevice(person.address);
    await expect(world.relay.sessions.verify(kept)).rejects.toMatchObject({ code: "DEVICE_REVOKED" });
    const challenge = world.relay.sessions.challenge(person.address);
    await expect(challenge).rejects.toMatchObject({ code: "DEVICE_REVOKED" });
    const nobody = { account: toBase64Url(systemRandom(16)), device: 1 };
    await expect(world.relay.sessions.challenge(nobody)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("is opened so often and no oftener", async () => {
    const world = await TestWorld.open({ limits: { sessionRate: { burstCount: 2, everyMs: 1000 } } });
    const person = await world.person();
    await world.token(person);
    await world.token(person);
    await expect(world.token(person)).rejects.toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 1000 });
    world.clock.pass(1000);
    await world.token(person);
  });
});
