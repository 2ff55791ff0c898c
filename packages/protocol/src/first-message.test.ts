import { concatBytes, fromUtf8, isBaseError } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { listRules, serializeSessionRecord } from "./index.ts";
import { type Side, twoSides } from "./testing/parties.ts";

const known = new Set<string>(listRules().map(({ id }) => id));

/** The positions at which a flipped bit goes unnoticed. Any error but one of a rule fails the test. */
function unnoticed(side: Side, bytes: Uint8Array): number[] {
  const positions: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    try {
      side.openFirst(changed);
      positions.push(at);
    } catch (error) {
      expect(isBaseError(error) && known.has(error.code)).toBe(true);
    }
  }
  return positions;
}

/** Where the registration id (7, field 5) stands in a first message. */
function registrationIdAt(bytes: Uint8Array): number {
  const needle = concatBytes(Uint8Array.of(5 << 3, 7, 6 << 3, 11));
  return bytes.findIndex((_, at) => needle.every((byte, offset) => bytes[at + offset] === byte)) + 1;
}

// Thousands of key agreements: seconds on a quiet machine.
const timeout = 120_000;

describe("a first message", { timeout }, () => {
  it("is refused with any byte changed, but for the registration id, which Signal leaves open", () => {
    const { alice, bob } = twoSides("every byte");
    alice.start(bob.party.bundle);
    const { type, bytes } = alice.send("hello");
    const before = serializeSessionRecord(bob.record);
    expect(unnoticed(bob, bytes)).toEqual([registrationIdAt(bytes)]);
    expect(serializeSessionRecord(bob.record)).toEqual(before);
    expect(fromUtf8(bob.open({ type, bytes }))).toBe("hello");
  });

  it("is refused with any byte changed once its session exists", () => {
    const { alice, bob } = twoSides("every byte again");
    alice.start(bob.party.bundle);
    bob.open(alice.send("hello"));
    expect(unnoticed(bob, alice.send("hello again").bytes)).toEqual([]);
  });
});
