import { fromHex, fromUtf8, toUtf8 } from "@cloister/bytes";
import { x25519KeyPair } from "@cloister/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hpkeOpen, hpkeSeal } from "./hpke.ts";
import { seeded } from "./testing/seeded.ts";

const code = (name: string): unknown => expect.objectContaining({ code: name });
const random = seeded(2);
const { privateKey, publicKey } = x25519KeyPair(random);
const use = { info: toUtf8("a purpose"), associatedData: toUtf8("a place") };

describe("HPKE", () => {
  it("opens what another implementation sealed (pyca/cryptography 48, same suite)", () => {
    const sealed = fromHex(
      "378ccb44695cbeaacbae74d3087a6fa781039fce8120f7cc979ccbd9187a2611" +
        "498ff3d58363a29e06cd2cda35aaba3ff0313f8996bf59ee42e8b21807a237e2",
    );
    const opened = hpkeOpen({
      privateKey: Uint8Array.from({ length: 32 }, (_, at) => at + 1),
      sealed,
      info: toUtf8("a purpose"),
      associatedData: new Uint8Array(),
    });
    expect(fromUtf8(opened)).toBe("sealed elsewhere");
  });

  it("round-trips, and opens nothing bent, cut, for another purpose, place or key", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (plaintext, at) => {
        const sealed = hpkeSeal({ ...use, publicKey, plaintext, random });
        expect(sealed.length).toBe(plaintext.length + 48);
        expect(hpkeOpen({ ...use, privateKey, sealed })).toEqual(new Uint8Array(plaintext));
        const bent = Uint8Array.from(sealed, (byte, index) =>
          index === at % sealed.length ? byte ^ 1 : byte,
        );
        const other = x25519KeyPair(random);
        for (const change of [
          { sealed: bent },
          { sealed: sealed.subarray(0, at % sealed.length) },
          { info: toUtf8("another purpose") },
          { associatedData: toUtf8("another place") },
          { privateKey: other.privateKey },
        ]) {
          expect(() => hpkeOpen({ ...use, privateKey, sealed, ...change })).toThrow(code("HPKE_OPEN"));
        }
      }),
      { numRuns: 30 },
    );
  });

  it("breaks HPKE_KEY with what is no key to seal to", () => {
    for (const bad of [new Uint8Array(32), new Uint8Array(31)]) {
      expect(() => hpkeSeal({ ...use, publicKey: bad, plaintext: bad, random })).toThrow(code("HPKE_KEY"));
    }
  });
});
