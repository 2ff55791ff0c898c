import { BaseError } from "@cloister/bytes";
import { primitives } from "#primitives";
import { requireLength } from "./checks.ts";
import type { Bytes } from "./primitives.ts";

export const KEY_BYTES = 32;
const BLOCK_BYTES = 16;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** All decryption failures look alike. */
export function decryptFailed(): BaseError {
  return new BaseError("Verification", "DECRYPT_FAILED", "the ciphertext is not authentic; drop it");
}

/** Input of {@link aesCbcEncrypt}: 32-byte key, 16-byte iv. */
export interface AesCbcPlain {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly plaintext: Uint8Array;
}

/**
 * AES-256-CBC with PKCS#7 padding (NIST SP 800-38A). Not authenticated: pair it with a MAC over the ciphertext.
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function aesCbcEncrypt({ key, iv, plaintext }: AesCbcPlain): Bytes {
  requireLength("AES key", key, KEY_BYTES);
  requireLength("AES-CBC iv", iv, BLOCK_BYTES);
  return primitives.aesCbcEncrypt({ key, iv }, plaintext);
}

/** Input of {@link aesCbcDecrypt}: 32-byte key, 16-byte iv, whole blocks. */
export interface AesCbcCipher {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/**
 * The inverse. Check the MAC first, else this is a padding oracle.
 * @throws BaseError `CRYPTO_LENGTH`, `DECRYPT_FAILED`
 */
export function aesCbcDecrypt({ key, iv, ciphertext }: AesCbcCipher): Bytes {
  requireLength("AES key", key, KEY_BYTES);
  requireLength("AES-CBC iv", iv, BLOCK_BYTES);
  if (ciphertext.length === 0 || ciphertext.length % BLOCK_BYTES !== 0) throw decryptFailed();
  const plaintext = primitives.aesCbcDecrypt({ key, iv }, ciphertext);
  if (!plaintext) throw decryptFailed();
  return plaintext;
}

/** Input of {@link aesCtr}: 32-byte key, 16-byte counter block. */
export interface AesCtrInput {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * AES-256 in counter mode from a 16-byte counter block (NIST SP 800-38A); the same call encrypts and
 * decrypts. Not authenticated, and a key with a counter block is for one message: pair it with a MAC.
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function aesCtr({ key, iv, data }: AesCtrInput): Bytes {
  requireLength("AES key", key, KEY_BYTES);
  requireLength("AES-CTR counter block", iv, BLOCK_BYTES);
  return primitives.aesCtr({ key, iv }, data);
}

/** Input of {@link aesGcmSeal}: 32-byte key, 12-byte nonce never used before with this key. */
export interface AesGcmPlain {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly associatedData: Uint8Array;
}

/**
 * AES-256-GCM (NIST SP 800-38D): ciphertext || 16-byte tag.
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function aesGcmSeal({ key, nonce, plaintext, associatedData }: AesGcmPlain): Bytes {
  requireLength("AES key", key, KEY_BYTES);
  requireLength("AES-GCM nonce", nonce, NONCE_BYTES);
  return primitives.aesGcmSeal({ key, iv: nonce }, plaintext, associatedData);
}

/** Input of {@link aesGcmOpen}: 32-byte key, 12-byte nonce, ciphertext || 16-byte tag. */
export interface AesGcmCipher {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly associatedData: Uint8Array;
}

/** @throws BaseError `CRYPTO_LENGTH`, `DECRYPT_FAILED` */
export function aesGcmOpen({ key, nonce, ciphertext, associatedData }: AesGcmCipher): Bytes {
  requireLength("AES key", key, KEY_BYTES);
  requireLength("AES-GCM nonce", nonce, NONCE_BYTES);
  if (ciphertext.length < TAG_BYTES) throw decryptFailed();
  const plaintext = primitives.aesGcmOpen({ key, iv: nonce }, ciphertext, associatedData);
  if (!plaintext) throw decryptFailed();
  return plaintext;
}
