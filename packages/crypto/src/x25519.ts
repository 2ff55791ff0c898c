import { BaseError, equalBytes, fromHex } from "@cloister/bytes";
import { primitives } from "#primitives";
import { draw, type Random, requireLength } from "./checks.ts";
import { littleEndian, P } from "./little-endian.ts";
import type { Bytes } from "./primitives.ts";
import { systemRandom } from "./random.ts";

const KEY_BYTES = 32;

/** Raw keys, 32 bytes each (RFC 7748 section 5). */
export interface X25519KeyPair {
  readonly privateKey: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/**
 * A new key pair from 32 random bytes. Given `systemRandom` itself, Node draws them inside OpenSSL, which is
 * faster; the source is the same.
 */
export function x25519KeyPair(random: Random): X25519KeyPair {
  if (random === systemRandom && primitives.x25519KeyPairSystem) return primitives.x25519KeyPairSystem();
  const privateKey = draw(random, KEY_BYTES);
  return { privateKey, publicKey: primitives.x25519PublicKey(privateKey) };
}

/**
 * A copy that its owner may overwrite alone. On Node a key that was imported for the original is not imported
 * again for the copy, which costs as much as a Diffie-Hellman.
 */
export function copyX25519PrivateKey(privateKey: Uint8Array): Bytes {
  return primitives.copyPrivateKey(privateKey);
}

/** The public key of a raw private key, which is clamped here (RFC 7748 section 5). */
export function x25519PublicKey(privateKey: Uint8Array): Bytes {
  requireLength("X25519 private key", privateKey, KEY_BYTES);
  return primitives.x25519PublicKey(privateKey);
}

/**
 * Diffie-Hellman, 32 bytes (RFC 7748 section 6.1). Derive keys from the result, never use it as one.
 * @throws BaseError `CRYPTO_LENGTH`; `X25519_ALL_ZERO` when the peer's key has small order
 */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Bytes {
  requireLength("X25519 private key", privateKey, KEY_BYTES);
  requireLength("X25519 public key", publicKey, KEY_BYTES);
  const shared = primitives.x25519(privateKey, publicKey);
  if (!shared)
    throw new BaseError("Verification", "X25519_ALL_ZERO", "the public key has small order; drop it");
  return shared;
}

/** Whether a public key is the one encoding of its u: 32 bytes, below 2^255 - 19 (so the high bit is clear). */
export function isCanonicalX25519(publicKey: Uint8Array): boolean {
  const highest = publicKey[KEY_BYTES - 1] ?? 0xff;
  return publicKey.length === KEY_BYTES && (highest < 0x7f || littleEndian(publicKey) < P);
}

/**
 * The scalar c with c = 0 mod 8 and c = -1 mod L, in clamped form.
 *
 * On the curve, [c] maps P + T (P of order L, T of order 1, 2, 4 or 8) to -P, which has the u of P. So c
 * keeps u exactly for the points without a torsion part. Points of the twist move, because c is neither
 * 1 nor -1 modulo the twist's prime; its points of small order, and u = 0, give all zeros.
 */
const TORSION_PROBE = fromHex("a023cdd083ef5bb82f10d62e59e15a6800000000000000000000000000000050");

/**
 * Whether a public key is canonical and lies in the prime-order subgroup: what Signal asks of base and
 * ratchet keys. Costs one Diffie-Hellman.
 */
export function isTorsionFreeX25519(publicKey: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES) return false;
  const same = primitives.x25519(TORSION_PROBE, publicKey);
  return same !== undefined && equalBytes(same, publicKey);
}
