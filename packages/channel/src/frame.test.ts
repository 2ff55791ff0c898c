import { concatBytes, uint32 } from "@cloister/bytes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeFrame, type Frame, FrameReader, maxPayloadBytes } from "./frame.ts";
import { frameMessage, MessageReader } from "./message.ts";

const stream = fc.integer({ min: 1, max: 0xffff_ffff });
const count = fc.integer({ min: 1, max: 0xffff_ffff });
const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant("open" as const), stream, name: fc.string({ maxLength: 300 }) }),
  fc.record({ type: fc.constant("data" as const), stream, bytes: fc.uint8Array({ minLength: 1 }) }),
  fc.record({ type: fc.constant("window" as const), stream, bytesCount: count }),
  fc.record({ type: fc.constant("end" as const), stream }),
  fc.record({ type: fc.constant("reset" as const), stream, code: fc.string({ maxLength: 16 }) }),
  fc.record({ type: fc.constant("ack" as const), bytesCount: count }),
);

/** The same bytes in other pieces. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe("frames", () => {
  it("come back however the connection cuts them", () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 20 }), fc.array(fc.nat()), (sent, cuts) => {
        const reader = new FrameReader();
        const wire = concatBytes(...sent.map(encodeFrame));
        expect(pieces(wire, cuts).flatMap((piece) => reader.push(piece))).toEqual(sent);
      }),
    );
  });

  const body = (type: number, id: number, payload: Uint8Array) =>
    concatBytes(uint32(5 + payload.length), Uint8Array.of(type), uint32(id), payload);
  it.each([
    ["no type", concatBytes(uint32(4), new Uint8Array(4))],
    ["too long", uint32(6 + maxPayloadBytes)],
    ["an unknown type", body(9, 1, new Uint8Array())],
    ["data of no stream", body(2, 0, Uint8Array.of(1))],
    ["no data", body(2, 1, new Uint8Array())],
    ["an end with more", body(4, 1, Uint8Array.of(1))],
    ["a window of nothing", body(3, 1, uint32(0))],
    ["a confirmation for a stream", body(6, 1, uint32(1))],
    ["a name that is no text", body(1, 1, Uint8Array.of(0xff))],
    ["a name that is too long", body(1, 1, new Uint8Array(1025).fill(97))],
    ["a code that is too long", body(5, 1, new Uint8Array(65).fill(97))],
  ])("are refused: %s", (_what, bytes) => {
    const refusal = expect.objectContaining({ code: "CHANNEL_FRAME" });
    expect(() => new FrameReader().push(bytes)).toThrowError(refusal);
  });
});

describe("messages", () => {
  it("come back however the stream cuts them", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 90 })), fc.array(fc.nat()), (sent, cuts) => {
        const reader = new MessageReader(90);
        const wire = concatBytes(...sent.map(frameMessage));
        expect(pieces(wire, cuts).flatMap((piece) => reader.push(piece))).toEqual(sent);
        expect(reader.isEmpty).toBe(true);
      }),
    );
  });

  it("are refused before they are there when they are too long", () => {
    const refusal = expect.objectContaining({ code: "CHANNEL_MESSAGE" });
    expect(() => new MessageReader(90).push(uint32(91))).toThrowError(refusal);
  });
});
