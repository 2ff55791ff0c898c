import { fromUtf8 } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { expireRecord, parseSessionRecord, serializeSessionRecord } from "./index.ts";
import { conversation, type Side, twoSides } from "./testing/parties.ts";

const code = (id: string) => expect.objectContaining({ code: id }) as Error;
const days = (count: number) => count * 86_400_000;

function expire(side: Side, nowMs: number): void {
  side.commit(expireRecord(side.record, nowMs));
  side.record = parseSessionRecord(serializeSessionRecord(side.record));
}

describe("a session that is never answered", () => {
  it("is given up after 30 days, and comes back with a late answer", () => {
    const { alice, bob } = twoSides("unanswered");
    alice.start(bob.party.bundle);
    bob.open(alice.send("hello?"));
    expire(alice, days(30));
    alice.send("still there?");
    expire(alice, days(30) + 1);
    expect(() => alice.send("too late")).toThrowError(code("SESSION-001"));
    expect(fromUtf8(alice.open(bob.send("sorry, I was away")))).toContain("away");
    expire(alice, days(300));
    expect(alice.send("welcome back").type).toBe(2);
  });

  it("counts from its start, whatever the time is", () => {
    const { alice, bob } = twoSides("started late");
    alice.start(bob.party.bundle, days(20_000));
    bob.open(alice.send("hello?"));
    expire(alice, days(20_030));
    alice.send("still there?");
    expire(alice, days(20_030) + 1);
    expect(() => alice.send("too late")).toThrowError(code("SESSION-001"));
  });

  it("is not what the other side has", () => {
    const { alice, bob } = twoSides("other side");
    alice.start(bob.party.bundle);
    bob.open(alice.send("hello"));
    expire(bob, days(300));
    expect(bob.send("answer").type).toBe(2);
  });
});

describe("the key of a message that does not arrive", () => {
  it("is dropped after 30 days at the earliest and 60 at the latest", () => {
    const { alice, bob } = conversation("skipped");
    const [early, other] = [alice.send("early"), alice.send("other")];
    bob.open(alice.send("on time"));
    expire(bob, days(0));
    const late = alice.send("late");
    bob.open(alice.send("on time too"));
    expire(bob, days(30) - 1);
    expect(fromUtf8(bob.open(early))).toBe("early");
    expire(bob, days(30));
    // Gone, which is not the same as opened before.
    expect(() => bob.open(other)).toThrowError(code("RATCHET-004"));
    expect(bob.record.active?.ratchet.receiving[0]?.skipped).toHaveLength(1);
    const stored = serializeSessionRecord(bob.record);
    expect(fromUtf8(bob.open(late))).toBe("late");
    bob.record = parseSessionRecord(stored);
    expire(bob, days(60));
    expect(() => bob.open(late)).toThrowError(code("RATCHET-004"));
    expect(fromUtf8(bob.open(alice.send("goes on")))).toBe("goes on");
  });

  it("is counted from the mark, whatever the time is", () => {
    const { alice, bob } = conversation("marked late");
    const early = alice.send("early");
    bob.open(alice.send("on time"));
    expire(bob, days(20_000));
    expire(bob, days(20_029));
    expect(fromUtf8(bob.open(early))).toBe("early");
    expire(bob, days(20_030));
    expect(bob.record.active?.ratchet.receiving[0]?.ageMark).toBeUndefined();
  });

  it("is overwritten, in archived sessions too", () => {
    const { alice, bob } = conversation("archived");
    const lost = alice.send("lost");
    bob.open(alice.send("on time"));
    bob.start(alice.party.bundle);
    expire(bob, 0);
    const step = expireRecord(bob.record, days(30));
    expect(step.erase).toHaveLength(1);
    bob.commit(step);
    expect(() => bob.open(lost)).toThrowError(code("RATCHET-004"));
  });
});
