import { fromHex, toHex, toUtf8 } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  invertScalar,
  isRistrettoElement,
  randomSecret,
  ristrettoBase,
  ristrettoHash,
  ristrettoMultiply,
  ristrettoSum,
  wideScalar,
} from "./ristretto.ts";

const wide = fc.uint8Array({ minLength: 64, maxLength: 64 }).map(wideScalar);
const identity = "00".repeat(32);
const code = (name: string): unknown => expect.objectContaining({ code: name });

describe("ristretto255", () => {
  it("has the multiples of RFC 9496 appendix A.1", () => {
    expect(toHex(ristrettoSum([0n, ristrettoBase]))).toBe(identity);
    expect(toHex(ristrettoBase)).toBe("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76");
    expect(toHex(ristrettoMultiply(2n, ristrettoBase))).toBe(
      "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    );
    expect(toHex(ristrettoSum([1n, ristrettoBase], [2n, ristrettoBase]))).toBe(
      "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
    );
  });

  it.each([
    ["the identity", identity],
    ["not canonical", `ed${"ff".repeat(30)}7f`],
    ["not canonical", `f3${"ff".repeat(30)}7f`],
    ["not canonical", `00${"ff".repeat(31)}`],
    ["not canonical", "ff".repeat(32)],
    ["negative", `01${"00".repeat(31)}`],
    ["negative", `01${"ff".repeat(30)}7f`],
    ["s = -1", `ec${"ff".repeat(30)}7f`],
    ["not square", "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"],
    ["short", "e2"],
    ["empty", ""],
  ])("refuses what is %s (RFC 9496 appendix A.2)", (_what, hex) => {
    expect(isRistrettoElement(fromHex(hex))).toBe(false);
    expect(isRistrettoElement(ristrettoBase)).toBe(true);
  });

  it("computes as integers modulo the order do", () => {
    fc.assert(
      fc.property(wide, wide, (a, b) => {
        const element = ristrettoMultiply(b + 1n, ristrettoBase);
        expect(isRistrettoElement(element)).toBe(true);
        const sum = ristrettoSum([a, ristrettoBase], [-a, element]);
        expect(toHex(sum)).toBe(toHex(ristrettoSum([a - a * (b + 1n), ristrettoBase])));
        const back = ristrettoMultiply(invertScalar(b + 1n), element);
        expect(toHex(back)).toBe(toHex(ristrettoBase));
      }),
      { numRuns: 20 },
    );
  });

  it("hashes to elements, apart for each message and domain", () => {
    const hashes = [
      ristrettoHash(toUtf8("a"), "one"),
      ristrettoHash(toUtf8("b"), "one"),
      ristrettoHash(toUtf8("a"), "two"),
    ];
    expect(new Set(hashes.map(toHex)).size).toBe(3);
    expect(hashes.every(isRistrettoElement)).toBe(true);
    expect(ristrettoHash(toUtf8("a"), "one")).toEqual(hashes[0]);
  });

  it("takes no zero and nothing that is no element", () => {
    expect(() => ristrettoMultiply(0n, ristrettoBase)).toThrow(code("CRYPTO_GROUP"));
    expect(() => invertScalar(0n)).toThrow(code("CRYPTO_GROUP"));
    expect(() => ristrettoMultiply(1n, fromHex("00"))).toThrow(code("CRYPTO_GROUP"));
    expect(() => ristrettoSum([1n, fromHex("ff".repeat(32))])).toThrow(code("CRYPTO_GROUP"));
    expect(() => randomSecret((length) => new Uint8Array(length))).toThrow(code("CRYPTO_RANDOM"));
    expect(randomSecret((length) => new Uint8Array(length).fill(3))).toBe(
      wideScalar(new Uint8Array(64).fill(3)),
    );
  });
});
