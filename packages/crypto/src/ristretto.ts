/**
 * ristretto255 (RFC 9496): a prime-order group without cofactor, for proofs and threshold decryption. Elements
 * are their 32 bytes, scalars are integers modulo the order. JavaScript's bigints: not constant-time.
 */
import { BaseError, toUtf8 } from "@cloister/bytes";
import { ed25519, ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import type { Random } from "./checks.ts";
import { randomScalar, scalar } from "./edwards-group.ts";
import type { Bytes } from "./primitives.ts";

export { decodeScalar, encodeScalar, scalar, wideScalar } from "./edwards-group.ts";

const { Point } = ristretto255;

/** The base element. */
export const ristrettoBase: Bytes = new Uint8Array(Point.BASE.toBytes());

/**
 * A random scalar that is not zero.
 * @throws BaseError `CRYPTO_RANDOM`, also for the zero that only a broken source gives
 */
export function randomSecret(random: Random): bigint {
  const secret = randomScalar(random);
  if (secret === 0n) throw new BaseError("Internal", "CRYPTO_RANDOM", "the random source returned zeros");
  return secret;
}

/** The inverse modulo the order. @throws BaseError `CRYPTO_GROUP` for zero */
export function invertScalar(value: bigint): bigint {
  const reduced = scalar(value);
  if (reduced === 0n) throw new BaseError("Usage", "CRYPTO_GROUP", "zero has no inverse");
  return ed25519.Point.Fn.inv(reduced);
}

/**
 * Whether bytes are the one encoding of an element that is not the identity (RFC 9496 section 4.3.1).
 * `bytes` is attacker-controlled.
 */
export function isRistrettoElement(bytes: Uint8Array): boolean {
  try {
    return !Point.fromBytes(bytes).is0();
  } catch {
    return false;
  }
}

/**
 * A secret multiple of an element.
 * @param factor a scalar, not zero
 * @throws BaseError `CRYPTO_GROUP` for zero and for what is no element
 */
export function ristrettoMultiply(factor: bigint, element: Uint8Array): Bytes {
  const reduced = scalar(factor);
  if (reduced === 0n) throw new BaseError("Usage", "CRYPTO_GROUP", "zero is no secret");
  return new Uint8Array(decode(element).multiply(reduced).toBytes());
}

/**
 * The sum of public multiples, in variable time; 32 zero bytes when it is the identity.
 * @throws BaseError `CRYPTO_GROUP` for what is no element
 */
export function ristrettoSum(...terms: readonly (readonly [factor: bigint, element: Uint8Array])[]): Bytes {
  const points = terms.map(([factor, element]) => decode(element).multiplyUnsafe(scalar(factor)));
  return new Uint8Array(points.reduce((left, right) => left.add(right), Point.ZERO).toBytes());
}

/**
 * An element whose logarithm nobody knows: ristretto255_XMD:SHA-512_R255MAP_RO_ (RFC 9380 appendix B).
 * @param domain separates uses, 1 to 255 bytes of UTF-8
 */
export function ristrettoHash(message: Uint8Array, domain: string): Bytes {
  return new Uint8Array(ristretto255_hasher.hashToCurve(message, { DST: toUtf8(domain) }).toBytes());
}

function decode(element: Uint8Array): InstanceType<typeof Point> {
  // For its own base noble keeps a table, which makes multiples of it several times cheaper.
  if (element === ristrettoBase) return Point.BASE;
  try {
    return Point.fromBytes(element);
  } catch (cause) {
    throw new BaseError("Usage", "CRYPTO_GROUP", "this is no group element; check it first", { cause });
  }
}
