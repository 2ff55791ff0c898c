/// <reference types="node" />
import { createHmac, hkdfSync } from "node:crypto";
import { concatBytes, toHex } from "@cloister/bytes";
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hkdfSha256 } from "./hash.ts";
import {
  ED25519_PRIVATE,
  ED25519_PUBLIC,
  importPrivate,
  importPublic,
  MLKEM1024_PUBLIC,
  takesRawKeys,
  X25519_PRIVATE,
  X25519_PUBLIC,
} from "./keys.node.ts";
import { littleEndian } from "./little-endian.ts";
import { mlKem1024Decapsulate, mlKem1024Encapsulate, mlKem1024KeyPair } from "./ml-kem.ts";
import { primitives as node } from "./primitives.node.ts";
import { primitives as web } from "./primitives.web.ts";
import { systemRandom } from "./random.ts";
import { shortSha256 } from "./short-hmac.ts";

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const data = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 900, maxLength: 9000 }));
const few = { numRuns: 20 };

describe("primitives.node and primitives.web compute the same", () => {
  it("hashes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), data, (key, message) => {
        expect(node.sha256(message)).toEqual(web.sha256(message));
        expect(shortSha256(message)).toEqual(web.sha256(message));
        expect(node.sha512(message)).toEqual(web.sha512(message));
        expect(node.hmacSha256(key, message)).toEqual(web.hmacSha256(key, message));
      }),
    );
  });

  it("HMAC and HKDF as node:crypto does, whichever way they go", () => {
    const key = fc.uint8Array({ maxLength: 150 });
    fc.assert(
      fc.property(key, data, key, fc.integer({ min: 1, max: 300 }), (salt, message, info, lengthBytes) => {
        const mac = createHmac("sha256", salt).update(message).digest();
        const parts = [message.subarray(0, lengthBytes), message.subarray(lengthBytes)];
        expect(toHex(node.hmacSha256(salt, ...parts))).toBe(toHex(mac));
        expect(toHex(web.hmacSha256(salt, ...parts))).toBe(toHex(mac));
        const derived = hkdfSync("sha256", message, salt, info, lengthBytes);
        const output = hkdfSha256({ ikm: message, salt, info, lengthBytes });
        expect(toHex(output)).toBe(toHex(new Uint8Array(derived)));
      }),
    );
  });

  it("AES", () => {
    fc.assert(
      fc.property(exactly(32), exactly(16), data, data, (key, iv, plaintext, associatedData) => {
        const cbc = node.aesCbcEncrypt({ key, iv }, plaintext);
        expect(cbc).toEqual(web.aesCbcEncrypt({ key, iv }, plaintext));
        expect(node.aesCbcDecrypt({ key, iv }, cbc)).toEqual(web.aesCbcDecrypt({ key, iv }, cbc));
        const wrong = Uint8Array.from(iv, (byte) => byte ^ 1);
        const blocks = cbc.subarray(-16);
        expect(node.aesCbcDecrypt({ key: concatBytes(wrong, wrong), iv }, cbc)).toEqual(
          web.aesCbcDecrypt({ key: concatBytes(wrong, wrong), iv }, cbc),
        );
        expect(node.aesCbcDecrypt({ key, iv: wrong }, blocks)).toEqual(
          web.aesCbcDecrypt({ key, iv: wrong }, blocks),
        );
        for (const block of [iv, new Uint8Array(16).fill(0xff)]) {
          const stream = node.aesCtr({ key, iv: block }, plaintext);
          expect(stream).toEqual(web.aesCtr({ key, iv: block }, plaintext));
          expect(node.aesCtr({ key, iv: block }, stream)).toEqual(plaintext);
        }
        const parameters = { key, iv: iv.subarray(0, 12) };
        const sealed = node.aesGcmSeal(parameters, plaintext, associatedData);
        expect(sealed).toEqual(web.aesGcmSeal(parameters, plaintext, associatedData));
        expect(node.aesGcmOpen(parameters, sealed, associatedData)).toEqual(plaintext);
        expect(web.aesGcmOpen(parameters, sealed, associatedData)).toEqual(plaintext);
      }),
      { numRuns: 50 },
    );
  });

  it("X25519, arbitrary public keys included", () => {
    fc.assert(
      fc.property(exactly(32), exactly(32), (privateKey, publicKey) => {
        expect(node.x25519PublicKey(privateKey)).toEqual(web.x25519PublicKey(privateKey));
        expect(node.x25519(privateKey, publicKey)).toEqual(web.x25519(privateKey, publicKey));
      }),
      few,
    );
    const privateKey = new Uint8Array(32).fill(7);
    expect(node.x25519(privateKey, new Uint8Array(32))).toBeUndefined();
    expect(web.x25519(privateKey, new Uint8Array(32))).toBeUndefined();
  });

  it("X25519 key pairs, made by the system where it exports raw keys", () => {
    const pair = node.x25519KeyPairSystem?.();
    expect(pair !== undefined).toBe(takesRawKeys);
    if (!pair) return;
    expect(web.x25519PublicKey(pair.privateKey)).toEqual(pair.publicKey);
    const base = Uint8Array.of(9, ...new Uint8Array(31));
    expect(node.x25519(pair.privateKey, base)).toEqual(pair.publicKey);
  });

  it("imports the same key from DER and raw", () => {
    fc.assert(
      fc.property(exactly(32), (seed) => {
        const ed25519Key = node.ed25519PublicKey(seed);
        const forms = [
          [X25519_PRIVATE, importPrivate, seed],
          [ED25519_PRIVATE, importPrivate, seed],
          [X25519_PUBLIC, importPublic, node.x25519PublicKey(seed)],
          [ED25519_PUBLIC, importPublic, ed25519Key],
        ] as const;
        for (const [form, load, raw] of forms) {
          expect(load(form, raw).equals(load({ der: form.der }, raw))).toBe(true);
        }
      }),
      few,
    );
    const publicKey = web.mlKem1024DecapsulationKey(new Uint8Array(64)).slice(1536, 1536 + 1568);
    const imported = importPublic(MLKEM1024_PUBLIC, publicKey);
    expect(imported.equals(importPublic({ der: MLKEM1024_PUBLIC.der }, publicKey))).toBe(true);
  });

  it("Ed25519", () => {
    fc.assert(
      fc.property(exactly(32), data, (seed, message) => {
        const publicKey = node.ed25519PublicKey(seed);
        expect(web.ed25519PublicKey(seed)).toEqual(publicKey);
        const signature = node.ed25519Sign(seed, message);
        expect(web.ed25519Sign(seed, message)).toEqual(signature);
        expect(node.ed25519Verify({ publicKey, message, signature })).toBe(true);
        expect(web.ed25519Verify({ publicKey, message, signature })).toBe(true);
      }),
      few,
    );
  });

  // With a torsioned key a signature can satisfy the equation times 8 and not the equation itself.
  it("Ed25519 verification leaves the cofactor out", () => {
    const { Point } = ed25519;
    const { Fn } = Point;
    const [secret, nonce] = [123_456_789n, 987_654_321n];
    const order8 = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex)).find(
      (point) => !point.multiplyUnsafe(4n).is0(),
    );
    const key = Point.BASE.multiply(secret).add(order8 ?? Point.ZERO);
    const publicKey = key.toBytes();
    const r = Point.BASE.multiply(nonce).toBytes();
    const seen = new Set<boolean>();
    for (let i = 0; i < 32; i += 1) {
      const message = Uint8Array.of(i);
      const challenge = Fn.create(littleEndian(sha512(concatBytes(r, publicKey, message))));
      const signature = concatBytes(r, Fn.toBytes(Fn.add(nonce, Fn.mul(challenge, secret))));
      const signed = { publicKey, message, signature };
      const expected = challenge % 8n === 0n;
      seen.add(expected);
      expect([i, node.ed25519Verify(signed), web.ed25519Verify(signed)]).toEqual([i, expected, expected]);
    }
    expect(seen).toEqual(new Set([true, false]));
  });

  it("ML-KEM-1024", () => {
    fc.assert(
      fc.property(exactly(64), exactly(32), (seed, message) => {
        const privateKey = node.mlKem1024DecapsulationKey(seed);
        expect(toHex(web.mlKem1024DecapsulationKey(seed))).toBe(toHex(privateKey));
        const publicKey = privateKey.slice(1536, 1536 + 1568);
        const { ciphertext, sharedSecret } = web.mlKem1024Encapsulate(publicKey, message);
        expect(node.mlKem1024Decapsulate(privateKey, ciphertext)).toEqual(sharedSecret);
        ciphertext[0] = (ciphertext[0] ?? 0) ^ 1;
        const rejected = node.mlKem1024Decapsulate(privateKey, ciphertext);
        expect(web.mlKem1024Decapsulate(privateKey, ciphertext)).toEqual(rejected);
        const system = node.mlKem1024EncapsulateSystem?.(publicKey);
        if (!system) return; // before Node 24.7
        expect(web.mlKem1024Decapsulate(privateKey, system.ciphertext)).toEqual(system.sharedSecret);
      }),
      few,
    );
  });

  it("ML-KEM-768", () => {
    fc.assert(
      fc.property(exactly(64), exactly(1088), (seed, ciphertext) => {
        const privateKey = node.mlKem768DecapsulationKey(seed);
        expect(toHex(web.mlKem768DecapsulationKey(seed))).toBe(toHex(privateKey));
        const secret = node.mlKem768Decapsulate(privateKey, ciphertext);
        expect(web.mlKem768Decapsulate(privateKey, ciphertext)).toEqual(secret);
      }),
      few,
    );
  });

  it("a key array that was overwritten counts as another key", () => {
    const key = new Uint8Array(32).fill(1);
    const before = [node.x25519PublicKey(key), node.ed25519PublicKey(key), node.ed25519Sign(key, key)];
    expect(node.x25519PublicKey(key)).toEqual(before[0]);
    key.fill(2);
    const after = [node.x25519PublicKey(key), node.ed25519PublicKey(key), node.ed25519Sign(key, key)];
    expect(after).toEqual([web.x25519PublicKey(key), web.ed25519PublicKey(key), web.ed25519Sign(key, key)]);
    key.fill(1);
    expect(node.x25519(key, after[0] ?? key)).toEqual(web.x25519(key, after[0] ?? key));
    expect(node.x25519PublicKey(key)).toEqual(before[0]);
  });

  it("a copy of a key array is a key of its own, whichever of the two is overwritten", () => {
    const key = new Uint8Array(32).fill(3);
    const expected = node.x25519PublicKey(key);
    const copy = node.copyPrivateKey(key);
    expect(node.x25519PublicKey(copy)).toEqual(expected);
    copy.fill(4);
    expect(node.x25519PublicKey(copy)).toEqual(web.x25519PublicKey(copy));
    expect(node.x25519PublicKey(key)).toEqual(expected);
    const another = node.copyPrivateKey(key);
    key.fill(5);
    expect(node.x25519PublicKey(another)).toEqual(expected);
    expect(node.x25519PublicKey(key)).toEqual(web.x25519PublicKey(key));
  });

  it("a decapsulation key that was overwritten counts as another key", () => {
    const { publicKey, privateKey } = mlKem1024KeyPair(systemRandom);
    const { ciphertext, sharedSecret } = mlKem1024Encapsulate({ publicKey, random: systemRandom });
    expect(mlKem1024Decapsulate({ privateKey, ciphertext })).toEqual(sharedSecret);
    privateKey.set(mlKem1024KeyPair(systemRandom).privateKey);
    expect(mlKem1024Decapsulate({ privateKey, ciphertext })).not.toEqual(sharedSecret);
  });

  it("native ML-KEM is in use from Node 24.7 on", () => {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    const expected = major > 24 || (major === 24 && minor >= 7);
    expect(node.mlKem1024EncapsulateSystem !== undefined).toBe(expected);
  });

  it("returns memory of its own, not Node's pool", () => {
    const key = new Uint8Array(32);
    const parameters = { key, iv: key.subarray(0, 16) };
    for (const bytes of [
      node.sha256(key),
      node.hmacSha256(key, key),
      node.aesCbcEncrypt(parameters, new Uint8Array(2000)),
      node.aesGcmSeal(parameters, key, key),
      node.x25519PublicKey(key),
      node.ed25519Sign(key, key),
    ]) {
      expect([bytes.constructor, bytes.buffer.byteLength]).toEqual([Uint8Array, bytes.length]);
    }
  });
});
