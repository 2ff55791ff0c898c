import { toHex } from "@cloister/bytes";
import { primitives } from "#primitives";
import { requireLength } from "./checks.ts";
import { L, littleEndian, P } from "./little-endian.ts";
import type { Bytes, SignedMessage } from "./primitives.ts";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Raw keys, 32 bytes each; the private key is the seed of RFC 8032 section 5.1.5. */
export interface Ed25519KeyPair {
  readonly privateKey: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/**
 * The key pair of a 32-byte seed (RFC 8032 section 5.1.5). The private key is a copy of the seed.
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function ed25519KeyPair(seed: Uint8Array): Ed25519KeyPair {
  requireLength("Ed25519 seed", seed, KEY_BYTES);
  return { privateKey: new Uint8Array(seed), publicKey: primitives.ed25519PublicKey(seed) };
}

/**
 * Ed25519 signature, 64 bytes (RFC 8032 section 5.1.6).
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Bytes {
  requireLength("Ed25519 seed", seed, KEY_BYTES);
  return primitives.ed25519Sign(seed, message);
}

/**
 * Strict Ed25519 verification (RFC 8032 section 5.1.7, without cofactor): S below L, the key canonical
 * and not of small order, so one signature has one form and no key accepts every message. Malformed
 * input of any length is false. All three are attacker-controlled.
 */
export function ed25519Verify({ publicKey, message, signature }: SignedMessage): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  if (littleEndian(signature.subarray(KEY_BYTES)) >= L) return false;
  const y = clearSign(publicKey);
  if (littleEndian(y) >= P || SMALL_ORDER_Y.has(toHex(y))) return false;
  return primitives.ed25519Verify({ publicKey, message, signature });
}

function clearSign(point: Uint8Array): Bytes {
  const y = new Uint8Array(point);
  y[KEY_BYTES - 1] = (y[KEY_BYTES - 1] ?? 0) & 0x7f;
  return y;
}

/** The y of the eight points whose order divides 8: orders 1, 2, 4, 8 and 8. */
const SMALL_ORDER_Y: ReadonlySet<string> = new Set([
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);
