import { concatBytes, fromUtf8 } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Grade,
  grades,
  type OutgoingMessage,
  parseSessionRecord,
  type SessionRecord,
  serializeSessionRecord,
} from "./index.ts";
import { gradeOf } from "./session.ts";
import { absentSpqr } from "./spqr/index.ts";
import { Side, seededRandom, twoClassicSides, twoSides } from "./testing/parties.ts";
import { readPreKeySignalMessage } from "./wire.ts";

const code = (id: string) => expect.objectContaining({ code: id }) as Error;
const activeGrade = ({ record }: Side) => record.active && gradeOf(record.active);

function withMinimum(alice: Grade, bob: Grade): { alice: Side; bob: Side } {
  const sides = twoSides(`minimum ${alice} ${bob}`);
  sides.alice.minimum = alice;
  sides.bob.minimum = bob;
  return sides;
}

/** As long as both sides answer each other. */
function talk(one: Side, other: Side): void {
  for (let turn = 0; turn < 4; turn += 1) {
    expect(fromUtf8(other.open(one.send("question")))).toBe("question");
    expect(fromUtf8(one.open(other.send("answer")))).toBe("answer");
  }
}

describe("a session of version 3", () => {
  it("opens whatever arrives, under loss and reordering", () => {
    const step = fc.record({ from: fc.boolean(), sends: fc.boolean(), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), fc.nat(), (steps, seed) => {
        const { alice, bob } = twoClassicSides(`classic ${seed}`, seed % 2 === 0);
        alice.start(bob.party.classicBundle);
        bob.open(alice.send("hello"));
        const flying: { to: Side; message: OutgoingMessage }[] = [];
        for (const { from, sends, which } of steps) {
          const [side, to] = from ? [alice, bob] : [bob, alice];
          if (sends || flying.length === 0) flying.push({ to, message: side.send("x") });
          else
            for (const sent of flying.splice(which % Math.min(flying.length, 4), 1))
              expect(fromUtf8(sent.to.open(sent.message))).toBe("x");
        }
        for (const side of [alice, bob])
          expect(parseSessionRecord(serializeSessionRecord(side.record))).toEqual(side.record);
      }),
      { numRuns: 20 },
    );
  });

  it("has the older version byte, no KEM field, and no post-quantum ratchet", () => {
    const { alice, bob } = twoClassicSides("bytes");
    alice.start(bob.party.classicBundle);
    const { bytes } = alice.send("hello");
    const { version, kem, message } = readPreKeySignalMessage(bytes);
    expect([bytes[0], version, kem, message.spqrField]).toEqual([0x33, 3, undefined, undefined]);
    const before = serializeSessionRecord(alice.record);
    expect(parseSessionRecord(before)).toEqual(alice.record);
    bob.open({ type: 3, bytes });
    expect(bob.send("answer").bytes[0]).toBe(0x33);
    expect([activeGrade(alice), activeGrade(bob)]).toEqual(["v3", "v3"]);
  });

  it("uses its one-time prekey once, and refuses its first message again after state loss", () => {
    const { alice, bob } = twoClassicSides("once");
    alice.start(bob.party.classicBundle);
    const first = alice.send("hello");
    const opened = bob.openFirst(first.bytes);
    expect(opened.usedPreKeys).toMatchObject({ oneTimeId: 12, kemId: undefined });
    expect(opened.erase.length).toBeGreaterThan(0);
    bob.open(first);
    bob.record = twoSides("lost").bob.record;
    expect(() => bob.open(first)).toThrowError(code("PQXDH-007"));
  });

  it("takes the newer of its two version bytes, as older libraries write it, but not two different ones", () => {
    const { alice, bob } = twoClassicSides("low half");
    alice.start(bob.party.classicBundle);
    const { bytes } = alice.send("hello");
    const changed = concatBytes(Uint8Array.of(0x34), bytes.subarray(1));
    expect(() => bob.open({ type: 3, bytes: changed })).toThrowError(code("PROTOCOL_VERSION"));
    const inner = readPreKeySignalMessage(bytes).message;
    expect(inner.authenticated[0]).toBe(0x33);
  });
});

describe("the minimum", () => {
  const cases = grades.flatMap((alice) => grades.map((bob) => [alice, bob] as const));

  it.each(cases)("of %s here and %s there lets a full bundle become a keyed session", (least, other) => {
    const { alice, bob } = withMinimum(least, other);
    alice.start(bob.party.bundle);
    const first = alice.send("hello");
    // One side keys its first message only when it need not suppose an older peer.
    if (least !== "spqr" && other === "spqr") {
      expect(() => bob.open(first)).toThrowError(code("SPQR-008"));
      return;
    }
    bob.open(first);
    alice.open(bob.send("hello back"));
    talk(alice, bob);
    expect([activeGrade(alice), activeGrade(bob)]).toEqual(["spqr", "spqr"]);
    expect([alice.record.highestGrade, bob.record.highestGrade]).toEqual(["spqr", "spqr"]);
  });

  it("decides about version 3, on both sides", () => {
    for (const least of ["pqxdh", "spqr"] as const) {
      const { alice, bob } = withMinimum("v3", least);
      expect(() => bob.start(alice.party.classicBundle)).toThrowError(code("PROTOCOL_VERSION"));
      alice.start(bob.party.classicBundle);
      expect(() => bob.open(alice.send("hello"))).toThrowError(code("PROTOCOL_VERSION"));
      expect(bob.record.active).toBeUndefined();
    }
  });
});

describe("a device that had more", () => {
  it("gets no session of version 3 any more, from either side", () => {
    const { alice, bob } = twoClassicSides("had more");
    alice.start(bob.party.bundle);
    bob.open(alice.send("hello"));
    alice.open(bob.send("hello back"));
    expect(() => alice.start(bob.party.classicBundle)).toThrowError(code("DOWNGRADE-001"));
    const older = again(alice, "v3");
    older.start(bob.party.classicBundle);
    const first = older.send("hello in version 3");
    expect(() => bob.open(first)).toThrowError(code("DOWNGRADE-001"));
    expect(() => bob.open({ type: 2, bytes: innerOf(first) })).toThrowError(code("PROTOCOL_VERSION"));
    talk(alice, bob);
  });

  it("keeps that through an archive and a store", () => {
    const { alice, bob } = twoClassicSides("kept");
    alice.start(bob.party.bundle);
    alice.record = parseSessionRecord(serializeSessionRecord({ ...alice.record, active: undefined }));
    expect(alice.record.archived).toEqual([]);
    expect(() => alice.start(bob.party.classicBundle)).toThrowError(code("DOWNGRADE-001"));
    alice.start(bob.party.bundle);
  });

  it("is not taken from the store with less than its sessions have", () => {
    const { alice, bob } = twoClassicSides("stored grade");
    alice.start(bob.party.bundle);
    const damaged = (record: SessionRecord) =>
      expect(() => parseSessionRecord(serializeSessionRecord(record))).toThrowError(code("SESSION-002"));
    damaged({ ...alice.record, highestGrade: undefined });
    damaged({ ...alice.record, highestGrade: "v3" });
    const { active } = alice.record;
    if (active?.origin.role !== "initiator" || !active.origin.pending) throw new Error("not pending");
    const pending = { ...active.origin.pending, kem: undefined };
    const older = { ...active, version: 3, origin: { role: "initiator", pending } } as const;
    damaged({ ...alice.record, active: older });
    const classic = { ...older, ratchet: { ...active.ratchet, spqr: absentSpqr } };
    const record = { ...alice.record, active: classic };
    expect(parseSessionRecord(serializeSessionRecord(record))).toEqual(record);
  });

  it("moves the right one of several older sessions on", () => {
    const { alice, bob } = twoClassicSides("several");
    const lates = ["first", "second"].map((text) => {
      alice.start(bob.party.classicBundle);
      bob.open(alice.send("hello"));
      alice.open(bob.send("hello back"));
      return [bob.send(`${text}, late`), bob.send(`${text}, later`)] as const;
    });
    bob.start(alice.party.bundle);
    alice.open(bob.send("better from here on"));
    for (const at of [0, 1] as const) {
      for (const late of lates) expect(fromUtf8(alice.open(late[at]))).toContain("late");
    }
    for (const late of lates) expect(() => alice.open(late[0])).toThrowError(code("RATCHET-003"));
    expect(activeGrade(alice)).toBe("spqr");
  });

  it("may have late messages of an older session opened, but nothing is sent with it again", () => {
    const { alice, bob } = twoClassicSides("upgrade");
    alice.start(bob.party.classicBundle);
    bob.open(alice.send("hello"));
    alice.open(bob.send("hello back"));
    const late = bob.send("late, in version 3");
    alice.start(bob.party.bundle);
    expect(fromUtf8(alice.open(late))).toContain("late");
    expect(alice.send("in version 4").bytes[0]).toBe(0x44);
    expect(alice.record.archived).toHaveLength(1);
  });

  it("must offer the post-quantum ratchet again in a new session", () => {
    const { alice, bob } = withMinimum("pqxdh", "pqxdh");
    alice.start(bob.party.bundle);
    bob.open(alice.send("hello"));
    alice.open(bob.send("hello back"));
    const withoutField = again(alice, "pqxdh");
    withoutField.start(bob.party.bundle);
    withoutField.record = withoutRatchet(withoutField.record);
    expect(() => bob.open(withoutField.send("hello without"))).toThrowError(code("SPQR-001"));
    // A device that forgot everything does not key its first message yet, and will the next.
    const forgetful = again(alice, "pqxdh");
    forgetful.start(bob.party.bundle);
    bob.open(forgetful.send("hello again"));
    forgetful.open(bob.send("hello back again"));
    talk(forgetful, bob);
    expect(activeGrade(forgetful)).toBe("spqr");
  });

  it("may not fall silent about it within a session", () => {
    const { alice, bob } = withMinimum("pqxdh", "pqxdh");
    alice.start(bob.party.bundle);
    bob.open(alice.send("hello"));
    alice.open(bob.send("hello back"));
    alice.record = withoutRatchet(alice.record);
    expect(() => bob.open(alice.send("silent"))).toThrowError(code("SPQR-001"));
  });

  it("without it at first may go without it, for good", () => {
    const { alice, bob } = withMinimum("pqxdh", "pqxdh");
    alice.start(bob.party.bundle);
    alice.record = withoutRatchet(alice.record);
    bob.open(alice.send("hello from an older library"));
    alice.open(bob.send("hello back"));
    talk(alice, bob);
    expect([activeGrade(bob), bob.record.highestGrade]).toEqual(["pqxdh", "pqxdh"]);
  });
});

/** The device of a side, without any memory of its sessions. */
function again({ party }: Side, minimum: Grade): Side {
  const side = new Side(party, seededRandom("again"));
  side.minimum = minimum;
  return side;
}

/** As a library before the post-quantum ratchet would go on. */
function withoutRatchet(record: SessionRecord): SessionRecord {
  if (!record.active) throw new Error("no session");
  return { ...record, active: { ...record.active, ratchet: { ...record.active.ratchet, spqr: absentSpqr } } };
}

function innerOf({ bytes }: OutgoingMessage): Uint8Array<ArrayBuffer> {
  const { authenticated, mac } = readPreKeySignalMessage(bytes).message;
  return concatBytes(authenticated, mac);
}
