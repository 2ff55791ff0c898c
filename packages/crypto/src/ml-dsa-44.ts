/**
 * ML-DSA-44 (FIPS 204), apart from the package's face so that browsers load it only where they need it.
 * noble in JavaScript: not constant-time. Signing is deterministic, so it needs no randomness.
 */
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { requireLength } from "./checks.ts";
import type { Bytes } from "./primitives.ts";

const SEED_BYTES = 32;
const SECRET_KEY_BYTES = 2560;
/** Length of an ML-DSA-44 public key. */
export const mlDsa44PublicKeyBytes = 1312;
/** Length of an ML-DSA-44 signature. */
export const mlDsa44SignatureBytes = 2420;

/** The key pair of a 32-byte seed (FIPS 204 algorithm 6). @throws BaseError `CRYPTO_LENGTH` */
export function mlDsa44KeyPair(seed: Uint8Array): { readonly publicKey: Bytes; readonly privateKey: Bytes } {
  requireLength("ML-DSA-44 seed", seed, SEED_BYTES);
  const { publicKey, secretKey } = ml_dsa44.keygen(seed);
  return { publicKey: new Uint8Array(publicKey), privateKey: new Uint8Array(secretKey) };
}

/**
 * Signs with an empty context, deterministically (FIPS 204 algorithm 2).
 * @param privateKey 2,560 bytes
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function mlDsa44Sign(privateKey: Uint8Array, message: Uint8Array): Bytes {
  requireLength("ML-DSA-44 private key", privateKey, SECRET_KEY_BYTES);
  return new Uint8Array(ml_dsa44.sign(message, privateKey, { extraEntropy: false }));
}

/** Whether the signature (2,420 bytes) is that of the key (1,312 bytes); wrong lengths are a no. */
export function mlDsa44Verify(input: {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}): boolean {
  const { publicKey, message, signature } = input;
  if (publicKey.length !== mlDsa44PublicKeyBytes || signature.length !== mlDsa44SignatureBytes) return false;
  return ml_dsa44.verify(signature, message, publicKey);
}
