/**
 * The prime-order group behind X25519 and Ed25519, for proofs about X25519 keys. Elements are the 32 bytes
 * of RFC 8032 section 5.1.2, scalars are integers modulo {@link L}. JavaScript's bigints: not constant-time.
 */
import { BaseError } from "@cloister/bytes";
import { ed25519 } from "@noble/curves/ed25519.js";
import { draw, type Random, requireLength } from "./checks.ts";
import { L, littleEndian } from "./little-endian.ts";
import type { Bytes } from "./primitives.ts";
import { isTorsionFreeX25519 } from "./x25519.ts";
import { clamp, toEdwards } from "./xeddsa.ts";

const { Point } = ed25519;
const SCALAR_BYTES = 32;
const WIDE_BYTES = 64;
const SIGN_BIT = 0x80;

/** The base point. */
export const groupBase: Bytes = new Uint8Array(Point.BASE.toBytes());

/** Reduces modulo the group's order, also from below zero. */
export function scalar(value: bigint): bigint {
  const rest = value % L;
  return rest < 0n ? rest + L : rest;
}

/** A uniform scalar from 64 random or hashed bytes. @throws BaseError `CRYPTO_LENGTH` */
export function wideScalar(bytes: Uint8Array): bigint {
  requireLength("a wide scalar", bytes, WIDE_BYTES);
  return littleEndian(bytes) % L;
}

/** A random scalar. @throws BaseError `CRYPTO_RANDOM` */
export function randomScalar(random: Random): bigint {
  return wideScalar(draw(random, WIDE_BYTES));
}

/** 32 bytes, little-endian. */
export function encodeScalar(value: bigint): Bytes {
  return new Uint8Array(Point.Fn.toBytes(value));
}

/** The inverse; undefined unless 32 bytes below the order. `bytes` is attacker-controlled. */
export function decodeScalar(bytes: Uint8Array): bigint | undefined {
  const value = littleEndian(bytes);
  return bytes.length === SCALAR_BYTES && value < L ? value : undefined;
}

/**
 * The element of an X25519 public key: of the two points with its u, the one with sign 0. Undefined unless
 * the key is canonical, of prime order and not the identity. `publicKey` is attacker-controlled.
 */
export function groupElement(publicKey: Uint8Array): Bytes | undefined {
  return isTorsionFreeX25519(publicKey) ? toEdwards(publicKey) : undefined;
}

/** The scalar of an X25519 private key: the one whose multiple of the base is its {@link groupElement}. */
export function groupSecret(privateKey: Uint8Array): bigint {
  requireLength("X25519 private key", privateKey, SCALAR_BYTES);
  const secret = scalar(littleEndian(clamp(privateKey)));
  const isNegative = ((Point.BASE.multiply(secret).toBytes()[SCALAR_BYTES - 1] ?? 0) & SIGN_BIT) !== 0;
  return isNegative ? L - secret : secret;
}

/**
 * Whether bytes are the one encoding of an element of prime order. The identity is none: its logarithm is
 * known to everybody. `bytes` is attacker-controlled.
 */
export function isGroupElement(bytes: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(bytes);
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false;
  }
}

/** A secret multiple (not zero) of an element. @throws BaseError `CRYPTO_GROUP` for what is no element */
export function groupMultiply(factor: bigint, element: Uint8Array): Bytes {
  return new Uint8Array(decode(element).multiply(factor).toBytes());
}

/** The sum of public multiples, in variable time. @throws BaseError `CRYPTO_GROUP` for what is no element */
export function groupSum(...terms: readonly (readonly [factor: bigint, element: Uint8Array])[]): Bytes {
  const points = terms.map(([factor, element]) => decode(element).multiplyUnsafe(scalar(factor)));
  const sum = points.reduce((left, right) => left.add(right), Point.ZERO);
  return new Uint8Array(sum.toBytes());
}

function decode(element: Uint8Array): InstanceType<typeof Point> {
  try {
    return Point.fromBytes(element);
  } catch (cause) {
    throw new BaseError("Usage", "CRYPTO_GROUP", "this is no group element; check it first", { cause });
  }
}
