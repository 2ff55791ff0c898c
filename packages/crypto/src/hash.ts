import { BaseError, toUtf8 } from "@cloister/bytes";
import { primitives } from "#primitives";
import type { Bytes } from "./primitives.ts";
import { shortHkdf, shortHmacs } from "./short-hmac.ts";

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

/** The {@link hmacSha256} of each of several short messages under one key, for less than one call for each. */
export function hmacSha256Each<const Messages extends readonly Uint8Array[]>(
  key: Uint8Array,
  ...messages: Messages
): EachBytes<Messages> {
  return shortHmacs(key, messages) as EachBytes<Messages>;
}

/** One array for each element of `List`. */
type EachBytes<List extends readonly unknown[]> = { readonly [Index in keyof List]: Bytes };

/** What goes into HKDF. An empty salt stands for 32 zero bytes; text in `info` is UTF-8. */
interface HkdfSource {
  readonly ikm: Uint8Array;
  readonly salt: Uint8Array;
  readonly info: Uint8Array | string;
}

/** Input of {@link hkdfSha256}. */
export interface HkdfInput extends HkdfSource {
  /** 1 to 8160. */
  readonly lengthBytes: number;
}

/**
 * HKDF-SHA256, extract and expand (RFC 5869).
 * @throws BaseError `CRYPTO_LENGTH` unless 1 to 8160 bytes are asked for
 */
export function hkdfSha256({ lengthBytes, ...source }: HkdfInput): Bytes {
  const [out] = hkdfSha256Keys({ ...source, lengths: [lengthBytes] });
  return out;
}

/** Input of {@link hkdfSha256Keys}. */
export interface HkdfKeysInput<Lengths extends readonly number[]> extends HkdfSource {
  /** In bytes, 1 to 8160 together. */
  readonly lengths: Lengths;
}

/**
 * The output of {@link hkdfSha256} cut into keys, each an array of its own.
 * @throws BaseError `CRYPTO_LENGTH` unless 1 to 8160 bytes are asked for
 */
export function hkdfSha256Keys<const Lengths extends readonly number[]>({
  ikm,
  salt,
  info,
  lengths,
}: HkdfKeysInput<Lengths>): EachBytes<Lengths> {
  let lengthBytes = 0;
  for (const length of lengths) lengthBytes += length > 0 ? length : Number.NaN;
  if (!Number.isInteger(lengthBytes) || lengthBytes < 1 || lengthBytes > 255 * HASH_BYTES) {
    throw new BaseError("Usage", "CRYPTO_LENGTH", "HKDF-SHA256 yields 1 to 8160 bytes");
  }
  const keys = shortHkdf({ ikm, salt, info: typeof info === "string" ? toUtf8(info) : info, lengths });
  return keys as readonly Bytes[] as EachBytes<Lengths>;
}
