import { concatBytes, fromHex, isBaseError, toHex } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../testing/parties.ts";
import { type Payload, parseSpqrField, type SpqrMessage, writeSpqrField } from "./message.ts";

const malformed = expect.objectContaining({ code: "SPQR-002" }) as Error;

const chunk = fc.record({
  index: fc.integer({ min: 0, max: 65_535 }),
  data: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});
const payload: fc.Arbitrary<Payload> = fc.oneof(
  fc.record({ type: fc.constantFrom("none" as const, "ack" as const) }),
  fc.record({
    type: fc.constantFrom(
      "header" as const,
      "vector" as const,
      "vector-ack" as const,
      "ct1" as const,
      "ct2" as const,
    ),
    chunk,
  }),
);
const message: fc.Arbitrary<SpqrMessage> = fc.record({
  epoch: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
  index: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  payload,
});

describe("field 5", () => {
  it("round-trips, epochs of 64 bits included", () => {
    const noNull = (value: object) => ({ ...value });
    fc.assert(
      fc.property(message, (sent) => {
        const {
          payload: { ...own },
          ...position
        } = sent;
        const plain = { ...position, payload: noNull(own) };
        const field = writeSpqrField(sent);
        expect(parseSpqrField(field)).toEqual({ kind: "version-1", message: plain });
        expect(parseSpqrField(concatBytes(field, Uint8Array.of(9)))).toEqual(parseSpqrField(field));
        for (let length = 1; length < field.length; length += 1) {
          expect(() => parseSpqrField(field.subarray(0, length))).toThrowError(malformed);
        }
      }),
    );
  });

  it("writes the shortest numbers and reads longer ones", () => {
    const payloadNone = { type: "none" } as const;
    expect(toHex(writeSpqrField({ epoch: 300n, index: 127, payload: payloadNone }))).toBe("01ac027f00");
    const large = { epoch: 2n ** 53n + 1n, index: 2 ** 32 - 1, payload: payloadNone };
    expect(toHex(writeSpqrField(large))).toBe("018180808080808010ffffffff0f00");
    expect(parseSpqrField(fromHex("018180800081800000"))).toEqual({
      kind: "version-1",
      message: { epoch: 1n, index: 1, payload: payloadNone },
    });
  });

  it.each([
    ["epoch 0", "01000100"],
    ["an epoch over 64 bits", "01808080808080808080020100"],
    ["an index over 32 bits", "0101808080801000"],
    ["an unknown type", "01010107"],
    ["no type", "010101"],
    ["no index", "0101"],
    ["a number of eleven bytes", "0180808080808080808080010100"],
    ["a chunk number over 65,535", `01010101808004${"00".repeat(32)}`],
    ["no chunk", "0101010105"],
    ["a chunk cut short", `0101010105${"00".repeat(31)}`],
  ])("refuses %s", (_, hex) => {
    expect(() => parseSpqrField(fromHex(hex))).toThrowError(malformed);
  });

  it("reads nothing but the position of a newer version", () => {
    const position = { epoch: 5n, index: 7 };
    expect(parseSpqrField(fromHex("020507ff"))).toEqual({ kind: "newer", position });
    expect(parseSpqrField(fromHex("ff0507"))).toEqual({ kind: "newer", position });
    expect(() => parseSpqrField(fromHex("020007"))).toThrowError(malformed);
  });

  it.each([undefined, "", "00", "000101"])("takes %s for no version", (hex) => {
    expect(parseSpqrField(hex === undefined ? undefined : fromHex(hex))).toEqual({ kind: "versionless" });
  });

  it("refuses 10,000 random fields in no other way", () => {
    const random = seededRandom("fields");
    let readCount = 0;
    for (let count = 0; count < 10_000; count += 1) {
      const field = random(1 + (count % 48));
      field[0] = count % 5;
      if (count % 3 === 0 && field.length > 3) field.set([1, 1, count % 8], 1);
      try {
        parseSpqrField(field);
        readCount += 1;
      } catch (error) {
        expect(isBaseError(error) && error.code).toBe("SPQR-002");
      }
    }
    expect(readCount).toBeGreaterThan(1000);
    expect(readCount).toBeLessThan(9000);
  });
});
