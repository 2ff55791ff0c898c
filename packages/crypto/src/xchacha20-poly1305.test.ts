import { fromHex, toHex } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { xchachaOpen, xchachaSeal } from "./xchacha20-poly1305.ts";

const key = fromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
const nonce = fromHex("404142434445464748494a4b4c4d4e4f5051525354555657");
const plaintext = new TextEncoder().encode(
  "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
);

describe("XChaCha20-Poly1305", () => {
  it("begins as in draft-irtf-cfrg-xchacha-03 appendix A.3.1", () => {
    const sealed = xchachaSeal({ key, nonce }, plaintext);
    expect(toHex(sealed.subarray(0, 16))).toBe("bd6d179d3e83d43b9576579493c0e939");
    expect(sealed.length).toBe(plaintext.length + 16);
    expect(xchachaOpen({ key, nonce }, sealed)).toEqual(new Uint8Array(plaintext));
  });

  it("opens nothing altered, cut or under another key", () => {
    const sealed = xchachaSeal({ key, nonce }, plaintext);
    const failed = expect.objectContaining({ code: "DECRYPT_FAILED" });
    for (const at of [0, 60, sealed.length - 1]) {
      const altered = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(() => xchachaOpen({ key, nonce }, altered)).toThrow(failed);
    }
    expect(() => xchachaOpen({ key, nonce }, sealed.subarray(1))).toThrow(failed);
    expect(() => xchachaOpen({ key, nonce }, new Uint8Array(3))).toThrow(failed);
    expect(() => xchachaOpen({ key: new Uint8Array(32), nonce }, sealed)).toThrow(failed);
    expect(() => xchachaSeal({ key, nonce: new Uint8Array(12) }, plaintext)).toThrow(
      expect.objectContaining({ code: "CRYPTO_LENGTH" }),
    );
  });
});
