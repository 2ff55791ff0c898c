import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concatBytes,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  readUint32,
  readUint64,
  toBase64,
  toBase64Url,
  toHex,
  toUtf8,
  uint16,
  uint32,
  uint64,
  zeroise,
} from "./index.ts";

const bytes = fc.uint8Array({ maxLength: 100 });

describe("bytes", () => {
  it("round-trips every encoding", () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(fromHex(toHex(b))).toEqual(b);
        expect(fromBase64(toBase64(b))).toEqual(b);
        expect(fromBase64Url(toBase64Url(b))).toEqual(b);
      }),
    );
  });

  it("agrees with the RFC 4648 section 10 vectors", () => {
    const pairs: [string, string][] = [
      ["", ""],
      ["f", "Zg=="],
      ["fo", "Zm8="],
      ["foo", "Zm9v"],
      ["foobar", "Zm9vYmFy"],
    ];
    for (const [plain, text] of pairs) {
      expect(toBase64(toUtf8(plain))).toBe(text);
      expect(fromUtf8(fromBase64(text))).toBe(plain);
    }
  });

  it.each(["Zg=", "Zg", "Zh==", "Z===", "Zg==\n", "Zm9v=", "Z g=="])("refuses base64 %j", (text) => {
    expect(() => fromBase64(text)).toThrowError(expect.objectContaining({ code: "BASE64_INVALID" }));
  });

  it("refuses non-canonical base64url, odd hex and bad UTF-8", () => {
    expect(() => fromBase64Url("Zh")).toThrowError(expect.objectContaining({ code: "BASE64_INVALID" }));
    expect(() => fromBase64Url("Zg==")).toThrowError(expect.objectContaining({ code: "BASE64_INVALID" }));
    expect(() => fromHex("abc")).toThrowError(expect.objectContaining({ code: "HEX_INVALID" }));
    expect(() => fromUtf8(Uint8Array.of(0xc0, 0x80))).toThrowError(
      expect.objectContaining({ code: "UTF8_INVALID" }),
    );
  });

  it("compares, joins and zeroises", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(toHex(a) === toHex(b));
        expect(toHex(concatBytes(a, b))).toBe(toHex(a) + toHex(b));
      }),
    );
    const secret = Uint8Array.of(1, 2, 3);
    zeroise(secret);
    expect(secret).toEqual(new Uint8Array(3));
  });

  it("writes and reads big-endian integers inside their range", () => {
    expect(toHex(uint16(0x0102))).toBe("0102");
    expect(readUint32(uint32(0xfffffffe))).toBe(0xfffffffe);
    expect(readUint64(uint64(2n ** 64n - 1n))).toBe(2n ** 64n - 1n);
    for (const write of [uint16, uint32]) {
      for (const value of [-1, 0.5, 2 ** 32, Number.NaN]) {
        expect(() => write(value)).toThrowError(expect.objectContaining({ code: "INTEGER_RANGE" }));
      }
    }
    expect(() => uint64(-1)).toThrowError(expect.objectContaining({ code: "INTEGER_RANGE" }));
    expect(() => readUint32(new Uint8Array(3))).toThrowError(
      expect.objectContaining({ code: "BYTES_TRUNCATED" }),
    );
  });
});
