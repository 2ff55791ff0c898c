import { toBase64Url, toHex, toUtf8 } from "@cloister/bytes";
import { type CborValue, encodeCbor } from "@cloister/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Content } from "./content.ts";
import { contentToCbor, decodeContent, encodeContent } from "./content.ts";
import {
  contentBucketsBytes,
  envelopeBucketsBytes,
  fillSealedEnvelope,
  openEnvelope,
  openSealedEnvelope,
  padContent,
  sealEnvelope,
  unpadContent,
} from "./envelope.ts";
import {
  type ClientFrame,
  decodeClientFrame,
  decodeRelayFrame,
  encodeClientFrame,
  encodeRelayFrame,
  type RelayFrame,
} from "./frames.ts";
import { idFromBytes } from "./ids.ts";
import { decodePayload, encodePayload, type Payload } from "./payload.ts";

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(idFromBytes);
const idBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
const when = fc.nat();
const device = fc.integer({ min: 1, max: 127 });
const payload = fc.uint8Array({ minLength: 256, maxLength: 256 });
const message = { conversation: id, id, sentAtMs: when };

const decision = fc.record({
  sensitivity: fc.constantFrom("public" as const, "contextual" as const, "sensitive" as const),
  isCloudBarred: fc.boolean(),
  processor: fc.constantFrom("client" as const, "enclave" as const, "on-premise" as const, "cloud" as const),
  deidentify: fc.boolean(),
  reasons: fc.array(fc.constantFrom("HAS_NAME", "HAS_AGE90", "CASE_SELF"), { maxLength: 3 }),
  policyDigest: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex),
});

const content: fc.Arbitrary<Content> = fc.oneof(
  fc.record({ kind: fc.constant("profile" as const), displayName: fc.string({ maxLength: 30 }) }),
  fc.record({
    kind: fc.constant("conversation" as const),
    conversation: id,
    title: fc.string({ maxLength: 40 }),
    members: fc.array(
      fc.record({ account: id, role: fc.constantFrom("patient" as const, "agent" as const) }),
      { maxLength: 4 },
    ),
    createdAtMs: when,
  }),
  fc.record({
    kind: fc.constant("text" as const),
    ...message,
    body: fc.string({ unit: "grapheme", maxLength: 60 }),
  }),
  fc.record({ kind: fc.constant("text" as const), ...message, body: fc.string(), asked: id }),
  fc.record({
    kind: fc.constant("text" as const),
    ...message,
    body: fc.string(),
    asked: id,
    decision,
  }),
  fc.record({
    kind: fc.constant("ask" as const),
    ...message,
    body: fc.string(),
    replyTo: fc.array(id, { maxLength: 3 }),
    decision,
  }),
  fc.record({
    kind: fc.constant("ask" as const),
    ...message,
    body: fc.string(),
    replyTo: fc.array(id, { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("answer" as const),
    ...message,
    inReplyTo: id,
    asker: id,
    receipt: fc.uint8Array(),
    answer: fc.record({
      outcome: fc.constantFrom("grounded" as const, "abstained" as const, "stopped" as const),
      sentences: fc.array(fc.record({ text: fc.string(), citations: fc.constant([1]) }), { maxLength: 3 }),
      citations: fc.array(
        fc.record({
          article: fc.string(),
          passage: fc.string(),
          title: fc.string(),
          quote: fc.string(),
          sourceName: fc.string(),
          sourceUrl: fc.string(),
          digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
          clinicallyReviewed: fc.boolean(),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  }),
  fc.record({
    kind: fc.constant("progress" as const),
    conversation: id,
    inReplyTo: id,
    asker: id,
    atMs: when,
    text: fc.string(),
  }),
  fc.record({ kind: fc.constant("stop" as const), conversation: id, id }),
  fc.record({
    kind: fc.constant("consent" as const),
    conversation: id,
    agent: id,
    granted: fc.boolean(),
    atMs: when,
  }),
  fc.record({
    kind: fc.constant("status" as const),
    conversation: id,
    status: fc.constant("read" as const),
    ids: fc.array(id, { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant("historyEnd" as const), transfer: id }),
  fc.record({
    kind: fc.constant("historyPart" as const),
    transfer: id,
    blob: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64Url),
    doneCount: fc.nat(1000),
    totalCount: fc.integer({ min: 1000, max: 1_000_000 }),
  }),
  fc.record(
    {
      kind: fc.constant("unopened" as const),
      device,
      envelopes: fc.array(id, { maxLength: 5 }),
      error: fc.uint8Array({ maxLength: 50 }),
    },
    { requiredKeys: ["kind", "device", "envelopes"] },
  ),
  fc.record({
    kind: fc.constant("resent" as const),
    envelopes: fc.array(id, { maxLength: 5 }),
    lost: fc.array(id, { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant("later" as const), waitMs: fc.nat({ max: 86_400_000 }) }),
);

const payloads: fc.Arbitrary<Payload> = fc.record(
  {
    content,
    session: fc.record(
      { evidenceDigest: fc.uint8Array({ minLength: 32, maxLength: 32 }) },
      { requiredKeys: [] },
    ),
    accessKey: idBytes,
  },
  { requiredKeys: ["content"] },
);

const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({ type: fc.constant("hello" as const), token: fc.string({ maxLength: 100 }) }),
  fc.record({
    type: fc.constant("send" as const),
    sendId: fc.nat(),
    envelopes: fc.array(fc.record({ account: id, device, id: idBytes, payload }), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant("ack" as const), epoch: fc.nat(), seq: fc.nat() }),
);

const relayFrame: fc.Arbitrary<RelayFrame> = fc.oneof(
  fc.record({ type: fc.constant("ready" as const), epoch: fc.nat() }),
  fc.record({ type: fc.constant("accept" as const), sendId: fc.nat() }),
  fc.record({
    type: fc.constant("reject" as const),
    sendId: fc.nat(),
    code: fc.constant("DEVICES_CHANGED" as const),
    account: id,
  }),
  fc.record({
    type: fc.constant("deliver" as const),
    seq: fc.nat(),
    id: idBytes,
    from: fc.record({ account: id, device }),
    payload,
  }),
  fc.record({
    type: fc.constant("deliver" as const),
    seq: fc.nat(),
    id: idBytes,
    sealedAtMs: fc.nat(),
    payload,
  }),
  fc.constant({ type: "queueEmpty" as const }),
  fc.constant({ type: "preKeysLow" as const }),
  fc.record({ type: fc.constant("goodbye" as const), code: fc.constant("DEVICE_REVOKED" as const) }),
);

/** A decoder may only return or throw one of our errors, whatever the bytes. */
function survives(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    decode(bytes);
  } catch (error) {
    expect(error).toMatchObject({ family: "Decode" });
  }
}

describe("content", () => {
  it("round-trips and has one encoding", () => {
    fc.assert(
      fc.property(content, (value) => {
        const bytes = encodeContent(value);
        expect(decodeContent(bytes)).toEqual(value);
        expect(encodeContent(decodeContent(bytes))).toEqual(bytes);
      }),
    );
  });

  it("survives any change to any byte", () => {
    fc.assert(
      fc.property(content, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, flip) => {
        const bytes = encodeContent(value);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        survives(decodeContent, bytes);
        survives(decodeContent, bytes.subarray(0, index));
      }),
    );
  });

  it("survives arbitrary bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives(decodeContent, bytes)));
  });
});

describe("payloads", () => {
  it("round-trip, and are plain content without a profile", () => {
    fc.assert(
      fc.property(payloads, (value) => {
        const bytes = encodePayload(value);
        expect(decodePayload(bytes)).toEqual(value);
        if (value.session || value.accessKey)
          expect(() => decodeContent(bytes)).toThrowError(/unknown|field|key/i);
        else expect(bytes).toEqual(encodeContent(value.content));
      }),
    );
  });

  it("refuse a profile of another version, and a digest of another length", () => {
    const said = contentToCbor({ kind: "later", waitMs: 1 });
    const withProfile = (session: CborValue) => decodePayload(encodeCbor({ ...said, session }));
    expect(withProfile({ v: 1 })).toEqual({ content: { kind: "later", waitMs: 1 }, session: {} });
    expect(() => withProfile({ v: 2 })).toThrowError(
      expect.objectContaining({ code: "VERSION_UNSUPPORTED" }),
    );
    for (const length of [0, 31, 33]) {
      const evidenceDigest = new Uint8Array(length);
      expect(() => withProfile({ v: 1, evidenceDigest })).toThrowError(
        expect.objectContaining({ family: "Decode" }),
      );
    }
    for (const length of [0, 15, 17]) {
      const bytes = encodeCbor({ ...said, accessKey: new Uint8Array(length) });
      expect(() => decodePayload(bytes)).toThrowError(expect.objectContaining({ family: "Decode" }));
    }
    expect(() => withProfile({ v: 1, more: 1 })).toThrowError(expect.objectContaining({ family: "Decode" }));
  });

  it("survive any change to any byte", () => {
    fc.assert(
      fc.property(payloads, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, flip) => {
        const bytes = encodePayload(value);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        survives(decodePayload, bytes);
      }),
    );
  });
});

describe("frames", () => {
  it("round-trip", () => {
    fc.assert(
      fc.property(clientFrame, (value) => {
        expect(decodeClientFrame(encodeClientFrame(value))).toEqual(value);
      }),
    );
    fc.assert(
      fc.property(relayFrame, (value) => {
        expect(decodeRelayFrame(encodeRelayFrame(value))).toEqual(value);
      }),
    );
  });

  it("have one error for everything malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 0, max: 80 }), (tail, type) => {
        survives(decodeClientFrame, tail);
        survives(decodeRelayFrame, Uint8Array.of(1, type, ...tail));
      }),
    );
    for (const bytes of [
      new Uint8Array(0),
      Uint8Array.of(2, 1, 0xa0),
      Uint8Array.of(1, 99, 0xa0),
      Uint8Array.of(1, 1, 0xa0),
    ]) {
      expect(() => decodeClientFrame(bytes)).toThrowError(expect.objectContaining({ code: "FRAME_INVALID" }));
    }
  });

  it("refuse a payload that is not a bucket", () => {
    const frame = encodeClientFrame({
      type: "send",
      sendId: 1,
      envelopes: [
        {
          account: idFromBytes(new Uint8Array(16)),
          device: 1,
          id: new Uint8Array(16),
          payload: new Uint8Array(255),
        },
      ],
    });
    expect(() => decodeClientFrame(frame)).toThrowError(expect.objectContaining({ code: "FRAME_INVALID" }));
  });
});

describe("padding", () => {
  it("shows buckets only, and comes off again", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5000 }),
        fc.constantFrom(2 as const, 3 as const),
        (bytes, type) => {
          const padded = padContent(bytes);
          expect(contentBucketsBytes).toContain(padded.length);
          expect(unpadContent(padded)).toEqual(bytes);
          const envelope = sealEnvelope({ type, bytes });
          expect(envelopeBucketsBytes).toContain(envelope.length);
          expect(openEnvelope(envelope)).toEqual({ type, bytes });
          const sealed = fillSealedEnvelope(bytes);
          expect(sealed.length).toBe(envelope.length);
          expect(openSealedEnvelope(sealed)).toEqual(bytes);
          const refusal = expect.objectContaining({ code: "ENVELOPE_INVALID" });
          expect(() => openEnvelope(sealed)).toThrowError(refusal);
          expect(() => openSealedEnvelope(envelope)).toThrowError(refusal);
        },
      ),
    );
  });

  it("keeps zeros and 0x80 at the end of content", () => {
    for (const bytes of [Uint8Array.of(0, 0), Uint8Array.of(0x80), Uint8Array.of(0x80, 0)]) {
      expect(unpadContent(padContent(bytes))).toEqual(bytes);
    }
  });

  it("refuses what it never makes", () => {
    expect(() => unpadContent(new Uint8Array(128))).toThrowError(
      expect.objectContaining({ code: "CONTENT_PADDING" }),
    );
    expect(() => padContent(new Uint8Array(61_440))).toThrowError(
      expect.objectContaining({ code: "CONTENT_TOO_LARGE" }),
    );
    const envelope = sealEnvelope({ type: 2, bytes: toUtf8("x") });
    envelope[255] = 1;
    expect(() => openEnvelope(envelope)).toThrowError(expect.objectContaining({ code: "ENVELOPE_INVALID" }));
  });
});
