import { isBaseError } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archiveSession, type OutgoingMessage, parseSessionRecord, serializeSessionRecord } from "./index.ts";
import { MAX_ARCHIVED_COUNT } from "./limits.ts";
import { conversation, type Side, twoClassicSides, twoSides } from "./testing/parties.ts";

const code = (id: string) => expect.objectContaining({ code: id }) as Error;

/** Reads what was written, and the bytes are the only ones for what was read. */
function checkStored(side: Side): void {
  const stored = serializeSessionRecord(side.record);
  const record = parseSessionRecord(stored);
  expect(record).toEqual(side.record);
  expect(serializeSessionRecord(record)).toEqual(stored);
  side.record = record;
}

/** Whatever the bytes are: a typed error, or a record that is written as the same bytes again. */
function checkUntrusted(bytes: Uint8Array): void {
  try {
    expect(serializeSessionRecord(parseSessionRecord(bytes))).toEqual(bytes);
  } catch (error) {
    if (!isBaseError(error)) throw error;
    expect(["SESSION-002", "SESSION-003"]).toContain(error.code);
  }
}

const action = fc.oneof(
  { weight: 6, arbitrary: fc.constant("send" as const) },
  { weight: 6, arbitrary: fc.constant("open" as const) },
  { weight: 2, arbitrary: fc.constant("lose" as const) },
  { weight: 1, arbitrary: fc.constant("archive" as const) },
);
const steps = fc.array(fc.tuple(fc.boolean(), action, fc.nat()), { minLength: 1, maxLength: 60 });

describe("a stored record", () => {
  it.each(["spqr", "v3"])("comes back equal in every state of a session (minimum %s)", (minimum) => {
    fc.assert(
      fc.property(steps, (plan) => {
        const { alice, bob } = minimum === "v3" ? twoClassicSides("stored") : twoSides("stored");
        const bundle = minimum === "v3" ? bob.party.classicBundle : bob.party.bundle;
        const [toAlice, toBob]: [OutgoingMessage[], OutgoingMessage[]] = [[], []];
        alice.start(bundle);
        for (const [isAlice, what, which] of plan) {
          const [side, outgoing, incoming] = isAlice ? [alice, toBob, toAlice] : [bob, toAlice, toBob];
          if (what === "send" && side.record.active) outgoing.push(side.send("text"));
          if (what === "archive") side.commit(archiveSession(side.record));
          const [message] = what === "send" ? [] : incoming.splice(which % (incoming.length + 1), 1);
          if (message && what === "open") openIfPossible(side, message);
          checkStored(side);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("holds as many archived sessions as are kept", () => {
    const { alice, bob } = twoSides("archived");
    for (let count = 0; count <= MAX_ARCHIVED_COUNT + 1; count += 1) alice.start(bob.party.bundle);
    expect(alice.record.archived).toHaveLength(MAX_ARCHIVED_COUNT);
    checkStored(alice);
    const { record } = alice;
    const more = { ...record, archived: [...record.archived, ...record.archived.slice(0, 1)] };
    expect(() => parseSessionRecord(serializeSessionRecord(more))).toThrowError(code("SESSION-002"));
  });

  const { alice, bob } = conversation("damaged");
  for (let count = 0; count < 5; count += 1) alice.send("lost");
  bob.open(alice.send("opened"));
  const stored = [alice, bob].map(({ record }) => serializeSessionRecord(record));

  it("is refused when cut short, or with anything behind it", () => {
    for (const bytes of stored) {
      for (let at = 0; at < bytes.length; at += 1) {
        expect(() => parseSessionRecord(bytes.subarray(0, at))).toThrowError(code("SESSION-002"));
      }
      expect(() => parseSessionRecord(Uint8Array.of(...bytes, 0))).toThrowError(code("SESSION-002"));
    }
  });

  it("with changed bytes is refused, or read as exactly what it says", () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...stored),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (from, changes) => {
          const bytes = from.slice();
          for (const [at, value] of changes)
            bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ value;
          checkUntrusted(bytes);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("made of random bytes is refused with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 8 }), (random, kept) => {
        checkUntrusted(Uint8Array.of(...(stored[0]?.subarray(0, kept) ?? []), ...random));
      }),
      { numRuns: 2000 },
    );
  });

  it("of another format is told from a damaged one", () => {
    const [format = 0, ...rest] = stored[0] ?? [];
    for (const other of [0, format - 1, format + 1, 0xa2]) {
      const bytes = Uint8Array.of(other, ...rest);
      expect(() => parseSessionRecord(bytes)).toThrowError(code("SESSION-003"));
    }
  });
});

/** Messages of a session that is gone, or of a device that starts anew, may not open here. */
function openIfPossible(side: Side, message: OutgoingMessage): void {
  try {
    side.open(message);
  } catch (error) {
    if (!isBaseError(error)) throw error;
  }
}
