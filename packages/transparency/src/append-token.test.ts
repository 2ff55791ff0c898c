import { concatBytes, toBase64Url, toUtf8 } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { ed25519KeyPair, ed25519Sign } from "@cloister/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signAppendToken, verifyAppendToken } from "./append-token.ts";
import { codeOf } from "./rules.ts";

const seed = new Uint8Array(32).fill(3);
const { publicKey } = ed25519KeyPair(seed);
const subject = new Uint8Array(16).fill(4);
const token = signAppendToken({ seed, subject, expiresAtMs: 1000 });

function code(act: () => unknown): string {
  try {
    act();
    return "none";
  } catch (error) {
    return codeOf(error);
  }
}

describe("append tokens", () => {
  it("verify until they expire", () => {
    expect(verifyAppendToken(token, publicKey, 999)).toEqual({ subject, expiresAtMs: 1000 });
    expect(code(() => verifyAppendToken(token, publicKey, 1000))).toBe("TOKEN_EXPIRED");
  });

  it("verify under the relay's key only", () => {
    const other = ed25519KeyPair(new Uint8Array(32).fill(5)).publicKey;
    expect(code(() => verifyAppendToken(token, other, 0))).toBe("TOKEN_SIGNATURE");
  });

  it("are for the log only, and hold nothing else", () => {
    for (const fields of [{ aud: "relay" }, { sub: new Uint8Array(15) }, { v: 2 }, { name: "Miller" }]) {
      const body = encodeCbor({ v: 1, aud: "log", sub: subject, exp: 1000, ...fields });
      const signature = ed25519Sign(seed, concatBytes(toUtf8("Cloister append token v1\0"), body));
      const text = `${toBase64Url(body)}.${toBase64Url(signature)}`;
      expect(code(() => verifyAppendToken(text, publicKey, 0))).toBe("TOKEN_FORMAT");
    }
    expect(() => signAppendToken({ seed, subject: new Uint8Array(15), expiresAtMs: 1 })).toThrow(
      /rule broken/,
    );
  });

  it("are refused with a typed error in any other form", () => {
    for (const text of ["", `${token}.`, `${token}=`, "a".repeat(1000)]) {
      expect(code(() => verifyAppendToken(text, publicKey, 0))).toBe("TOKEN_FORMAT");
    }
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        fc.pre(token[at] !== character);
        const edited = token.slice(0, at) + character + token.slice(at + 1);
        expect(code(() => verifyAppendToken(edited, publicKey, 0))).toMatch(/^TOKEN_(?:FORMAT|SIGNATURE)$/);
      }),
      { numRuns: 200 },
    );
  });
});
