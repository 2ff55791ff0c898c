/// <reference types="node" />
import { createPublicKey, verify } from "node:crypto";
import { toUtf8 } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { mlDsa44KeyPair, mlDsa44Sign, mlDsa44Verify } from "./ml-dsa-44.ts";

const { publicKey, privateKey } = mlDsa44KeyPair(new Uint8Array(32).fill(7));
const message = toUtf8("what is signed");
const signature = mlDsa44Sign(privateKey, message);

describe("ML-DSA-44", () => {
  it("signs what OpenSSL accepts", () => {
    // SubjectPublicKeyInfo of id-ml-dsa-44 (RFC 9881) around the raw key.
    const prefix = Buffer.from("30820532300b06096086480165030403110382052100", "hex");
    const key = createPublicKey({
      key: Buffer.concat([prefix, publicKey]),
      format: "der",
      type: "spki",
    });
    expect(verify(null, message, key, signature)).toBe(true);
    expect(verify(null, toUtf8("something else"), key, signature)).toBe(false);
  });

  it("verifies its own signatures and no others", () => {
    const input = { publicKey, message, signature };
    expect(mlDsa44Verify(input)).toBe(true);
    expect(mlDsa44Sign(privateKey, message)).toEqual(signature);
    expect(mlDsa44Verify({ ...input, message: toUtf8("else") })).toBe(false);
    expect(mlDsa44Verify({ ...input, signature: signature.with(9, (signature[9] ?? 0) ^ 1) })).toBe(false);
    expect(mlDsa44Verify({ ...input, signature: signature.slice(1) })).toBe(false);
    expect(mlDsa44Verify({ ...input, publicKey: publicKey.slice(1) })).toBe(false);
  });

  it("refuses keys of another length", () => {
    expect(() => mlDsa44KeyPair(new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: "CRYPTO_LENGTH" }),
    );
    expect(() => mlDsa44Sign(new Uint8Array(32), message)).toThrow(
      expect.objectContaining({ code: "CRYPTO_LENGTH" }),
    );
  });
});
