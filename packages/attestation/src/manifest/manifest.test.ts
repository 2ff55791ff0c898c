import { equalBytes } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeManifest, encodeManifest, type Manifest, manifestDigest } from "./manifest.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const manifests: fc.Arbitrary<Manifest> = fc.record(
  {
    role: fc.constantFrom("client" as const, "kms" as const),
    agent: fc.string({ maxLength: 16 }),
    identityKey: bytes(33),
    bootId: bytes(16),
    bootedAtMs: fc.nat(),
    counter: fc.nat(),
    modelDigest: bytes(32),
    knowledgeDigest: bytes(32),
    policyDigest: bytes(32),
    software: fc.record({ name: fc.string({ maxLength: 12 }), version: fc.string({ maxLength: 12 }) }),
  },
  {
    requiredKeys: ["role", "agent", "identityKey", "bootId", "bootedAtMs", "counter", "software"],
    noNullPrototype: true,
  },
);
const some: Manifest = {
  role: "client",
  agent: "a",
  identityKey: new Uint8Array(33),
  bootId: new Uint8Array(16),
  bootedAtMs: 1,
  counter: 1,
  software: { name: "agent", version: "1" },
};

describe("a manifest", () => {
  it("comes back as it was written, in one encoding only", () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const encoded = encodeManifest(manifest);
        expect(decodeManifest(encoded)).toEqual(manifest);
        expect(encodeManifest(decodeManifest(encoded))).toEqual(encoded);
      }),
    );
  });

  it("has another digest for another role, and for any other field", () => {
    const digest = manifestDigest(encodeManifest(some));
    for (const other of [{ role: "kms" as const }, { counter: 2 }, { agent: "b" }, { bootedAtMs: 2 }]) {
      expect(equalBytes(digest, manifestDigest(encodeManifest({ ...some, ...other })))).toBe(false);
    }
  });

  it.each([
    ["an unknown field", { ...some, more: 1 }],
    ["an unknown role", { ...some, role: "log" }],
    ["a short key", { ...some, identityKey: new Uint8Array(32) }],
    ["no boot id", { ...some, bootId: new Uint8Array(0) }],
    ["a digest of another length", { ...some, modelDigest: new Uint8Array(48) }],
  ])("is refused with %s", (_what, fields) => {
    const refusal = expect.objectContaining({ code: "MANIFEST_INVALID" });
    expect(() => decodeManifest(encodeCbor({ v: 1, ...fields }))).toThrowError(refusal);
    expect(() => encodeManifest(fields as Manifest)).toThrowError(refusal);
  });

  it("is refused when it is anything else, or followed by anything", () => {
    const refusal = expect.objectContaining({ code: "MANIFEST_INVALID" });
    const good = encodeManifest(some);
    for (const bad of [new Uint8Array(), Uint8Array.of(...good, 0), new Uint8Array(2000), encodeCbor([1])]) {
      expect(() => decodeManifest(bad)).toThrowError(refusal);
    }
    fc.assert(
      fc.property(fc.nat(good.length - 1), (at) => {
        expect(() => decodeManifest(good.subarray(0, at))).toThrowError(refusal);
      }),
    );
  });
});
