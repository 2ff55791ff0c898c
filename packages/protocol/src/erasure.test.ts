/// <reference lib="es2023" />
import { describe, expect, it } from "vitest";
import {
  archiveSession,
  decryptPreKeyMessage,
  emptyRecord,
  expireRecord,
  type SessionRecord,
  startSession,
} from "./index.ts";
import { ratchetSecrets } from "./ratchet.ts";
import { sessionsOf } from "./session.ts";
import { makeParty, type Party, Side, seededRandom } from "./testing/parties.ts";

/** The arrays that hold secrets: a store overwrites them in place, so which they are counts, not what they say. */
function secretsIn(record: SessionRecord): ReadonlySet<Uint8Array> {
  return new Set(sessionsOf(record).flatMap(({ ratchet }) => ratchetSecrets(ratchet)));
}

/** Every secret that left the record is handed over to be overwritten, and none that is still in it. */
class WatchedSide extends Side {
  erasedCount = 0;
  erasedBytes = 0;
  leftCount = 0;
  hastyCount = 0;

  override commit(step: { readonly record: SessionRecord; readonly erase: readonly Uint8Array[] }): void {
    const after = secretsIn(step.record);
    const erased = new Set(step.erase);
    const gone = [...secretsIn(this.record)].filter((secret) => !after.has(secret));
    this.leftCount += gone.filter((secret) => !erased.has(secret)).length;
    this.hastyCount += step.erase.filter((secret) => after.has(secret)).length;
    this.erasedCount += step.erase.length;
    for (const secret of step.erase) this.erasedBytes += secret.length;
    super.commit(step);
  }
}

function watchedSides(seed: string): {
  alice: WatchedSide;
  bob: WatchedSide;
  random: ReturnType<typeof seededRandom>;
} {
  const random = seededRandom(seed);
  const side = (party: Party) => new WatchedSide(party, random);
  const [alice, bob] = [side(makeParty(random, true)), side(makeParty(random, true))];
  alice.start(bob.party.bundle);
  bob.open(alice.send("hello"));
  alice.open(bob.send("hello back"));
  return { alice, bob, random };
}

function expectNothingLeft(...sides: readonly WatchedSide[]): void {
  for (const { leftCount, hastyCount } of sides)
    expect({ leftCount, hastyCount }).toEqual({ leftCount: 0, hastyCount: 0 });
}

describe("every secret that is no longer needed", () => {
  it("is handed over as messages come late, out of order or never, over more chains than are kept", () => {
    const { alice, bob } = watchedSides("turns");
    for (let turn = 0; turn < 8; turn += 1) {
      const sent = ["lost", "late", "on time"].map((text) => alice.send(text));
      const [, late, onTime] = sent;
      if (onTime) bob.open(onTime);
      if (late && turn % 2 === 0) bob.open(late);
      alice.send("lost at the end of a chain");
      alice.open(bob.send("answer"));
    }
    expect(bob.erasedCount).toBeGreaterThan(40);
    expectNothingLeft(alice, bob);
  });

  it("is handed over when more is skipped than is kept", () => {
    const { alice, bob } = watchedSides("skipped");
    for (let at = 0; at < 1500; at += 1) alice.send("lost");
    bob.open(alice.send("arrives"));
    for (let at = 0; at < 1500; at += 1) alice.send("lost");
    bob.open(alice.send("arrives"));
    expect(bob.erasedBytes).toBeGreaterThan(1000 * 32);
    expectNothingLeft(alice, bob);
  });

  it("is handed over with sessions that are archived beyond the fortieth", () => {
    const { alice, bob } = watchedSides("archived");
    for (let at = 0; at < 42; at += 1) {
      alice.start(bob.party.bundle);
      bob.open(alice.send("again"));
    }
    bob.commit(archiveSession(bob.record));
    expect(bob.record.archived).toHaveLength(40);
    // Root, sending chain and its private key, receiving chain and the post-quantum ratchet's.
    expect(bob.erasedCount).toBeGreaterThan(42 * 5);
    expectNothingLeft(alice, bob);
  });

  it("is handed over with the sessions of an identity that was replaced", () => {
    const { alice, bob, random } = watchedSides("replaced");
    const stranger = makeParty(random, true);
    const before = secretsIn(bob.record);
    const step = startSession({
      local: bob.party.local,
      remote: stranger.bundle,
      random,
      nowMs: 0,
      record: bob.record,
      trustedIdentityKey: stranger.local.identityKeyPair.publicKey,
    });
    expect(before.size).toBeGreaterThan(4);
    expect(new Set(step.erase)).toEqual(before);
    bob.commit(step);
    expect(() => bob.open(alice.send("still me?"))).toThrowError(
      expect.objectContaining({ family: "Verification" }),
    );
  });

  it("is handed over when it has waited too long", () => {
    const { alice, bob } = watchedSides("expired");
    alice.send("lost");
    bob.open(alice.send("on time"));
    const month = 30 * 86_400_000;
    bob.commit(expireRecord(bob.record, month));
    const { erasedCount } = bob;
    bob.commit(expireRecord(bob.record, 2 * month));
    expect(bob.erasedCount).toBe(erasedCount + 1);
    expectNothingLeft(alice, bob);
  });

  it("is handed over with prekeys that are good for one session", () => {
    const random = seededRandom("prekeys");
    const [alice, bob] = [makeParty(random), makeParty(random)].map((party) => new Side(party, random));
    if (!alice || !bob) throw new Error("no sides");
    alice.start(bob.party.bundle);
    const { local, signedPreKey, oneTimePreKey, kemPreKey } = bob.party;
    const { erase } = decryptPreKeyMessage({
      record: emptyRecord,
      local,
      preKeys: { signedPreKey, oneTimePreKey, kemPreKey },
      seenBaseKeys: [],
      bytes: alice.send("hello").bytes,
    });
    expect(erase).toContain(oneTimePreKey.privateKey);
    expect(erase).toContain(kemPreKey.privateKey);
    expect(erase).not.toContain(signedPreKey.privateKey);
  });
});
