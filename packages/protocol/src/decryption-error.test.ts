import { concatBytes, fromHex, toHex } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  archiveSession,
  type DecryptionError,
  decryptionErrorFor,
  emptyRecord,
  isActiveSessionBroken,
  readDecryptionError,
  writeDecryptionError,
} from "./index.ts";
import { conversation, twoSides } from "./testing/parties.ts";

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const sent = { timestampMs: 1_700_000_000_123, deviceId: 7 };

/** What libsignal-client 0.103.0 made for a message with this ratchet key. */
const ratchetKey = fromHex("052a76d03638ea8e71fbb0e94c138a4c091e84aac82146266a59c9bd2623edb53e");
const made =
  "c0422c0a21052a76d03638ea8e71fbb0e94c138a4c091e84aac82146266a59c9bd2623edb53e10fbd095ffbc31180780";

const plaintext = (content: Uint8Array) => concatBytes(Uint8Array.of(0xc0), content, Uint8Array.of(0x80));
const wrapped = (error: ProtoWriter) => plaintext(new ProtoWriter().bytes(8, error.finish()).finish());

describe("a decryption error", () => {
  it("is what Signal's library writes, byte for byte", () => {
    expect(toHex(writeDecryptionError({ ratchetKey, ...sent }))).toBe(made);
    expect(readDecryptionError(fromHex(made))).toEqual({ ratchetKey, ...sent });
  });

  it("round-trips, with a ratchet key and without", () => {
    const errors = fc.record<DecryptionError>({
      ratchetKey: fc.constantFrom(ratchetKey, undefined),
      timestampMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      deviceId: fc.integer({ min: 1, max: 127 }),
    });
    fc.assert(
      fc.property(errors, (error) => {
        expect(readDecryptionError(writeDecryptionError(error))).toEqual(error);
      }),
    );
  });

  it("names the ratchet key of a message and of a first message", () => {
    const { alice, bob } = twoSides("errors");
    alice.start(bob.party.bundle);
    const first = alice.send("hello");
    expect(first.type).toBe(3);
    const error = decryptionErrorFor(first, sent);
    expect(isActiveSessionBroken(alice.record, error)).toBe(true);
    bob.open(first);
    alice.open(bob.send("hello back"));
    const second = alice.send("again");
    expect(second.type).toBe(2);
    expect(isActiveSessionBroken(alice.record, decryptionErrorFor(second, sent))).toBe(true);
    // The peer has answered since: that session works.
    expect(isActiveSessionBroken(alice.record, error)).toBe(false);
    expect(isActiveSessionBroken(bob.record, decryptionErrorFor(second, sent))).toBe(false);
  });

  it("says nothing about sessions that were replaced, nor without a ratchet key", () => {
    const { alice, bob } = conversation("replaced");
    const error = decryptionErrorFor(alice.send("lost"), sent);
    expect(isActiveSessionBroken(alice.record, { ...error, ratchetKey: undefined })).toBe(false);
    expect(isActiveSessionBroken(emptyRecord, error)).toBe(false);
    alice.commit(archiveSession(alice.record));
    expect(isActiveSessionBroken(alice.record, error)).toBe(false);
    alice.start(bob.party.bundle);
    expect(isActiveSessionBroken(alice.record, error)).toBe(false);
  });

  it.each<[string, string, Uint8Array]>([
    ["WIRE-001", "nothing inside", Uint8Array.of(0xc0, 0x80)],
    ["WIRE-007", "another version", concatBytes(Uint8Array.of(0xc1), fromHex(made).subarray(1))],
    ["WIRE-007", "no end", fromHex(made).subarray(0, -1)],
    ["WIRE-007", "padding after its end", concatBytes(fromHex(made), new Uint8Array(3))],
    ["WIRE-007", "another content", plaintext(new ProtoWriter().bytes(1, new Uint8Array(4)).finish())],
    ["WIRE-002", "no protobuf", plaintext(Uint8Array.of(0x42, 0xff))],
    ["WIRE-003", "no time", wrapped(new ProtoWriter().uint32(3, 1))],
    ["WIRE-004", "a time beyond 2^53", wrapped(new ProtoWriter().uint64(2, 2n ** 53n).uint32(3, 1))],
    ["WIRE-004", "no device", wrapped(new ProtoWriter().uint64(2, 1))],
    ["WIRE-004", "a device beyond 127", wrapped(new ProtoWriter().uint64(2, 1).uint32(3, 128))],
    [
      "WIRE-005",
      "a short key",
      wrapped(new ProtoWriter().bytes(1, Uint8Array.of(5)).uint64(2, 1).uint32(3, 1)),
    ],
  ])("%s: refuses %s", (rule, _what, bytes) => {
    expect(() => readDecryptionError(bytes)).toThrowError(code(rule));
  });

  it("refuses to name what is no message, and to write what it could not read", () => {
    expect(() => decryptionErrorFor({ type: 2, bytes: new Uint8Array(3) }, sent)).toThrowError(
      code("PROTOCOL_VERSION"),
    );
    for (const wrong of [{ deviceId: 0 }, { deviceId: 128 }, { timestampMs: -1 }, { timestampMs: 0.5 }]) {
      expect(() => writeDecryptionError({ ratchetKey, ...sent, ...wrong })).toThrowError(code("WIRE-004"));
    }
  });

  it("survives any bytes with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => readDecryptionError(plaintext(bytes))).toThrowError(
          expect.objectContaining({ code: expect.stringMatching(/^WIRE-/) }),
        );
      }),
      { numRuns: 500 },
    );
  });
});
