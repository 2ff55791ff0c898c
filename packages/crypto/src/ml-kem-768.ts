import { BaseError, concatBytes, equalBytes, zeroise } from "@cloister/bytes";
import { sha3_512 } from "@noble/hashes/sha3.js";
import { primitives } from "#primitives";
import { requireLength } from "./checks.ts";
import { decodeVector, encryptU, encryptV } from "./k-pke-768.ts";
import type { KemDecapsulation, MlKemKeyPair } from "./ml-kem.ts";
import type { Bytes } from "./primitives.ts";

const SEED_BYTES = 64;
const MESSAGE_BYTES = 32;
const RHO_BYTES = 32;
const HASH_BYTES = 32;
const VECTOR_BYTES = 1152;
const PRIVATE_KEY_BYTES = 2400;
const CIPHERTEXT_BYTES = 1088;
const Q = 3329;
/** dk = dk_PKE || ek || H(ek) || z (FIPS 203, algorithm 16). */
const EK_OFFSET = 1152;
const HASH_OFFSET = EK_OFFSET + VECTOR_BYTES + RHO_BYTES;

/** ML-KEM-768 key generation (FIPS 203, algorithm 16) from the 64 bytes d || z: ek 1184, dk 2400 bytes. */
export function mlKem768KeyPair(seed: Uint8Array): MlKemKeyPair {
  requireLength("ML-KEM-768 seed", seed, SEED_BYTES);
  const privateKey = primitives.mlKem768DecapsulationKey(seed);
  return { privateKey, publicKey: privateKey.slice(EK_OFFSET, HASH_OFFSET) };
}

/**
 * ML-KEM-768 decapsulation (FIPS 203, algorithm 21), 32 bytes. A forged ciphertext gives an unrelated
 * secret, not an error.
 * @throws BaseError `CRYPTO_LENGTH`, `MLKEM_PRIVATE_KEY` when the key contradicts itself;
 * `MLKEM_CIPHERTEXT` when the ciphertext has a wrong length
 */
export function mlKem768Decapsulate({ privateKey, ciphertext }: KemDecapsulation): Bytes {
  requireLength("ML-KEM-768 private key", privateKey, PRIVATE_KEY_BYTES);
  if (ciphertext.length !== CIPHERTEXT_BYTES) {
    throw new BaseError("Decode", "MLKEM_CIPHERTEXT", "not an ML-KEM-768 ciphertext; drop it");
  }
  const sharedSecret = primitives.mlKem768Decapsulate(privateKey, ciphertext);
  if (!sharedSecret)
    throw new BaseError("Usage", "MLKEM_PRIVATE_KEY", "the private key is damaged; replace it");
  return sharedSecret;
}

/** The two parts in which an encapsulation key travels (ML-KEM Braid). */
export interface SplitEncapsulationKey {
  /** rho || SHA3-256(ek), 64 bytes: what the first part of an encapsulation needs. */
  readonly header: Bytes;
  /** The encoded vector t, 1152 bytes: what the second part needs. */
  readonly vector: Bytes;
}

/** Splits the ek (vector || rho) of a key pair. */
export function splitMlKem768Key({ publicKey, privateKey }: MlKemKeyPair): SplitEncapsulationKey {
  const hash = privateKey.subarray(HASH_OFFSET, HASH_OFFSET + HASH_BYTES);
  return {
    header: concatBytes(publicKey.subarray(VECTOR_BYTES), hash),
    vector: publicKey.slice(0, VECTOR_BYTES),
  };
}

/**
 * First part of an encapsulation with the 32 secret random bytes `message` (FIPS 203, algorithm 17, without
 * the vector): the first 960 bytes of the ciphertext, and the secret. `header` is attacker-controlled;
 * nothing is known about the key behind it until {@link mlKem768EncapsulateV} checked it.
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function mlKem768EncapsulateU(
  header: Uint8Array,
  message: Uint8Array,
): { readonly ct1: Bytes; readonly sharedSecret: Bytes } {
  const { sharedSecret, randomness } = deriveSecrets(header, message);
  const ct1 = encryptU(header.subarray(0, RHO_BYTES), randomness);
  zeroise(randomness);
  return { ct1, sharedSecret };
}

/**
 * Second part: the last 128 bytes of the ciphertext. `ct1 || ct2` is what a whole encapsulation with the
 * same `message` gives. `vector` is attacker-controlled.
 * @throws BaseError `MLKEM_PUBLIC_KEY` when it is not the one that the header announced, or a coefficient is
 * not below 3329 (FIPS 203, section 7.2); `CRYPTO_LENGTH`
 */
export function mlKem768EncapsulateV(key: SplitEncapsulationKey, message: Uint8Array): Bytes {
  const { header, vector } = key;
  requireLength("ML-KEM-768 vector", vector, VECTOR_BYTES);
  const t = decodeVector(vector);
  const hash = primitives.sha3(concatBytes(vector, header.subarray(0, RHO_BYTES)));
  if (!equalBytes(hash, header.subarray(RHO_BYTES)) || !t.every((poly) => poly.every((x) => x < Q))) {
    throw new BaseError("Verification", "MLKEM_PUBLIC_KEY", "not an ML-KEM-768 key; drop it");
  }
  const { sharedSecret, randomness } = deriveSecrets(header, message);
  const ct2 = encryptV(t, randomness, message);
  zeroise(sharedSecret, randomness);
  return ct2;
}

/** (K, r) = G(m || H(ek)), algorithm 17 line 1. */
function deriveSecrets(
  header: Uint8Array,
  message: Uint8Array,
): { readonly sharedSecret: Bytes; readonly randomness: Bytes } {
  requireLength("ML-KEM-768 header", header, RHO_BYTES + HASH_BYTES);
  requireLength("ML-KEM-768 message", message, MESSAGE_BYTES);
  const input = concatBytes(message, header.subarray(RHO_BYTES));
  const output = sha3_512(input);
  const out = { sharedSecret: output.slice(0, 32), randomness: output.slice(32) };
  zeroise(input, output);
  return out;
}
