import { equalBytes } from "@cloister/bytes";
import { cbc, ctr, gcm, gcmsiv } from "@noble/ciphers/aes.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { p384 } from "@noble/curves/nist.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { ml_kem768, ml_kem1024 } from "@noble/post-quantum/ml-kem.js";
import { littleEndian } from "./little-endian.ts";
import type { Bytes, Primitives, SignedMessage } from "./primitives.ts";
import { shortHmac } from "./short-hmac.ts";

/** For browsers and workers: noble throughout, because WebCrypto is asynchronous. */
export const primitives: Primitives = {
  sha256,
  sha384,
  sha512,
  sha3: sha3_256,
  hmacSha256: shortHmac,

  aesCbcEncrypt: ({ key, iv }, plaintext) => cbc(key, iv).encrypt(plaintext),
  aesCbcDecrypt: ({ key, iv }, ciphertext) => attempt(() => cbc(key, iv).decrypt(ciphertext)),
  aesGcmSeal: ({ key, iv }, plaintext, associatedData) => gcm(key, iv, associatedData).encrypt(plaintext),
  aesGcmOpen: ({ key, iv }, sealed, associatedData) =>
    attempt(() => gcm(key, iv, associatedData).decrypt(sealed)),
  aesGcmSivSeal: ({ key, iv }, plaintext, associatedData) =>
    gcmsiv(key, iv, associatedData).encrypt(plaintext),
  aesGcmSivOpen: ({ key, iv }, sealed, associatedData) =>
    attempt(() => gcmsiv(key, iv, associatedData).decrypt(sealed)),
  aesCtr: ({ key, iv }, input) => ctr(key, iv).encrypt(input),

  copyPrivateKey: (privateKey) => new Uint8Array(privateKey),
  x25519PublicKey: (privateKey) => x25519.getPublicKey(privateKey),
  x25519: (privateKey, publicKey) => attempt(() => x25519.getSharedSecret(privateKey, publicKey)),

  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (seed, message) => ed25519.sign(message, seed),
  ed25519Verify: verifyWithoutCofactor,

  p384Verify: ({ publicKey, message, signature }) => {
    try {
      return p384.verify(signature, message, publicKey, { lowS: false });
    } catch {
      return false; // not on the curve, or r or s out of range
    }
  },
  p384PublicKey: (privateKey) => attempt(() => new Uint8Array(p384.getPublicKey(privateKey, false))),
  p384Sign: (privateKey, message) => new Uint8Array(p384.sign(message, privateKey, { lowS: false })),

  mlKem1024DecapsulationKey: (seed) => ml_kem1024.keygen(seed).secretKey,
  mlKem1024Encapsulate: (publicKey, message) => {
    const { cipherText, sharedSecret } = ml_kem1024.encapsulate(publicKey, message);
    return { ciphertext: cipherText, sharedSecret };
  },
  mlKem1024Decapsulate: (privateKey, ciphertext) =>
    attempt(() => ml_kem1024.decapsulate(ciphertext, privateKey)),
  mlKem768DecapsulationKey: (seed) => ml_kem768.keygen(seed).secretKey,
  mlKem768Decapsulate: (privateKey, ciphertext) =>
    attempt(() => ml_kem768.decapsulate(ciphertext, privateKey)),
};

/** Noble throws on what the face reports as one error without detail. */
function attempt(operation: () => Bytes): Bytes | undefined {
  try {
    return operation();
  } catch {
    return undefined;
  }
}

/** RFC 8032 section 5.1.7 in the form that OpenSSL computes, so that both runtimes accept the same set. */
function verifyWithoutCofactor({ publicKey, message, signature }: SignedMessage): boolean {
  const { Point } = ed25519;
  const { Fn } = Point;
  const r = signature.subarray(0, 32);
  try {
    const a = Point.fromBytes(publicKey);
    const s = Fn.fromBytes(signature.subarray(32));
    const hash = sha512.create().update(r).update(publicKey).update(message).digest();
    const k = Fn.create(littleEndian(hash));
    return equalBytes(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes(), r);
  } catch {
    return false; // the key is no point of the curve
  }
}
