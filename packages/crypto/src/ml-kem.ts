import { BaseError, concatBytes, zeroise } from "@cloister/bytes";
import { shake256 } from "@noble/hashes/sha3.js";
import { primitives } from "#primitives";
import { draw, type Random, requireLength } from "./checks.ts";
import type { Bytes, KemOutput } from "./primitives.ts";
import { systemRandom } from "./random.ts";

const SEED_BYTES = 64;
const MESSAGE_BYTES = 32;
const PUBLIC_KEY_BYTES = 1568;
const PRIVATE_KEY_BYTES = 3168;
const CIPHERTEXT_BYTES = 1568;
const SHARED_SECRET_BYTES = 32;
const Q = 3329;
/** dk = dk_PKE || ek || H(ek) || z (FIPS 203, algorithm 16). */
const EK_OFFSET = 1536;
const RHO_BYTES = 32;

/** FIPS 203 keys: ek (1568 bytes) and the expanded dk (3168 bytes). Kyber1024 round 3 has the same ones. */
export interface MlKemKeyPair {
  readonly privateKey: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** Input of an encapsulation: the recipient's ek, attacker-controlled until its signature was checked. */
export interface KemEncapsulation {
  readonly publicKey: Uint8Array;
  readonly random: Random;
}

/** Input of a decapsulation; the ciphertext is attacker-controlled. */
export interface KemDecapsulation {
  readonly privateKey: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** ML-KEM-1024 key generation (FIPS 203, algorithm 19) from 64 random bytes. */
export function mlKem1024KeyPair(random: Random): MlKemKeyPair {
  const seed = draw(random, SEED_BYTES);
  const privateKey = primitives.mlKem1024DecapsulationKey(seed);
  zeroise(seed);
  return { privateKey, publicKey: privateKey.slice(EK_OFFSET, EK_OFFSET + PUBLIC_KEY_BYTES) };
}

/**
 * ML-KEM-1024 encapsulation (FIPS 203, algorithm 20) with 32 random bytes. Given `systemRandom` itself,
 * Node draws them inside OpenSSL, which is far faster; the source is the same.
 * @throws BaseError `MLKEM_PUBLIC_KEY` when the key has a wrong length or a coefficient is not below 3329
 */
export function mlKem1024Encapsulate({ publicKey, random }: KemEncapsulation): KemOutput {
  if (!isPublicKey(publicKey)) {
    throw new BaseError("Verification", "MLKEM_PUBLIC_KEY", "not an ML-KEM-1024 key; drop it");
  }
  if (random === systemRandom && primitives.mlKem1024EncapsulateSystem) {
    return primitives.mlKem1024EncapsulateSystem(publicKey);
  }
  const message = draw(random, MESSAGE_BYTES);
  const output = primitives.mlKem1024Encapsulate(publicKey, message);
  zeroise(message);
  return output;
}

/**
 * ML-KEM-1024 decapsulation (FIPS 203, algorithm 21), 32 bytes. A forged ciphertext gives an unrelated
 * secret, not an error.
 * @throws BaseError `CRYPTO_LENGTH`, `MLKEM_PRIVATE_KEY` when the key contradicts itself;
 * `MLKEM_CIPHERTEXT` when the ciphertext has a wrong length
 */
export function mlKem1024Decapsulate({ privateKey, ciphertext }: KemDecapsulation): Bytes {
  requireLength("ML-KEM-1024 private key", privateKey, PRIVATE_KEY_BYTES);
  if (ciphertext.length !== CIPHERTEXT_BYTES) {
    throw new BaseError("Decode", "MLKEM_CIPHERTEXT", "not an ML-KEM-1024 ciphertext; drop it");
  }
  const sharedSecret = primitives.mlKem1024Decapsulate(privateKey, ciphertext);
  if (!sharedSecret)
    throw new BaseError("Usage", "MLKEM_PRIVATE_KEY", "the private key is damaged; replace it");
  return sharedSecret;
}

/**
 * Kyber1024 (round 3) encapsulation to a key of {@link mlKem1024KeyPair}; the same errors.
 * @see {@link kyberSecret}
 */
export function kyber1024Encapsulate(input: KemEncapsulation): KemOutput {
  const { ciphertext, sharedSecret } = mlKem1024Encapsulate(input);
  return { ciphertext, sharedSecret: kyberSecret(sharedSecret, ciphertext) };
}

/** Kyber1024 (round 3) decapsulation; the same errors as {@link mlKem1024Decapsulate}. */
export function kyber1024Decapsulate(input: KemDecapsulation): Bytes {
  return kyberSecret(mlKem1024Decapsulate(input), input.ciphertext);
}

/**
 * Round 3 hashed once more: K = SHAKE256(K' || SHA3-256(c), 32), where K' is what FIPS 203 returns. The
 * other differences (hashing m first, the implicit rejection) stay inside one party.
 */
function kyberSecret(sharedSecret: Bytes, ciphertext: Uint8Array): Bytes {
  const input = concatBytes(sharedSecret, primitives.sha3(ciphertext));
  const out = shake256(input, { dkLen: SHARED_SECRET_BYTES });
  zeroise(sharedSecret, input);
  return out;
}

/** FIPS 203 section 7.2, type and modulus check: every 12-bit coefficient is below q. */
function isPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES) return false;
  for (let at = 0; at < PUBLIC_KEY_BYTES - RHO_BYTES; at += 3) {
    const middle = publicKey[at + 1] ?? 0;
    const first = (publicKey[at] ?? 0) | ((middle & 0x0f) << 8);
    const second = (middle >> 4) | ((publicKey[at + 2] ?? 0) << 4);
    if (first >= Q || second >= Q) return false;
  }
  return true;
}
