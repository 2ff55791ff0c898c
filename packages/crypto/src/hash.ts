import { BaseError, toUtf8 } from "@cloister/bytes";
import { primitives } from "#primitives";
import type { Bytes } from "./primitives.ts";
import { shortHkdf } from "./short-hmac.ts";

const HASH_BYTES = 32;

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(data: Uint8Array): Bytes {
  return primitives.sha256(data);
}

/** SHA-384 (FIPS 180-4), 48 bytes. */
export function sha384(data: Uint8Array): Bytes {
  return primitives.sha384(data);
}

/** SHA-512 (FIPS 180-4), 64 bytes. */
export function sha512(data: Uint8Array): Bytes {
  return primitives.sha512(data);
}

/**
 * HMAC-SHA256 (RFC 2104) over the parts in a row, 32 bytes; keys of any length. Compare with `equalBytes`.
 * Where the parts end is not covered.
 */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes {
  return primitives.hmacSha256(key, ...parts);
}

/** Input of {@link hkdfSha256}. An empty salt stands for 32 zero bytes; text in `info` is UTF-8. */
export interface HkdfInput {
  readonly ikm: Uint8Array;
  readonly salt: Uint8Array;
  readonly info: Uint8Array | string;
  /** 1 to 8160. */
  readonly lengthBytes: number;
}

/**
 * HKDF-SHA256, extract and expand (RFC 5869).
 * @throws BaseError `CRYPTO_LENGTH` unless 1 to 8160 bytes are asked for
 */
export function hkdfSha256({ ikm, salt, info, lengthBytes }: HkdfInput): Bytes {
  if (!Number.isInteger(lengthBytes) || lengthBytes < 1 || lengthBytes > 255 * HASH_BYTES) {
    throw new BaseError("Usage", "CRYPTO_LENGTH", "HKDF-SHA256 yields 1 to 8160 bytes");
  }
  return shortHkdf({ ikm, salt, info: typeof info === "string" ? toUtf8(info) : info, lengthBytes });
}
