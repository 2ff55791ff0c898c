import { isBaseError } from "@cloister/bytes";
import { type CborValue, encodeCbor } from "@cloister/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hourOf } from "./fields.ts";
import { type AuditEvent, decodeLeaf, encodeLeaf, maxLeafBytes } from "./leaf.ts";
import { leafHash } from "./merkle.ts";

const salt = new Uint8Array(32).fill(7);
const id = new Uint8Array(16).fill(1);
const digest = new Uint8Array(32).fill(2);
const at = "2026-11-24T16Z";
const common = { at, actor: id, conversation: id };

const events: AuditEvent[] = [
  { type: "organisation.created", at },
  { type: "account.created", ...common, role: "patient" },
  { type: "device.added", ...common },
  { type: "device.revoked", ...common },
  { type: "session.revoked", ...common },
  { type: "invitation.issued", at },
  { type: "invitation.redeemed", at },
  { type: "conversation.created", ...common },
  { type: "member.added", ...common },
  { type: "identity.verified", ...common },
  { type: "identity.changed", ...common },
  { type: "consent.granted", ...common },
  { type: "consent.revoked", ...common },
  { type: "message.sent", ...common, kind: "human" },
  { type: "emergency.shown", ...common },
  { type: "ai.asked", ...common },
  { type: "ai.answered", ...common, receiptDigest: digest, abstained: false },
  { type: "agent.started", at, identityDigest: digest, indexDigest: digest },
  { type: "budget.changed", at, ledgerDigest: digest },
  { type: "canary.planned", at, commitment: digest },
  { type: "canary.planted", at, commitment: digest },
  { type: "breakglass.requested", at, requestDigest: digest },
  { type: "breakglass.released", at, requestDigest: digest, releaseDigest: digest },
  { type: "breakglass.noticed", ...common, requestDigest: digest },
  { type: "breakglass.reviewed", at, requestDigest: digest },
];

function raw(fields: { readonly [key: string]: CborValue }): Uint8Array {
  return encodeCbor({ v: 1, salt, type: "message.sent", at, kind: "human", ...fields });
}

describe("audit leaves", () => {
  it("round-trip for every type of event", () => {
    for (const event of events) {
      const leaf = encodeLeaf(event, salt);
      expect(decodeLeaf(leaf)).toEqual({ event, salt });
      expect(leaf.length).toBeLessThan(maxLeafBytes / 2);
    }
    expect(new Set(events.map(({ type }) => type)).size).toBe(25);
  });

  it("differ by their salt alone", () => {
    const [event] = events;
    if (!event) throw new Error("there are events");
    const other = encodeLeaf(event, new Uint8Array(32).fill(8));
    expect(leafHash(other)).not.toEqual(leafHash(encodeLeaf(event, salt)));
  });

  it.each<[string, string, Uint8Array]>([
    ["LEAF_SIZE", "too many bytes", new Uint8Array(maxLeafBytes + 1)],
    ["LEAF_FIELDS", "an unknown field", raw({ note: "Mrs Miller has a cough" })],
    ["LEAF_FIELDS", "a field of another type", raw({ role: "patient" })],
    ["LEAF_FIELDS", "an unknown type", raw({ type: "message.read" })],
    ["LEAF_FIELDS", "text for a choice", raw({ kind: "Mrs Miller" })],
    ["LEAF_FIELDS", "a pseudonym of a wrong length", raw({ actor: new Uint8Array(17) })],
    ["LEAF_FIELDS", "text for a pseudonym", raw({ actor: "Mrs Miller" })],
    ["LEAF_FIELDS", "a short salt", raw({ salt: new Uint8Array(16) })],
    ["LEAF_FIELDS", "another version", raw({ v: 2 })],
    ["LEAF_FIELDS", "a list", encodeCbor([1])],
    ["LEAF_FIELDS", "bytes behind the leaf", Uint8Array.of(...raw({}), 0)],
    ["LEAF_FIELDS", "nothing", new Uint8Array()],
    ["LEAF_HOUR", "minutes", raw({ at: "2026-11-24T16:30Z" })],
    ["LEAF_HOUR", "no hour", raw({ at: "2026-11-24" })],
    ["LEAF_HOUR", "an hour that does not exist", raw({ at: "2026-11-24T24Z" })],
    ["LEAF_HOUR", "a day that does not exist", raw({ at: "2026-02-30T10Z" })],
  ])("break %s with %s", (code, _what, leaf) => {
    expect(() => decodeLeaf(leaf)).toThrow(expect.objectContaining({ code }));
  });

  it("are not encoded unless they can be decoded", () => {
    const event: AuditEvent = { type: "message.sent", at: "today", kind: "human" };
    expect(() => encodeLeaf(event, salt)).toThrow(/rule broken/);
    const smuggled = { type: "ai.asked", at, text: "chest pain" } as AuditEvent;
    expect(() => encodeLeaf(smuggled, salt)).toThrow(expect.objectContaining({ code: "LEAF_FIELDS" }));
    expect(() => encodeLeaf({ type: "ai.asked", at }, id)).toThrow(/rule broken/);
  });

  it("survive no flipped bit unnoticed, and never throw anything untyped", () => {
    const leaf = encodeLeaf({ type: "ai.answered", ...common, receiptDigest: digest, abstained: true }, salt);
    const hash = leafHash(leaf);
    fc.assert(
      fc.property(fc.nat(leaf.length * 8 - 1), (bit) => {
        const flipped = Uint8Array.from(leaf);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(leafHash(flipped)).not.toEqual(hash);
        expectTyped(() => decodeLeaf(flipped));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectTyped(() => decodeLeaf(bytes))),
    );
  });
});

function expectTyped(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!isBaseError(error)) throw error;
    expect(error.code).toMatch(/^LEAF_/);
  }
}

describe("hourOf", () => {
  it("rounds down to the UTC hour", () => {
    expect(hourOf(Date.UTC(2026, 10, 24, 16, 59, 59, 999))).toBe("2026-11-24T16Z");
  });
});
