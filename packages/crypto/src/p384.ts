import { primitives } from "#primitives";
import { type Random, requireLength } from "./checks.ts";
import type { Bytes, SignedMessage } from "./primitives.ts";

const PRIVATE_BYTES = 48;
const POINT_BYTES = 97;
const SIGNATURE_BYTES = 96;
const UNCOMPRESSED = 0x04;

/**
 * ECDSA with P-384 and SHA-384 (FIPS 186-5; "ES384" in RFC 9053). The key is an uncompressed point (97 bytes,
 * SEC 1 section 2.3.3), the signature r || s (96 bytes). Malformed input of any length is false. All three
 * are attacker-controlled.
 */
export function p384Verify({ publicKey, message, signature }: SignedMessage): boolean {
  if (publicKey.length !== POINT_BYTES || publicKey[0] !== UNCOMPRESSED) return false;
  if (signature.length !== SIGNATURE_BYTES) return false;
  return primitives.p384Verify({ publicKey, message, signature });
}

/** A scalar (48 bytes) and an uncompressed point (97 bytes). */
export interface P384KeyPair {
  readonly privateKey: Bytes;
  readonly publicKey: Bytes;
}

/** A fresh key pair. */
export function p384KeyPair(random: Random): P384KeyPair {
  for (;;) {
    const privateKey = random(PRIVATE_BYTES);
    const publicKey = primitives.p384PublicKey(privateKey);
    if (publicKey) return { privateKey, publicKey }; // else it was 0, or not below the order: 1 in 2^190
  }
}

/**
 * ECDSA with P-384 and SHA-384, deterministic (RFC 6979): r || s, 96 bytes.
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function p384Sign(privateKey: Uint8Array, message: Uint8Array): Bytes {
  requireLength("P-384 private key", privateKey, PRIVATE_BYTES);
  return primitives.p384Sign(privateKey, message);
}
