import { fromHex, toHex } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtoWriter, readProto } from "./index.ts";

const schema = {
  body: [1, "bytes"],
  counter: [2, "uint32"],
  time: [15, "uint64"],
  expires: [14, "fixed64"],
  far: [536_870_911, "bytes"],
} as const;

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe("protobuf", () => {
  it("round-trips every field in any order", () => {
    const message = fc.record({
      body: fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined }),
      counter: fc.option(fc.nat(2 ** 32 - 1), { nil: undefined }),
      time: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: undefined }),
      expires: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: undefined }),
      far: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(message, fc.boolean(), (fields, reversed) => {
        const writer = new ProtoWriter();
        const writes = [
          () => fields.body && writer.bytes(1, fields.body),
          () => fields.counter !== undefined && writer.uint32(2, fields.counter),
          () => fields.time !== undefined && writer.uint64(15, fields.time),
          () => fields.expires !== undefined && writer.fixed64(14, fields.expires),
          () => fields.far && writer.bytes(536_870_911, fields.far),
        ];
        for (let i = 0; i < writes.length; i += 1) writes[reversed ? writes.length - 1 - i : i]?.();
        expect(readProto(writer.finish(), schema)).toEqual(fields);
      }),
    );
  });

  it("gives a view where one is asked for, and room for a trailer", () => {
    const bytes = new ProtoWriter().bytes(1, Uint8Array.of(5, 6)).finish(3);
    expect(toHex(bytes)).toBe("0a020506000000");
    const message = bytes.subarray(0, -3);
    const { body } = readProto(message, { body: [1, "view"] });
    expect(body).toEqual(Uint8Array.of(5, 6));
    bytes[2] = 7;
    expect(body).toEqual(Uint8Array.of(7, 6));
    expect(() => readProto(message.subarray(0, -1), { body: [1, "view"] })).toThrowError(
      code("PROTO_TRUNCATED"),
    );
  });

  it("agrees with the examples of the protobuf encoding guide", () => {
    expect(toHex(new ProtoWriter().uint32(1, 150).finish())).toBe("089601");
    expect(toHex(new ProtoWriter().bytes(2, fromHex("74657374696e67")).finish())).toBe("120774657374696e67");
    expect(toHex(new ProtoWriter().bytes(3, fromHex("089601")).finish())).toBe("1a03089601");
    expect(toHex(new ProtoWriter().fixed64(3, 31_337).finish())).toBe("19697a000000000000");
  });

  it("skips unknown fields of the four plain wire types, up to 64", () => {
    const unknown = ["18ff01", "210102030405060708", "2a03010203", "3501020304"].join("");
    expect(readProto(fromHex(`${unknown}1007`), schema).counter).toBe(7);
    expect(() => readProto(fromHex("1800".repeat(64)), schema)).not.toThrow();
    expect(() => readProto(fromHex("1800".repeat(65)), schema)).toThrowError(code("PROTO_LIMIT"));
  });

  it.each([
    ["PROTO_TRUNCATED", "a tag without a value", "10"],
    ["PROTO_TRUNCATED", "an unfinished varint", "1080"],
    ["PROTO_TRUNCATED", "bytes beyond the input", "0a050102"],
    ["PROTO_TRUNCATED", "a length of 2^63", "0a80808080808080808001"],
    ["PROTO_TRUNCATED", "unknown bytes beyond the input", "1a0501"],
    ["PROTO_TRUNCATED", "an unknown fixed64 cut short", "2101020304"],
    ["PROTO_TRUNCATED", "an unknown fixed32 cut short", "3501"],
    ["PROTO_VARINT", "an overlong zero", "108000"],
    ["PROTO_VARINT", "an overlong tag", "900007"],
    ["PROTO_VARINT", "an overlong length", "0a810001"],
    ["PROTO_VARINT", "65 bits", "78ffffffffffffffffff02"],
    ["PROTO_VARINT", "eleven bytes", "78ffffffffffffffffff8101"],
    ["PROTO_RANGE", "2^32 for a uint32", "108080808010"],
    ["PROTO_FIELD_NUMBER", "field number 0", "0001"],
    ["PROTO_FIELD_NUMBER", "field number 2^29", "808080801001"],
    ["PROTO_WIRE_TYPE", "a group", "1b1c"],
    ["PROTO_WIRE_TYPE", "an end of group", "1c"],
    ["PROTO_WIRE_TYPE", "wire type 6", "1e"],
    ["PROTO_WIRE_TYPE", "a varint for bytes", "0801"],
    ["PROTO_WIRE_TYPE", "bytes for a varint", "120101"],
    ["PROTO_WIRE_TYPE", "fixed32 for a varint", "1501020304"],
    ["PROTO_WIRE_TYPE", "a varint for fixed64", "7001"],
    ["PROTO_TRUNCATED", "a fixed64 cut short", "7101020304"],
    ["PROTO_DUPLICATE_FIELD", "a number twice", "10071007"],
    ["PROTO_DUPLICATE_FIELD", "bytes twice", "0a000a00"],
  ])("%s: refuses %s", (expected, _what, hex) => {
    expect(() => readProto(fromHex(hex), schema)).toThrowError(
      expect.objectContaining({ family: "Decode", code: expected }),
    );
  });

  it("survives any bytes with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          readProto(bytes, schema);
        } catch (error) {
          expect(error).toMatchObject({ family: "Decode", code: expect.stringMatching(/^PROTO_/) });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("PROTO_RANGE: writes only what fits", () => {
    const writer = new ProtoWriter();
    for (const write of [
      () => writer.uint32(1, 2 ** 32),
      () => writer.uint32(1, -1),
      () => writer.uint32(1, 0.5),
      () => writer.uint64(1, 2n ** 64n),
      () => writer.uint64(1, -1n),
      () => writer.uint64(1, 2 ** 53),
      () => writer.fixed64(1, 2n ** 64n),
      () => writer.bytes(0, new Uint8Array(1)),
      () => writer.bytes(2 ** 29, new Uint8Array(1)),
    ]) {
      expect(write).toThrowError(expect.objectContaining({ family: "Usage", code: "PROTO_RANGE" }));
    }
    expect(writer.finish()).toEqual(new Uint8Array(0));
  });
});
