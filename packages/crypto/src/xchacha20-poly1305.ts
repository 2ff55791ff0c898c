import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { decryptFailed } from "./aes.ts";
import { requireLength } from "./checks.ts";
import type { Bytes } from "./primitives.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 24;

/** A 32-byte key and a 24-byte nonce, together for one message. */
export interface XChaChaKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

/**
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): ciphertext || 16-byte tag.
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function xchachaSeal(use: XChaChaKey, plaintext: Uint8Array): Bytes {
  return new Uint8Array(cipher(use).encrypt(plaintext));
}

/** @throws BaseError `CRYPTO_LENGTH`, `DECRYPT_FAILED` */
export function xchachaOpen(use: XChaChaKey, ciphertext: Uint8Array): Bytes {
  const opener = cipher(use);
  try {
    return new Uint8Array(opener.decrypt(ciphertext));
  } catch {
    throw decryptFailed();
  }
}

function cipher({ key, nonce }: XChaChaKey) {
  requireLength("XChaCha20-Poly1305 key", key, KEY_BYTES);
  requireLength("XChaCha20-Poly1305 nonce", nonce, NONCE_BYTES);
  return xchacha20poly1305(key, nonce);
}
