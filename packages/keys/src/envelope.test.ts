import { toUtf8 } from "@cloister/bytes";
import { decodeCbor, encodeCbor } from "@cloister/codec";
import { systemRandom } from "@cloister/crypto/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyCheckValue, verifyKeyCheck } from "./check-value.ts";
import { openEnvelope, readEnvelope, sealEnvelope } from "./envelope.ts";
import type { KeyScope } from "./scope.ts";

const key = systemRandom(32);
const scope: KeyScope = { tenant: "t", conversation: "c", epoch: 2, version: 1 };
const associatedData = toUtf8("memory/1");
const sealed = (plaintext: Uint8Array, at: KeyScope = scope) =>
  sealEnvelope({ key, scope: at, plaintext, associatedData, random: systemRandom });
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe("an envelope", () => {
  it("opens to what was sealed, and tells its scope", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (plaintext) => {
        const envelope = readEnvelope(sealed(plaintext), scope);
        expect(envelope.scope).toEqual(scope);
        expect(openEnvelope(envelope, { key, associatedData })).toEqual(new Uint8Array(plaintext));
      }),
    );
  });

  it("is refused when any byte of it changed", () => {
    const bytes = sealed(toUtf8("text"));
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
      const open = () => openEnvelope(readEnvelope(changed, scope), { key, associatedData });
      expect(open).toThrowError(expect.objectContaining({ code: expect.stringMatching(/^ENVELOPE_/) }));
    }
  });

  it.each(["tenant", "conversation"] as const)("is refused for another %s", (field) => {
    const other = { ...scope, [field]: "other" };
    expect(() => readEnvelope(sealed(toUtf8("x")), other)).toThrowError(code("ENVELOPE_SCOPE"));
  });

  it.each(["epoch", "version"] as const)("is refused when it is moved to another %s", (field) => {
    const fields = decodeCbor(sealed(toUtf8("x"))) as Record<string, number>;
    const moved = encodeCbor({ ...fields, [field]: (fields[field] ?? 0) + 1 });
    const open = () => openEnvelope(readEnvelope(moved, scope), { key, associatedData });
    expect(open).toThrowError(code("ENVELOPE_OPEN"));
  });

  it("is refused in another place and under another key", () => {
    const envelope = readEnvelope(sealed(toUtf8("x")), scope);
    const elsewhere = { key, associatedData: toUtf8("memory/2") };
    expect(() => openEnvelope(envelope, elsewhere)).toThrowError(code("ENVELOPE_OPEN"));
    const otherKey = { key: systemRandom(32), associatedData };
    expect(() => openEnvelope(envelope, otherKey)).toThrowError(code("ENVELOPE_OPEN"));
  });

  it("of an unknown format is refused", () => {
    const fields = decodeCbor(sealed(toUtf8("x"))) as Record<string, number>;
    expect(() => readEnvelope(encodeCbor({ ...fields, format: 2 }), scope)).toThrowError(
      code("ENVELOPE_FORMAT"),
    );
  });
});

describe("a key's check value", () => {
  it("knows the key and its scope", () => {
    const check = keyCheckValue(key, scope);
    expect(() => verifyKeyCheck(key, scope, check)).not.toThrow();
    expect(() => verifyKeyCheck(systemRandom(32), scope, check)).toThrowError(code("KEY_CHECK"));
    expect(() => verifyKeyCheck(key, { ...scope, epoch: 3 }, check)).toThrowError(code("KEY_CHECK"));
  });
});
