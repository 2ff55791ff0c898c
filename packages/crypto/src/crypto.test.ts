import { concatBytes, fromHex, toHex, toUtf8 } from "@cloister/bytes";
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as face from "./index.ts";
import { systemRandom } from "./random.ts";

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const data = fc.uint8Array({ maxLength: 2100 }); // on either side of where Node changes implementation
const few = { numRuns: 15 };

function flip(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes);
  out[at % out.length] = (out[at % out.length] ?? 0) ^ 1;
  return out;
}

const { Point } = ed25519;
const { Fp, Fn } = Point;

/** The X25519 key of an Edwards point: u = (1 + y) / (1 - y). */
function montgomery(point: InstanceType<typeof Point>): Uint8Array {
  const { y } = point.toAffine();
  return Fp.toBytes(Fp.mul(Fp.create(1n + y), Fp.inv(Fp.create(1n - y))));
}

const torsion = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex));

describe("hashes", () => {
  it("agree with FIPS 180-4, RFC 4231 and RFC 5869", () => {
    const abc = toUtf8("abc");
    expect(toHex(face.sha256(abc))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(toHex(face.sha512(abc))).toBe(
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
    expect(toHex(face.hmacSha256(toUtf8("Jefe"), toUtf8("what do ya want for nothing?")))).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    const longKey = new Uint8Array(131).fill(0xaa);
    expect(
      toHex(face.hmacSha256(longKey, toUtf8("Test Using Larger Than Block-Size Key - Hash Key First"))),
    ).toBe("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    const okm = face.hkdfSha256({
      ikm: new Uint8Array(22).fill(0x0b),
      salt: fromHex("000102030405060708090a0b0c"),
      info: fromHex("f0f1f2f3f4f5f6f7f8f9"),
      lengthBytes: 42,
    });
    expect(toHex(okm)).toBe(
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    );
  });

  it("HKDF takes text as UTF-8 and an empty salt as zeros", () => {
    const input = { ikm: toUtf8("ikm"), lengthBytes: 40 };
    const text = face.hkdfSha256({ ...input, salt: new Uint8Array(0), info: "Zoë" });
    expect(text).toEqual(face.hkdfSha256({ ...input, salt: new Uint8Array(32), info: toUtf8("Zoë") }));
  });

  it.each([0, -1, 1.5, 8161])("CRYPTO_LENGTH: HKDF of %d bytes", (lengthBytes) => {
    const empty = new Uint8Array(0);
    expect(() => face.hkdfSha256({ ikm: empty, salt: empty, info: "", lengthBytes })).toThrowError(
      code("CRYPTO_LENGTH"),
    );
  });

  it.each([[[32, 0]], [[40, -8]], [[16.5, 16]], [[8000, 161]]])(
    "CRYPTO_LENGTH: HKDF keys of %j bytes",
    (lengths) => {
      const empty = new Uint8Array(0);
      expect(() => face.hkdfSha256Keys({ ikm: empty, salt: empty, info: "", lengths })).toThrowError(
        code("CRYPTO_LENGTH"),
      );
    },
  );

  it("HKDF keys are its output cut into pieces, the HMACs of several messages those of each", () => {
    const bytes = fc.uint8Array({ maxLength: 150 });
    const lengths = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(bytes, bytes, bytes, lengths, (ikm, salt, info, pieces) => {
        const keys = face.hkdfSha256Keys({ ikm, salt, info, lengths: pieces });
        expect(keys.map(({ length }) => length)).toEqual(pieces);
        const whole = concatBytes(...keys);
        expect(whole).toEqual(face.hkdfSha256({ ikm, salt, info, lengthBytes: whole.length }));
        const macs = [face.hmacSha256(ikm, salt), face.hmacSha256(ikm, info)];
        expect(face.hmacSha256Each(ikm, salt, info)).toEqual(macs);
      }),
    );
  });
});

describe("AES-256", () => {
  const key = systemRandom(32);
  const iv = systemRandom(16);
  const nonce = systemRandom(12);

  it("CBC round-trips; damage gives other bytes or DECRYPT_FAILED", () => {
    fc.assert(
      fc.property(data, fc.nat(), (plaintext, at) => {
        const ciphertext = face.aesCbcEncrypt({ key, iv, plaintext });
        expect(ciphertext.length).toBe(16 * (Math.floor(plaintext.length / 16) + 1));
        expect(face.aesCbcDecrypt({ key, iv, ciphertext })).toEqual(plaintext);
        try {
          expect(face.aesCbcDecrypt({ key, iv, ciphertext: flip(ciphertext, at) })).not.toEqual(plaintext);
        } catch (error) {
          expect(error).toMatchObject({ family: "Verification", code: "DECRYPT_FAILED" });
        }
      }),
    );
  });

  it("DECRYPT_FAILED: CBC refuses what is not whole blocks", () => {
    for (const length of [0, 1, 15, 17]) {
      expect(() => face.aesCbcDecrypt({ key, iv, ciphertext: new Uint8Array(length) })).toThrowError(
        code("DECRYPT_FAILED"),
      );
    }
  });

  it("CTR agrees with NIST SP 800-38A F.5.5", () => {
    const input = {
      key: fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
      iv: fromHex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
      data: fromHex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"),
    };
    const expected = "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5";
    expect(toHex(face.aesCtr(input))).toBe(expected);
    expect(toHex(face.aesCtr({ ...input, data: fromHex(expected) }))).toBe(toHex(input.data));
  });

  it.each([
    ["GCM", face.aesGcmSeal, face.aesGcmOpen],
    ["GCM-SIV", face.aesGcmSivSeal, face.aesGcmSivOpen],
  ])("DECRYPT_FAILED: %s round-trips and refuses any damage", (_name, seal, open) => {
    fc.assert(
      fc.property(data, data, fc.nat(), (plaintext, associatedData, at) => {
        const ciphertext = seal({ key, nonce, plaintext, associatedData });
        expect(open({ key, nonce, ciphertext, associatedData })).toEqual(plaintext);
        for (const damaged of [
          { key, nonce, associatedData, ciphertext: flip(ciphertext, at) },
          { key, nonce, associatedData, ciphertext: ciphertext.subarray(1) },
          { key, nonce, associatedData, ciphertext: ciphertext.subarray(0, 15) },
          { key, nonce, associatedData: concatBytes(associatedData, Uint8Array.of(0)), ciphertext },
          { key, nonce: flip(nonce, at), associatedData, ciphertext },
          { key: flip(key, at), nonce, associatedData, ciphertext },
        ]) {
          expect(() => open(damaged)).toThrowError(code("DECRYPT_FAILED"));
        }
      }),
    );
  });

  it("CRYPTO_LENGTH: keys, ivs and nonces have their length", () => {
    const none = new Uint8Array(0);
    const short = key.subarray(16);
    for (const call of [
      () => face.aesCbcEncrypt({ key: short, iv, plaintext: none }),
      () => face.aesCbcEncrypt({ key, iv: nonce, plaintext: none }),
      () => face.aesCbcDecrypt({ key: short, iv, ciphertext: iv }),
      () => face.aesCbcDecrypt({ key, iv: nonce, ciphertext: iv }),
      () => face.aesGcmSeal({ key: short, nonce, plaintext: none, associatedData: none }),
      () => face.aesGcmSeal({ key, nonce: iv, plaintext: none, associatedData: none }),
      () => face.aesGcmOpen({ key: short, nonce, ciphertext: iv, associatedData: none }),
      () => face.aesGcmOpen({ key, nonce: iv, ciphertext: iv, associatedData: none }),
      () => face.aesGcmSivSeal({ key: short, nonce, plaintext: none, associatedData: none }),
      () => face.aesGcmSivSeal({ key, nonce: iv, plaintext: none, associatedData: none }),
      () => face.aesGcmSivOpen({ key: short, nonce, ciphertext: iv, associatedData: none }),
      () => face.aesGcmSivOpen({ key, nonce: iv, ciphertext: iv, associatedData: none }),
      () => face.aesCtr({ key: short, iv, data: none }),
      () => face.aesCtr({ key, iv: nonce, data: none }),
    ]) {
      expect(call).toThrowError(code("CRYPTO_LENGTH"));
    }
  });
});

describe("X25519", () => {
  it("agrees with RFC 7748 section 6.1", () => {
    const alice = fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    const bob = fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    const alicePublic = face.x25519PublicKey(alice);
    const bobPublic = face.x25519PublicKey(bob);
    expect(toHex(alicePublic)).toBe("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    expect(toHex(bobPublic)).toBe("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    const shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    expect(toHex(face.x25519(alice, bobPublic))).toBe(shared);
    expect(toHex(face.x25519(bob, alicePublic))).toBe(shared);
  });

  it("both sides derive the same secret", () => {
    fc.assert(
      fc.property(bytes32, bytes32, (a, b) => {
        const alice = face.x25519KeyPair(() => new Uint8Array(a));
        const bob = face.x25519KeyPair(() => new Uint8Array(b));
        expect(face.x25519(a, bob.publicKey)).toEqual(face.x25519(b, alice.publicKey));
        expect(face.x25519PublicKey(a)).toEqual(alice.publicKey);
        expect(face.isCanonicalX25519(alice.publicKey)).toBe(true);
        expect(face.isTorsionFreeX25519(alice.publicKey)).toBe(true);
      }),
      few,
    );
  });

  it("isTorsionFreeX25519 tells exactly the prime-order subgroup apart", () => {
    fc.assert(
      fc.property(bytes32, fc.nat(7), (scalar, index) => {
        const added = torsion[index] ?? Point.ZERO;
        const point = Point.BASE.multiply(Fn.create(bytesToNumberLE(scalar) || 1n)).add(added);
        expect(face.isTorsionFreeX25519(montgomery(point))).toBe(added.is0());
      }),
      { numRuns: 30 },
    );
    fc.assert(
      fc.property(bytes32, (u) => {
        const onCurve = (() => {
          const value = Fp.create(bytesToNumberLE(u));
          const y = Fp.mul(Fp.create(value - 1n), Fp.inv(Fp.create(value + 1n)));
          try {
            return Point.fromBytes(Fp.toBytes(y));
          } catch {
            return undefined; // on the twist
          }
        })();
        expect(face.isTorsionFreeX25519(u)).toBe(
          face.isCanonicalX25519(u) && (onCurve?.isTorsionFree() ?? false),
        );
      }),
      { numRuns: 30 },
    );
  });

  // Orders 4, 2, 8, 8, 1 on the curve or 4 on the twist, and encodings of them at or beyond p.
  it.each([
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ])("X25519_ALL_ZERO: refuses the small-order key %s", (hex) => {
    const key = fromHex(hex);
    expect(() => face.x25519(systemRandom(32), key)).toThrowError(
      expect.objectContaining({ family: "Verification", code: "X25519_ALL_ZERO" }),
    );
    expect(face.isTorsionFreeX25519(key)).toBe(false);
  });

  it("tells canonical encodings apart", () => {
    const canonical = (hex: string) => face.isCanonicalX25519(fromHex(hex));
    expect(canonical(`ec${"ff".repeat(30)}7f`)).toBe(true);
    expect(canonical(`ed${"ff".repeat(30)}7f`)).toBe(false);
    expect(canonical(`09${"00".repeat(30)}80`)).toBe(false);
    expect(canonical("09")).toBe(false);
    expect(face.isTorsionFreeX25519(fromHex(`09${"00".repeat(30)}80`))).toBe(false);
    expect(face.isTorsionFreeX25519(fromHex("09"))).toBe(false);
  });

  it("CRYPTO_LENGTH, CRYPTO_RANDOM: refuses other lengths", () => {
    const key = systemRandom(32);
    expect(() => face.x25519(key.subarray(1), key)).toThrowError(code("CRYPTO_LENGTH"));
    expect(() => face.x25519(key, key.subarray(1))).toThrowError(code("CRYPTO_LENGTH"));
    expect(() => face.x25519PublicKey(key.subarray(1))).toThrowError(code("CRYPTO_LENGTH"));
    expect(() => face.x25519KeyPair(() => new Uint8Array(31))).toThrowError(code("CRYPTO_RANDOM"));
  });
});

describe("Ed25519", () => {
  it("agrees with RFC 8032 section 7.1, tests 1 and 2", () => {
    for (const [seed, publicKey, message, signature] of [
      [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
      ],
      [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
      ],
    ] as const) {
      const pair = face.ed25519KeyPair(fromHex(seed));
      expect(toHex(pair.publicKey)).toBe(publicKey);
      expect(toHex(face.ed25519Sign(pair.privateKey, fromHex(message)))).toBe(signature);
      const signed = { publicKey: pair.publicKey, message: fromHex(message), signature: fromHex(signature) };
      expect(face.ed25519Verify(signed)).toBe(true);
    }
  });

  it("verifies its own signatures and no damaged ones", () => {
    fc.assert(
      fc.property(bytes32, data, fc.nat(), (seed, message, at) => {
        const { publicKey } = face.ed25519KeyPair(seed);
        const signature = face.ed25519Sign(seed, message);
        expect(face.ed25519Verify({ publicKey, message, signature })).toBe(true);
        expect(face.ed25519Verify({ publicKey, message, signature: flip(signature, at) })).toBe(false);
        expect(face.ed25519Verify({ publicKey: flip(publicKey, at), message, signature })).toBe(false);
        const longer = concatBytes(message, Uint8Array.of(0));
        expect(face.ed25519Verify({ publicKey, message: longer, signature })).toBe(false);
      }),
      few,
    );
  });

  it("refuses S + L, other lengths and every small-order key", () => {
    const seed = systemRandom(32);
    const { publicKey } = face.ed25519KeyPair(seed);
    const message = toUtf8("m");
    const signature = face.ed25519Sign(seed, message);
    const s = bytesToNumberLE(signature.subarray(32)) + Fn.ORDER;
    const malleated = concatBytes(signature.subarray(0, 32), numberToBytesLE(s, 32));
    expect(face.ed25519Verify({ publicKey, message, signature: malleated })).toBe(false);
    expect(face.ed25519Verify({ publicKey, message, signature: signature.subarray(1) })).toBe(false);
    expect(face.ed25519Verify({ publicKey: publicKey.subarray(1), message, signature })).toBe(false);

    const zeroS = new Uint8Array(32);
    for (const [i, r] of torsion.entries()) {
      // S = 0 and R in the torsion subgroup satisfy the equation for some of these keys.
      for (const a of torsion) {
        const forged = { publicKey: a.toBytes(), message, signature: concatBytes(r.toBytes(), zeroS) };
        expect([i, face.ed25519Verify(forged)]).toEqual([i, false]);
      }
    }
  });

  it("CRYPTO_LENGTH: a seed has 32 bytes", () => {
    const short = new Uint8Array(31);
    expect(() => face.ed25519KeyPair(short)).toThrowError(code("CRYPTO_LENGTH"));
    expect(() => face.ed25519Sign(short, short)).toThrowError(code("CRYPTO_LENGTH"));
  });
});

describe("XEdDSA", () => {
  it("signs with X25519 keys, verifies its own and no damaged signatures", () => {
    const signs = new Set<number>();
    fc.assert(
      fc.property(bytes32, data, fc.nat(), (privateKey, message, at) => {
        const publicKey = face.x25519PublicKey(privateKey);
        const signature = face.xeddsaSign({ privateKey, message, random: systemRandom });
        signs.add((signature[63] ?? 0) >> 7);
        expect(face.xeddsaVerify({ publicKey, message, signature })).toBe(true);
        expect(face.xeddsaVerify({ publicKey, message, signature: flip(signature, at) })).toBe(false);
        expect(face.xeddsaVerify({ publicKey: flip(publicKey, at), message, signature })).toBe(false);
        const otherSign = new Uint8Array(signature);
        otherSign[63] = (otherSign[63] ?? 0) ^ 0x80;
        expect(face.xeddsaVerify({ publicKey, message, signature: otherSign })).toBe(false);
      }),
      { numRuns: 25 },
    );
    expect(signs).toEqual(new Set([0, 1])); // both cases of the sign bit occurred
  });

  it("is randomised", () => {
    const input = { privateKey: systemRandom(32), message: toUtf8("m") };
    const one = face.xeddsaSign({ ...input, random: systemRandom });
    expect(face.xeddsaSign({ ...input, random: systemRandom })).not.toEqual(one);
  });

  it("refuses small-order, non-canonical and malformed keys and signatures", () => {
    const privateKey = systemRandom(32);
    const message = toUtf8("m");
    const publicKey = face.x25519PublicKey(privateKey);
    const signature = face.xeddsaSign({ privateKey, message, random: systemRandom });
    const highBit = new Uint8Array(publicKey);
    highBit[31] = (highBit[31] ?? 0) | 0x80;
    expect(face.xeddsaVerify({ publicKey: highBit, message, signature })).toBe(false);
    expect(face.xeddsaVerify({ publicKey: publicKey.subarray(1), message, signature })).toBe(false);
    expect(face.xeddsaVerify({ publicKey, message, signature: signature.subarray(1) })).toBe(false);
    const identityR = concatBytes(Point.ZERO.toBytes(), new Uint8Array(32));
    for (const hex of ["00".repeat(32), `01${"00".repeat(31)}`, `ec${"ff".repeat(30)}7f`]) {
      expect(face.xeddsaVerify({ publicKey: fromHex(hex), message, signature: identityR })).toBe(false);
    }
  });

  it("CRYPTO_LENGTH, CRYPTO_RANDOM: refuses other lengths", () => {
    const message = toUtf8("m");
    expect(() => face.xeddsaSign({ privateKey: message, message, random: systemRandom })).toThrowError(
      code("CRYPTO_LENGTH"),
    );
    expect(() =>
      face.xeddsaSign({ privateKey: systemRandom(32), message, random: () => new Uint8Array(32) }),
    ).toThrowError(code("CRYPTO_RANDOM"));
  });
});

describe("ML-KEM-1024 and Kyber1024", () => {
  const { privateKey, publicKey } = face.mlKem1024KeyPair(systemRandom);
  const ports: [string, face.Random][] = [
    ["systemRandom", systemRandom],
    ["another port", (lengthBytes) => systemRandom(lengthBytes)],
  ];

  it.each(ports)("round-trips with %s; the two differ", (_name, random) => {
    const kem = face.mlKem1024Encapsulate({ publicKey, random });
    const { ciphertext } = kem;
    expect([privateKey.length, publicKey.length, ciphertext.length]).toEqual([3168, 1568, 1568]);
    expect(kem.sharedSecret.length).toBe(32);
    expect(face.mlKem1024Decapsulate({ privateKey, ciphertext })).toEqual(kem.sharedSecret);
    expect(face.kyber1024Decapsulate({ privateKey, ciphertext })).not.toEqual(kem.sharedSecret);

    const kyber = face.kyber1024Encapsulate({ publicKey, random });
    expect(face.kyber1024Decapsulate({ privateKey, ciphertext: kyber.ciphertext })).toEqual(
      kyber.sharedSecret,
    );
    expect(kyber.ciphertext).not.toEqual(ciphertext);
  });

  it("is a function of the port", () => {
    const fixed: face.Random = (lengthBytes) => new Uint8Array(lengthBytes).fill(7);
    expect(face.mlKem1024KeyPair(fixed)).toEqual(face.mlKem1024KeyPair(fixed));
    const once = face.mlKem1024Encapsulate({ publicKey, random: fixed });
    expect(face.mlKem1024Encapsulate({ publicKey, random: fixed })).toEqual(once);
  });

  it("answers a forged ciphertext with an unrelated secret", () => {
    const { ciphertext, sharedSecret } = face.mlKem1024Encapsulate({ publicKey, random: systemRandom });
    const forged = face.mlKem1024Decapsulate({ privateKey, ciphertext: flip(ciphertext, 700) });
    expect(forged.length).toBe(32);
    expect(forged).not.toEqual(sharedSecret);
  });

  it("MLKEM_PUBLIC_KEY: refuses a wrong length and coefficients from 3329 on", () => {
    const encapsulate = (key: Uint8Array) => () =>
      face.kyber1024Encapsulate({ publicKey: key, random: systemRandom });
    const first = new Uint8Array(publicKey);
    first.set([0x01, ((first[1] ?? 0) & 0xf0) | 0x0d]); // 0xd01 = 3329
    const second = new Uint8Array(publicKey);
    second.set([((second[1534] ?? 0) & 0x0f) | 0x10, 0xd0], 1534);
    const edge = new Uint8Array(publicKey);
    edge.set([0x00, ((edge[1] ?? 0) & 0xf0) | 0x0d]); // 3328
    expect(encapsulate(edge)).not.toThrow();
    for (const bad of [first, second, publicKey.subarray(1), new Uint8Array(0)]) {
      expect(encapsulate(bad)).toThrowError(
        expect.objectContaining({ family: "Verification", code: "MLKEM_PUBLIC_KEY" }),
      );
    }
  });

  it("MLKEM_CIPHERTEXT, MLKEM_PRIVATE_KEY, CRYPTO_LENGTH: refuses malformed input", () => {
    const { ciphertext } = face.mlKem1024Encapsulate({ publicKey, random: systemRandom });
    expect(() => face.mlKem1024Decapsulate({ privateKey, ciphertext: ciphertext.subarray(1) })).toThrowError(
      expect.objectContaining({ family: "Decode", code: "MLKEM_CIPHERTEXT" }),
    );
    expect(() => face.mlKem1024Decapsulate({ privateKey: flip(privateKey, 2000), ciphertext })).toThrowError(
      code("MLKEM_PRIVATE_KEY"),
    );
    expect(() => face.mlKem1024Decapsulate({ privateKey: publicKey, ciphertext })).toThrowError(
      code("CRYPTO_LENGTH"),
    );
  });
});

describe("systemRandom", () => {
  it("fills every length, beyond WebCrypto's limit too", () => {
    for (const length of [0, 1, 65_536, 65_537, 200_000]) expect(systemRandom(length).length).toBe(length);
    const tail = systemRandom(140_000).subarray(131_072);
    expect(tail.filter((byte) => byte === 0).length).toBeLessThan(200);
  });
});
