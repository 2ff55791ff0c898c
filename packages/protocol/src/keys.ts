import { concatBytes } from "@cloister/bytes";
import { isCanonicalX25519, isTorsionFreeX25519, type Random, x25519, x25519KeyPair } from "@cloister/crypto";
import { broken, demand } from "./rules.ts";

const CURVE25519 = 0x05;
const KYBER1024 = 0x08;
const RAW_BYTES = 32;
const RAW_KEM_BYTES = 1568;

/** Length of an encoded public key: the type byte 0x05 and 32 bytes. */
export const PUBLIC_KEY_BYTES = 1 + RAW_BYTES;
/** Length of an encoded KEM public key or ciphertext: the type byte 0x08 and 1568 bytes. */
export const KEM_BYTES = 1 + RAW_KEM_BYTES;

/** An X25519 pair. `publicKey` is encoded (33 bytes, 0x05 first), `privateKey` raw (32 bytes). */
export interface KeyPair {
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly privateKey: Uint8Array<ArrayBuffer>;
}

/** EncodeEC (PQXDH 2.2). */
export function encodePublicKey(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  demand(raw.length === RAW_BYTES, "WIRE-005");
  return concatBytes(Uint8Array.of(CURVE25519), raw);
}

/** EncodeKEM (PQXDH 2.2), for public keys and ciphertexts alike. */
export function encodeKem(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  demand(raw.length === RAW_KEM_BYTES, "WIRE-006");
  return concatBytes(Uint8Array.of(KYBER1024), raw);
}

/** The 32 bytes behind the type byte; a copy costs less than a view. Attacker-controlled. */
export function rawPublicKey(encoded: Uint8Array): Uint8Array {
  demand(encoded.length === PUBLIC_KEY_BYTES && encoded[0] === CURVE25519, "WIRE-005");
  return encoded.slice(1);
}

/** The 1568 bytes behind the type byte. Attacker-controlled. */
export function rawKem(encoded: Uint8Array): Uint8Array {
  demand(encoded.length === KEM_BYTES && encoded[0] === KYBER1024, "WIRE-006");
  return encoded.subarray(1);
}

/** Refuses keys with a second encoding. {@link agree} refuses those of small order. */
export function checkCanonical(encoded: Uint8Array): void {
  demand(isCanonicalX25519(rawPublicKey(encoded)), "KEY-003");
}

/**
 * Refuses keys with a second encoding or a component of small order, where a key is all that names
 * something: both make a second key that agrees like the first. Costs one Diffie-Hellman.
 */
export function checkPublicKey(encoded: Uint8Array): void {
  checkCanonical(encoded);
  demand(isTorsionFreeX25519(rawPublicKey(encoded)), "KEY-004");
}

/** A new pair from 32 random bytes. */
export function generateKeyPair(random: Random): KeyPair {
  const { privateKey, publicKey } = x25519KeyPair(random);
  return { privateKey, publicKey: encodePublicKey(publicKey) };
}

/** Diffie-Hellman with an encoded public key; the all-zero result breaks KEY-004. */
export function agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  demand(privateKey.length === RAW_BYTES, "KEY-001");
  const raw = rawPublicKey(publicKey);
  try {
    return x25519(privateKey, raw);
  } catch (cause) {
    throw broken("KEY-004", cause);
  }
}
