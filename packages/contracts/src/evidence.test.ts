import { encodeCbor } from "@cloister/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAttestRequest, decodeBootConfig, encodeAttestRequest, encodeBootConfig } from "./enclave.ts";
import { fillEvidenceEnvelope, isEnvelopeSize, openEnvelope, sealEnvelope } from "./envelope.ts";
import { decodeEvidenceWord, type EvidenceWord, encodeEvidenceWord } from "./evidence.ts";

const nonce = fc.uint8Array({ minLength: 32, maxLength: 32 });
const words: fc.Arbitrary<EvidenceWord> = fc.oneof(
  fc.record({ type: fc.constant("request" as const), nonce }),
  fc.record({
    type: fc.constant("answer" as const),
    nonce,
    document: fc.uint8Array({ maxLength: 6000 }),
    manifest: fc.uint8Array({ maxLength: 1024 }),
  }),
);

describe("a word about evidence", () => {
  it("comes back from an envelope of a size that the relay takes", () => {
    fc.assert(
      fc.property(words, (word) => {
        const envelope = encodeEvidenceWord(word);
        expect(isEnvelopeSize(envelope.length)).toBe(true);
        expect(decodeEvidenceWord(envelope)).toEqual(word);
      }),
    );
  });

  it("is no message, and no message is one", () => {
    const word = encodeEvidenceWord({ type: "request", nonce: new Uint8Array(32) });
    expect(() => openEnvelope(word)).toThrowError(expect.objectContaining({ code: "ENVELOPE_INVALID" }));
    expect(decodeEvidenceWord(sealEnvelope({ type: 2, bytes: Uint8Array.of(1) }))).toBeUndefined();
  });

  it.each([
    ["another version", { v: 2, nonce: new Uint8Array(32) }],
    ["a short nonce", { v: 1, nonce: new Uint8Array(31) }],
    ["an unknown field", { v: 1, nonce: new Uint8Array(32), more: 1 }],
  ])("is refused with %s", (_what, fields) => {
    expect(() => decodeEvidenceWord(fillEvidenceEnvelope("request", encodeCbor(fields)))).toThrowError(
      expect.objectContaining({ family: "Decode" }),
    );
  });
});

describe("what an enclave and its host say", () => {
  it("comes back as it was said", () => {
    const config = { relayUrl: "https://chat.example", invitation: "code" };
    expect(decodeBootConfig(encodeBootConfig(config))).toEqual(config);
    const request = { nonce: new Uint8Array(32), userData: new Uint8Array(32) };
    expect(decodeAttestRequest(encodeAttestRequest(request))).toEqual(request);
  });

  it("is refused otherwise", () => {
    const bad = encodeCbor({ v: 1, relayUrl: 1 });
    for (const decode of [decodeBootConfig, decodeAttestRequest]) {
      expect(() => decode(bad)).toThrowError(expect.objectContaining({ family: "Decode" }));
    }
  });
});
