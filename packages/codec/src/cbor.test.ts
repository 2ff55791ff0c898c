import { fromHex, toHex } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CborValue, decodeCbor, encodeCbor } from "./index.ts";

const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map((n) => {
    const safe = n >= BigInt(Number.MIN_SAFE_INTEGER) && n <= BigInt(Number.MAX_SAFE_INTEGER);
    return safe ? Number(n) : n;
  }),
);
const text = fc.string({ unit: "grapheme", maxLength: 30 });
const { tree } = fc.letrec<{ tree: CborValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    integer,
    text,
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("tree"), { maxLength: 5 }),
    fc.dictionary(text, tie("tree"), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

/** -0 has no integer of its own. */
function normal(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map((item) => normal(item));
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item)]));
}

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe("CBOR, deterministic profile", () => {
  it("round-trips every value", () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(normal(decodeCbor(encodeCbor(value)))).toEqual(normal(value));
      }),
    );
  });

  // RFC 8949 appendix A, those of the profile; compared as values first, so that both directions count.
  it.each<[CborValue, string]>([
    [0, "00"],
    [10, "0a"],
    [23, "17"],
    [24, "1818"],
    [100, "1864"],
    [1000, "1903e8"],
    [1_000_000, "1a000f4240"],
    [1_000_000_000_000, "1b000000e8d4a51000"],
    [18446744073709551615n, "1bffffffffffffffff"],
    [-1, "20"],
    [-10, "29"],
    [-100, "3863"],
    [-1000, "3903e7"],
    [false, "f4"],
    [true, "f5"],
    [null, "f6"],
    [Uint8Array.of(), "40"],
    [Uint8Array.of(1, 2, 3, 4), "4401020304"],
    ["", "60"],
    ["IETF", "6449455446"],
    ['"\\', "62225c"],
    ["\u00FC", "62c3bc"],
    ["\u6C34", "63e6b0b4"],
    ["\u{10151}", "64f0908591"],
    [[], "80"],
    [[1, [2, 3], [4, 5]], "8301820203820405"],
    [
      Array.from({ length: 25 }, (_, i) => i + 1),
      "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    ],
    [{}, "a0"],
    [{ a: 1, b: [2, 3] }, "a26161016162820203"],
    [["a", { b: "c" }], "826161a161626163"],
    [{ a: "A", b: "B", c: "C", d: "D", e: "E" }, "a56161614161626142616361436164614461656145"],
  ])("agrees with RFC 8949 appendix A: case %#", (value, hex) => {
    expect(toHex(encodeCbor(value))).toBe(hex);
    expect(decodeCbor(fromHex(hex))).toEqual(value);
  });

  it("sorts keys by their encodings, the shorter first", () => {
    expect(toHex(encodeCbor({ aa: 1, b: 2, a: 3, "": 4 }))).toBe("a4600461610361620262616101");
  });

  it("gives each accepted input one encoding", () => {
    const arbitrary = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.tuple(tree, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
        const bytes = encodeCbor(value);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        let value: CborValue;
        try {
          value = decodeCbor(bytes);
        } catch (error) {
          expect(error).toMatchObject({ family: "Decode", code: expect.stringMatching(/^CBOR_/) });
          return;
        }
        expect(toHex(encodeCbor(value))).toBe(toHex(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses every proper prefix", () => {
    const whole = encodeCbor({ a: [1, -300, 2n ** 60n], b: { c: "text", d: Uint8Array.of(1, 2, 3) } });
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeCbor(whole.subarray(0, length))).toThrowError(code("CBOR_TRUNCATED"));
    }
  });

  it.each([
    ["CBOR_NOT_CANONICAL", "one byte for 23", "1817"],
    ["CBOR_NOT_CANONICAL", "two bytes for 255", "1900ff"],
    ["CBOR_NOT_CANONICAL", "four bytes for 65535", "1a0000ffff"],
    ["CBOR_NOT_CANONICAL", "eight bytes for 2^32-1", "1b00000000ffffffff"],
    ["CBOR_NOT_CANONICAL", "a long length", "580101"],
    ["CBOR_NOT_CANONICAL", "a long key length", "a178016100"],
    ["CBOR_NOT_CANONICAL", "an indefinite byte string", "5f4101ff"],
    ["CBOR_NOT_CANONICAL", "an indefinite text", "7f6161ff"],
    ["CBOR_NOT_CANONICAL", "an indefinite list", "9f01ff"],
    ["CBOR_NOT_CANONICAL", "an indefinite map", "bf616101ff"],
    ["CBOR_NOT_CANONICAL", "a lone break", "ff"],
    ["CBOR_NOT_CANONICAL", "unsorted keys", "a2616201616101"],
    ["CBOR_NOT_CANONICAL", "a longer key first", "a262616101616201"],
    ["CBOR_DUPLICATE_KEY", "a duplicate key", "a2616101616102"],
    ["CBOR_UNSUPPORTED", "a half float", "f93c00"],
    ["CBOR_UNSUPPORTED", "a single float", "fa47c35000"],
    ["CBOR_UNSUPPORTED", "a double float", "fb3ff199999999999a"],
    ["CBOR_UNSUPPORTED", "undefined", "f7"],
    ["CBOR_UNSUPPORTED", "simple value 16", "f0"],
    ["CBOR_UNSUPPORTED", "simple value 255", "f8ff"],
    ["CBOR_UNSUPPORTED", "a tag", "c11a514b67b0"],
    ["CBOR_UNSUPPORTED", "a bignum", "c249010000000000000000"],
    ["CBOR_UNSUPPORTED", "an integer key", "a10102"],
    ["CBOR_UNSUPPORTED", "a byte string key", "a1416102"],
    ["CBOR_UNSUPPORTED", "-2^63-1", "3b8000000000000000"],
    ["CBOR_UNSUPPORTED", "bad UTF-8", "62c080"],
    ["CBOR_UNSUPPORTED", "bad UTF-8 in a key", "a162c08001"],
    ["CBOR_UNSUPPORTED", "reserved information 28", "1c"],
    ["CBOR_TRUNCATED", "a length beyond the input", "5a7fffffff00"],
    ["CBOR_TRUNCATED", "a list of 2^64-1", "9bffffffffffffffff"],
    ["CBOR_TRUNCATED", "a map of 2^63", "bb800000000000000000"],
    ["CBOR_TRUNCATED", "nothing at all", ""],
    ["CBOR_TRAILING", "a second item", "0000"],
  ])("%s: refuses %s", (expected, _what, hex) => {
    expect(() => decodeCbor(fromHex(hex))).toThrowError(code(expected));
  });

  it("bounds depth and items", () => {
    const nested = (depth: number) => Uint8Array.from([...Array<number>(depth).fill(0x81), 0x00]);
    expect(() => decodeCbor(nested(16))).not.toThrow();
    expect(() => decodeCbor(nested(17))).toThrowError(code("CBOR_LIMIT"));
    expect(() => decodeCbor(nested(2), { maxDepth: 1 })).toThrowError(code("CBOR_LIMIT"));
    expect(decodeCbor(fromHex("a16161820102"), { maxItems: 5 })).toEqual({ a: [1, 2] });
    expect(() => decodeCbor(fromHex("a16161820102"), { maxItems: 4 })).toThrowError(code("CBOR_LIMIT"));
    const bomb = new Uint8Array(70_001).fill(0);
    bomb.set([0x9a, 0x00, 0x01, 0x11, 0x6c]);
    expect(() => decodeCbor(bomb)).toThrowError(code("CBOR_LIMIT"));
    expect(decodeCbor(encodeCbor([[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]))).toBeDefined();
  });

  it("keeps hostile keys as data", () => {
    const value = decodeCbor(fromHex("a1695f5f70726f746f5f5fa16561646d696ef5")) as Record<string, CborValue>;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(value["admin"]).toBeUndefined();
    expect(toHex(encodeCbor(value))).toBe("a1695f5f70726f746f5f5fa16561646d696ef5");
  });

  it("shares no memory with its input", () => {
    const input = fromHex("420102");
    const output = decodeCbor(input);
    input.fill(0);
    expect(output).toEqual(Uint8Array.of(1, 2));
  });

  it.each<[string, unknown]>([
    ["a fraction", 1.5],
    ["NaN", Number.NaN],
    ["a number beyond 2^53", 2 ** 53],
    ["2^64", 2n ** 64n],
    ["-2^63-1", -(2n ** 63n) - 1n],
    ["undefined", undefined],
    ["an undefined property", { a: undefined }],
    ["a hole", [1, undefined]],
    ["a Map", new Map()],
    ["a Date", new Date(0)],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a lone surrogate", "\uD800"],
    ["a lone surrogate in a key", { "\uDC00": 1 }],
  ])("CBOR_UNSUPPORTED: does not encode %s", (_what, value) => {
    expect(() => encodeCbor(value as CborValue)).toThrowError(
      expect.objectContaining({ family: "Usage", code: "CBOR_UNSUPPORTED" }),
    );
  });

  it("CBOR_LIMIT: does not follow a cycle", () => {
    const cycle: CborValue[] = [];
    cycle.push(cycle);
    expect(() => encodeCbor(cycle)).toThrowError(code("CBOR_LIMIT"));
  });
});
