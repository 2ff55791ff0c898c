import { primitives } from "#primitives";
import {
  type AesGcmCipher,
  type AesGcmPlain,
  decryptFailed,
  KEY_BYTES,
  NONCE_BYTES,
  TAG_BYTES,
} from "./aes.ts";
import { requireLength } from "./checks.ts";
import type { Bytes } from "./primitives.ts";

/**
 * AES-256-GCM-SIV (RFC 8452): ciphertext || 16-byte tag. A nonce used twice shows that two messages are
 * equal and nothing else.
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function aesGcmSivSeal({ key, nonce, plaintext, associatedData }: AesGcmPlain): Bytes {
  requireLength("AES key", key, KEY_BYTES);
  requireLength("AES-GCM-SIV nonce", nonce, NONCE_BYTES);
  return primitives.aesGcmSivSeal({ key, iv: nonce }, plaintext, associatedData);
}

/** The inverse. @throws BaseError `CRYPTO_LENGTH`, `DECRYPT_FAILED` */
export function aesGcmSivOpen({ key, nonce, ciphertext, associatedData }: AesGcmCipher): Bytes {
  requireLength("AES key", key, KEY_BYTES);
  requireLength("AES-GCM-SIV nonce", nonce, NONCE_BYTES);
  if (ciphertext.length < TAG_BYTES) throw decryptFailed();
  const plaintext = primitives.aesGcmSivOpen({ key, iv: nonce }, ciphertext, associatedData);
  if (!plaintext) throw decryptFailed();
  return plaintext;
}
