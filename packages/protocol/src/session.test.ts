/// <reference lib="es2023" />
import { concatBytes, equalBytes, fromUtf8, toHex, toUtf8 } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  archiveSession,
  decryptMessage,
  emptyRecord,
  encrypt,
  generateIdentityKeyPair,
  inspectPreKeyMessage,
  type OutgoingMessage,
  type SessionRecord,
  serializeSessionRecord,
  startSession,
} from "./index.ts";
import { ratchetSecrets } from "./ratchet.ts";
import { writeSpqrField } from "./spqr/message.ts";
import { conversation, makeParty, Side, seededRandom, twoSides } from "./testing/parties.ts";
import { writeSignalMessage } from "./wire.ts";

const code = (id: string) => expect.objectContaining({ code: id }) as Error;
/** Any error of this package's own. */
const refusal = expect.objectContaining({
  code: expect.stringMatching(/^[A-Z]+(-\d{3}|_VERSION)$/),
}) as Error;
const bytesOf = (record: SessionRecord) => toHex(serializeSessionRecord(record));
const activeKey = (side: Side) => toHex(side.record.active?.baseKey ?? new Uint8Array());

interface InFlight {
  readonly to: Side;
  readonly message: OutgoingMessage;
  readonly text: string;
}

describe("a conversation", () => {
  it("opens whatever arrives, under loss, reordering, duplication and crossing starts", () => {
    const step = fc.record({ from: fc.boolean(), what: fc.integer({ min: 0, max: 99 }), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), fc.nat(), (steps, seed) => {
        const { alice, bob } = twoSides(`property ${seed}`);
        alice.start(bob.party.bundle);
        bob.start(alice.party.bundle);
        const flying: InFlight[] = [];
        const opened: InFlight[] = [];
        steps.forEach(({ from, what, which }, at) => {
          const [side, to] = from ? [alice, bob] : [bob, alice];
          if (what < 45 || flying.length === 0) {
            const text = `message ${at}`;
            flying.push({ to, text, message: side.send(text) });
          } else if (what < 85) {
            // At most four behind, so that no receiving chain is given up meanwhile.
            for (const sent of flying.splice(which % Math.min(flying.length, 4), 1)) {
              expect(fromUtf8(sent.to.open(sent.message))).toBe(sent.text);
              opened.push(sent);
            }
          } else if (what < 90) flying.splice(which % flying.length, 1);
          else if (opened.length > 0)
            refuseAgain(opened[opened.length - 1 - (which % Math.min(3, opened.length))]);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("opens a whole chain backwards", () => {
    const { alice, bob } = conversation("backwards");
    const sent = Array.from({ length: 100 }, (_, at) => alice.send(`${at}`));
    sent.toReversed().forEach((message, at) => expect(fromUtf8(bob.open(message))).toBe(`${99 - at}`));
  });

  it("repeats its first message until the first answer and not longer", () => {
    const { alice, bob } = twoSides("pending");
    alice.start(bob.party.bundle);
    const sent = [alice.send("1"), alice.send("2")];
    expect(sent.map(({ type }) => type)).toEqual([3, 3]);
    // The second one may arrive first, and then opens the session.
    for (const message of sent.toReversed()) bob.open(message);
    const answer = bob.send("answer");
    expect(answer.type).toBe(2);
    alice.open(answer);
    expect(alice.send("3").type).toBe(2);
  });

  it("settles on one session after both sides started one", () => {
    const { alice, bob } = twoSides("simultaneous");
    alice.start(bob.party.bundle);
    bob.start(alice.party.bundle);
    const crossing = { fromAlice: alice.send("a"), fromBob: bob.send("b") };
    bob.open(crossing.fromAlice);
    alice.open(crossing.fromBob);
    expect(activeKey(alice)).not.toBe(activeKey(bob));
    bob.open(alice.send("one message that does not cross"));
    expect(activeKey(alice)).toBe(activeKey(bob));
    alice.open(bob.send("answer"));
    expect([alice.send("x").type, bob.send("y").type]).toEqual([2, 2]);
    expect([alice.record.archived.length, bob.record.archived.length]).toEqual([1, 1]);
  });

  it("says duplicate, also for a duplicate of a skipped message and of a first message", () => {
    const { alice, bob } = twoSides("duplicates");
    alice.start(bob.party.bundle);
    const first = alice.send("first");
    const late = alice.send("late");
    const last = alice.send("last");
    for (const message of [first, last, late]) bob.open(message);
    for (const message of [first, last, late])
      expect(() => bob.open(message)).toThrowError(code("RATCHET-003"));
  });
});

function refuseAgain(sent: InFlight | undefined): void {
  if (sent) expect(() => sent.to.open(sent.message)).toThrowError(code("RATCHET-003"));
}

describe("failures", () => {
  it("refuses every changed byte of a message and changes nothing", () => {
    const { alice, bob } = conversation("flips");
    const { type, bytes } = alice.send("a message whose ratchet key is new to Bob");
    const before = bytesOf(bob.record);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect(() => bob.open({ type, bytes: changed })).toThrowError(refusal);
      expect(() => bob.open({ type, bytes: bytes.subarray(0, at) })).toThrowError(refusal);
    }
    expect(bytesOf(bob.record)).toBe(before);
    expect(fromUtf8(bob.open({ type, bytes }))).toContain("new to Bob");
  });

  it("leaves the old record usable after a failed or abandoned step", () => {
    const { alice, bob } = conversation("abandoned");
    const before = bob.record;
    const text = bytesOf(before);
    const sent = alice.send("hello");
    encrypt(before, new Uint8Array(3), bob.random);
    expect(() => bob.open({ ...sent, bytes: sent.bytes.toReversed() })).toThrowError(refusal);
    expect(bytesOf(before)).toBe(text);
    bob.open(sent);
  });

  it("reads the names in a first message, and trusts none of them", () => {
    const { alice, bob } = twoSides("names");
    alice.start(bob.party.bundle);
    const named = inspectPreKeyMessage(alice.send("x").bytes);
    expect(named).toMatchObject({ registrationId: 7, signedPreKeyId: 11, preKeyId: 12, kyberPreKeyId: 13 });
    expect(equalBytes(named.identityKey, alice.party.local.identityKeyPair.publicKey)).toBe(true);
  });
});

describe("erasure", () => {
  it("names every secret that a step replaced, and none that lives on", () => {
    const { alice, bob } = conversation("erasure");
    const kept: OutgoingMessage[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      const [side, to] = turn % 2 === 0 ? [alice, bob] : [bob, alice];
      for (let at = 0; at < 3; at += 1) {
        const before = secretsIn(side.record);
        const step = encrypt(side.record, toUtf8("x"), side.random);
        expectErased(before, step);
        side.commit(step);
        kept.push(step.message);
      }
      for (const message of [kept.pop(), kept.pop()]) {
        const before = secretsIn(to.record);
        const step = decryptMessage(to.record, message?.bytes ?? new Uint8Array());
        expectErased(before, step);
        to.commit(step);
      }
    }
  });
});

/** Every 32-byte secret of a record, as text. */
function secretsIn(record: SessionRecord): Set<string> {
  const secrets = record.active ? ratchetSecrets(record.active.ratchet) : [];
  return new Set(secrets.map(toHex));
}

function expectErased(
  before: Set<string>,
  step: { record: SessionRecord; erase: readonly Uint8Array[] },
): void {
  const after = secretsIn(step.record);
  const erased = new Set(step.erase.map(toHex));
  const gone = [...before].filter((secret) => !after.has(secret));
  expect(gone.length).toBeGreaterThan(0);
  expect(gone.filter((secret) => !erased.has(secret))).toEqual([]);
  expect([...erased].filter((secret) => after.has(secret))).toEqual([]);
}

describe("prekeys", () => {
  it("uses up one-time keys and keeps a last resort", () => {
    const { alice, bob } = twoSides("one-time");
    alice.start(bob.party.bundle);
    expect(bob.openFirst(alice.send("x").bytes).usedPreKeys).toMatchObject({ oneTimeId: 12, kemId: 13 });
    const resort = twoSides("last resort", true);
    resort.alice.start(resort.bob.party.bundle);
    const step = resort.bob.openFirst(resort.alice.send("x").bytes);
    expect(step.usedPreKeys).toMatchObject({ oneTimeId: undefined, kemId: undefined });
    const { privateKey } = resort.bob.party.kemPreKey;
    expect(step.erase.some((secret) => equalBytes(secret, privateKey))).toBe(false);
  });

  it("keeps the signed prekey of the caller intact when the ratchet erases its copy", () => {
    const { alice, bob } = twoSides("copy");
    const before = toHex(bob.party.signedPreKey.privateKey);
    alice.start(bob.party.bundle);
    bob.commit(bob.openFirst(alice.send("x").bytes));
    expect(toHex(bob.party.signedPreKey.privateKey)).toBe(before);
    alice.open(bob.send("answer"));
  });
});

describe("a record", () => {
  it("keeps the newest 40 archived sessions and still opens their messages", () => {
    const { alice, bob } = conversation("archive");
    const late = bob.send("on the first session");
    const keys = Array.from({ length: 41 }, () => {
      alice.start(bob.party.bundle);
      return activeKey(alice);
    });
    const kept = alice.record.archived.map((session) => toHex(session.baseKey));
    expect(kept).toEqual(keys.slice(0, 40).toReversed());
    expect(() => alice.open(late)).toThrowError(refusal);
    bob.open(alice.send("on the newest session"));
    const other = conversation("archive of 40");
    const stillOpens = other.bob.send("on the first session");
    for (let at = 0; at < 40; at += 1) other.alice.start(other.bob.party.bundle);
    expect(fromUtf8(other.alice.open(stillOpens))).toBe("on the first session");
    expect(other.alice.record.archived).toHaveLength(40);
  });

  it("needs a new session after it was archived, and opens late messages of the old one", () => {
    const { alice, bob } = conversation("reset");
    const late = alice.send("late");
    bob.commit(archiveSession(bob.record));
    expect(() => bob.send("x")).toThrowError(code("SESSION-001"));
    expect(fromUtf8(bob.open(late))).toBe("late");
    expect(alice.open(bob.send("the old session is active again"))).toBeDefined();
    expect(archiveSession(emptyRecord).record).toEqual(emptyRecord);
  });

  it("ends all sessions of an identity when the person approves another", () => {
    const { alice, bob } = conversation("replaced");
    const late = bob.send("from the replaced device");
    const random = seededRandom("replacement");
    const fresh = new Side(makeParty(random), random);
    const remote = fresh.party.bundle;
    const { local } = alice.party;
    const trustedIdentityKey = remote.identityKey;
    alice.commit(startSession({ local, remote, random, nowMs: 0, record: alice.record, trustedIdentityKey }));
    expect(alice.record.archived).toEqual([]);
    expect(() => alice.open(late)).toThrowError(refusal);
    fresh.open(alice.send("hello, new device"));
  });

  it("keeps at most five receiving chains and 2,000 skipped keys in each", () => {
    const { alice, bob } = conversation("bounds");
    for (let turn = 0; turn < 8; turn += 1) {
      for (let lost = 0; lost < 300; lost += 1) alice.send("lost");
      bob.open(alice.send("kept"));
      alice.open(bob.send("answer"));
    }
    const { receiving } = bob.record.active?.ratchet ?? {};
    expect(receiving?.map((chain) => chain.skipped.length)).toEqual([300, 300, 300, 300, 300]);
    expect(receiving?.slice(1).every((chain) => chain.chainKey === undefined)).toBe(true);
  });
});

describe("a message with an unknown ratchet key", () => {
  it("costs little on the sessions that are archived, however far ahead it claims to be", () => {
    const { alice, bob } = twoSides("forged", true);
    for (let at = 0; at < 41; at += 1) {
      alice.start(bob.party.bundle);
      bob.open(alice.send("hello"));
      bob.send("hello back");
    }
    expect(bob.record.archived).toHaveLength(40);
    const { publicKey } = generateIdentityKeyPair(seededRandom("ratchet key"));
    const forged = (counter: number, index: number) =>
      concatBytes(
        writeSignalMessage({
          version: 4,
          ratchetKey: publicKey,
          counter,
          previousCounter: 0,
          ciphertext: new Uint8Array(16),
          spqrField: writeSpqrField({ epoch: 1n, index, payload: { type: "none" } }),
        }),
        new Uint8Array(8),
      );
    const costOf = (counter: number, index: number): number => {
      const start = performance.now();
      expect(() => bob.open({ type: 2, bytes: forged(counter, index) })).toThrowError(refusal);
      return performance.now() - start;
    };
    const once = { ...bob.record, archived: [] };
    const all = bob.record;
    bob.record = once;
    const alone = costOf(25_000, 25_000);
    bob.record = all;
    // Forty more sessions, at the old limit: forty times as much.
    expect(costOf(25_000, 25_000)).toBeLessThan(10 * alone);
  });
});

describe("what a caller passes", () => {
  it("must be a registration id of 1 to 16,383, on either side", () => {
    const { alice, bob } = twoSides("registration");
    const wrong = (side: Side, registrationId: number) =>
      new Side({ ...side.party, local: { ...side.party.local, registrationId } }, side.random);
    const refused = expect.objectContaining({ code: "KEY-002" }) as Error;
    for (const id of [0, 16_384, 1.5]) {
      expect(() => wrong(alice, id).start(bob.party.bundle)).toThrowError(refused);
      alice.record = emptyRecord;
      alice.start(bob.party.bundle);
      const first = alice.send("hello");
      expect(() => wrong(bob, id).open(first)).toThrowError(refused);
    }
  });

  it("must be a time", () => {
    const { alice, bob } = twoSides("time");
    const refused = expect.objectContaining({ code: "KEY-002" }) as Error;
    for (const nowMs of [-1, 0.5, Number.NaN]) {
      expect(() => alice.start(bob.party.bundle, nowMs)).toThrowError(refused);
    }
  });
});
