import { concatBytes, toUtf8, uint32 } from "@cloister/bytes";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { describe, expect, it } from "vitest";
import * as face from "./index.ts";
import { compress4, compress10 } from "./k-pke-768.ts";

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

/** Bytes that are the same in every run. */
function fixed(label: string, index: number, lengthBytes: number): Uint8Array {
  return face.sha512(concatBytes(toUtf8(label), uint32(index))).subarray(0, lengthBytes);
}

function splitEncapsulate(key: face.SplitEncapsulationKey, message: Uint8Array) {
  const { ct1, sharedSecret } = face.mlKem768EncapsulateU(key.header, message);
  return { cipherText: concatBytes(ct1, face.mlKem768EncapsulateV(key, message)), sharedSecret };
}

describe("ML-KEM-768 in two parts", () => {
  it("is stock encapsulation, for 2,000 messages to 50 keys", () => {
    for (let at = 0; at < 50; at += 1) {
      const pair = face.mlKem768KeyPair(fixed("key", at, 64));
      const key = face.splitMlKem768Key(pair);
      for (let index = 0; index < 40; index += 1) {
        const message = fixed(`message ${at}`, index, 32);
        const whole = ml_kem768.encapsulate(pair.publicKey, message);
        expect(splitEncapsulate(key, message)).toEqual(whole);
      }
    }
  });

  it("is opened by stock decapsulation; a forged ciphertext gives another secret", () => {
    for (let at = 0; at < 20; at += 1) {
      const pair = face.mlKem768KeyPair(fixed("pair", at, 64));
      const { privateKey } = pair;
      const { cipherText, sharedSecret } = splitEncapsulate(face.splitMlKem768Key(pair), fixed("m", at, 32));
      expect(face.mlKem768Decapsulate({ privateKey, ciphertext: cipherText })).toEqual(sharedSecret);
      cipherText[1000] = (cipherText[1000] ?? 0) ^ 1;
      expect(face.mlKem768Decapsulate({ privateKey, ciphertext: cipherText })).not.toEqual(sharedSecret);
    }
  });

  it("compresses every coefficient as FIPS 203 section 4.2.1 defines", () => {
    for (let x = 0; x < 3329; x += 1) {
      const exact = (bits: number) =>
        Number((BigInt(x) * 2n * (1n << BigInt(bits)) + 3329n) / 6658n) % 2 ** bits;
      expect([compress10(x), compress4(x)]).toEqual([exact(10), exact(4)]);
    }
  });

  it("refuses a vector that the header did not announce, or that is not reduced", () => {
    const message = fixed("m", 0, 32);
    const { header, vector } = face.splitMlKem768Key(face.mlKem768KeyPair(fixed("key", 0, 64)));
    const refuse = (key: face.SplitEncapsulationKey) =>
      expect(() => face.mlKem768EncapsulateV(key, message)).toThrowError(code("MLKEM_PUBLIC_KEY"));
    const other = vector.slice();
    other[500] = (other[500] ?? 0) ^ 1;
    refuse({ header, vector: other });
    for (const at of [0, 1, 1149, 1150]) {
      // 0xfff or 0xd01 = q in the first or second coefficient of a group, under a matching hash
      const large = vector.slice();
      large.set(at % 3 === 0 ? [0x01, 0x0d | ((large[at + 1] ?? 0) & 0xf0)] : [0xff, 0xff], at);
      const hash = sha3_256(concatBytes(large, header.subarray(0, 32)));
      refuse({ header: concatBytes(header.subarray(0, 32), hash), vector: large });
    }
  });

  it("says which input has a wrong length", () => {
    const pair = face.mlKem768KeyPair(fixed("key", 0, 64));
    const key = face.splitMlKem768Key(pair);
    const short = new Uint8Array(31);
    const { privateKey } = pair;
    expect(() => face.mlKem768KeyPair(short)).toThrowError(code("CRYPTO_LENGTH"));
    expect(() => face.mlKem768EncapsulateU(key.header, short)).toThrowError(code("CRYPTO_LENGTH"));
    expect(() => face.mlKem768EncapsulateU(short, fixed("m", 0, 32))).toThrowError(code("CRYPTO_LENGTH"));
    expect(() =>
      face.mlKem768EncapsulateV({ ...key, vector: key.vector.slice(1) }, fixed("m", 0, 32)),
    ).toThrowError(code("CRYPTO_LENGTH"));
    expect(() => face.mlKem768Decapsulate({ privateKey: short, ciphertext: short })).toThrowError(
      code("CRYPTO_LENGTH"),
    );
    expect(() => face.mlKem768Decapsulate({ privateKey, ciphertext: short })).toThrowError(
      code("MLKEM_CIPHERTEXT"),
    );
    const damaged = privateKey.slice();
    damaged[2340] = (damaged[2340] ?? 0) ^ 1;
    expect(() =>
      face.mlKem768Decapsulate({ privateKey: damaged, ciphertext: new Uint8Array(1088) }),
    ).toThrowError(code("MLKEM_PRIVATE_KEY"));
  });
});
