import { fromHex, toHex } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeScalar,
  encodeScalar,
  groupBase,
  groupElement,
  groupMultiply,
  groupSecret,
  groupSum,
  isGroupElement,
  randomScalar,
  scalar,
  wideScalar,
} from "./edwards-group.ts";
import { L } from "./little-endian.ts";
import { x25519PublicKey } from "./x25519.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const identity = fromHex(`01${"00".repeat(31)}`);
const orderTwo = fromHex(`ec${"ff".repeat(30)}7f`);

describe("the Edwards group", () => {
  it("holds each X25519 pair as a scalar and its multiple of the base", () => {
    fc.assert(
      fc.property(bytes(32), (privateKey) => {
        const element = groupElement(x25519PublicKey(privateKey));
        expect(element && toHex(element)).toBe(toHex(groupMultiply(groupSecret(privateKey), groupBase)));
      }),
      { numRuns: 20 },
    );
  });

  it("computes as integers modulo the order do", () => {
    fc.assert(
      fc.property(bytes(64), bytes(64), (left, right) => {
        const [a, b] = [wideScalar(left), wideScalar(right)];
        const element = groupMultiply(scalar(b + 1n), groupBase);
        const sum = groupSum([a, groupBase], [-a, element], [0n, element]);
        expect(toHex(sum)).toBe(toHex(groupSum([a - a * (b + 1n), groupBase])));
        expect(decodeScalar(encodeScalar(a))).toBe(a);
      }),
      { numRuns: 20 },
    );
  });

  it("takes scalars below the order only", () => {
    const order = Uint8Array.from({ length: 32 }, (_, at) => Number((L >> BigInt(8 * at)) & 0xffn));
    expect(decodeScalar(order)).toBeUndefined();
    expect(decodeScalar(new Uint8Array(31))).toBeUndefined();
    expect(scalar(-1n)).toBe(L - 1n);
    expect(randomScalar((length) => new Uint8Array(length).fill(0xff))).toBe((2n ** 512n - 1n) % L);
    expect(() => wideScalar(new Uint8Array(32))).toThrowError(
      expect.objectContaining({ code: "CRYPTO_LENGTH" }),
    );
  });

  it("knows elements of prime order from the identity, small orders, mixtures and what is no point", () => {
    expect(isGroupElement(groupBase)).toBe(true);
    expect(isGroupElement(identity)).toBe(false);
    expect(isGroupElement(orderTwo)).toBe(false);
    expect(isGroupElement(groupSum([1n, groupBase], [1n, orderTwo]))).toBe(false);
    expect(isGroupElement(fromHex(`02${"00".repeat(31)}`))).toBe(false);
    expect(isGroupElement(fromHex(`ee${"ff".repeat(30)}7f`))).toBe(false); // y = 1, not reduced
    expect(isGroupElement(new Uint8Array(31))).toBe(false);
    expect(groupElement(new Uint8Array(32))).toBeUndefined();
    expect(groupElement(fromHex(`01${"00".repeat(31)}`))).toBeUndefined();
    expect(() => groupSum([1n, new Uint8Array(31)])).toThrowError(
      expect.objectContaining({ code: "CRYPTO_GROUP" }),
    );
  });
});
