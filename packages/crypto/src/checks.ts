import { BaseError } from "@cloister/bytes";
import type { Bytes } from "./primitives.ts";

/** Source of unpredictable bytes, a port. The real one is `systemRandom` of `@cloister/crypto/random`. */
export type Random = (lengthBytes: number) => Uint8Array<ArrayBuffer>;

/** @throws BaseError `CRYPTO_LENGTH` */
export function requireLength(what: string, bytes: Uint8Array, lengthBytes: number): void {
  if (bytes.length !== lengthBytes) {
    throw new BaseError("Usage", "CRYPTO_LENGTH", `${what} must have ${lengthBytes} bytes`);
  }
}

/**
 * Draws from the port and does not trust it with the length.
 * @throws BaseError `CRYPTO_RANDOM`
 */
export function draw(random: Random, lengthBytes: number): Bytes {
  const bytes = random(lengthBytes);
  if (bytes.length !== lengthBytes) {
    throw new BaseError("Internal", "CRYPTO_RANDOM", "the random source returned a wrong length");
  }
  return bytes;
}
