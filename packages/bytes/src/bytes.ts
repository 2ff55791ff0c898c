import { BaseError } from "./errors.ts";

/** Joins the parts into one new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** A copy that shares no memory with `bytes`. */
export function copyBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/**
 * Compares in time that depends on the lengths only, as far as a JIT allows.
 * Lengths are public here; everything compared in Cloister has a fixed one.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/**
 * Overwrites secrets with zeros once their use ends. JavaScript may have copied them while it
 * moved objects or made strings; this shortens their life and cannot promise their end.
 */
export function zeroise(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

function outOfRange(bytesCount: number): BaseError {
  return new BaseError("Usage", "INTEGER_RANGE", `integer does not fit ${bytesCount} bytes`);
}

/** Big-endian, 2 bytes. @throws BaseError `INTEGER_RANGE` */
export function uint16(value: number): Uint8Array<ArrayBuffer> {
  if (value !== (value & 0xffff)) throw outOfRange(2);
  return Uint8Array.of(value >>> 8, value);
}

/** Big-endian, 4 bytes. @throws BaseError `INTEGER_RANGE` */
export function uint32(value: number): Uint8Array<ArrayBuffer> {
  if (value !== value >>> 0) throw outOfRange(4);
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Big-endian, 8 bytes. @throws BaseError `INTEGER_RANGE` */
export function uint64(value: number | bigint): Uint8Array<ArrayBuffer> {
  const integer = BigInt(value);
  if (integer < 0n || integer >= 1n << 64n) throw outOfRange(8);
  return concatBytes(uint32(Number(integer >> 32n)), uint32(Number(integer & 0xffff_ffffn)));
}

/** Reads a big-endian uint32. @throws BaseError `BYTES_TRUNCATED` */
export function readUint32(bytes: Uint8Array, offset = 0): number {
  const [a, b, c, d] = [bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]];
  if (a === undefined || b === undefined || c === undefined || d === undefined) {
    throw new BaseError("Decode", "BYTES_TRUNCATED", "input ends inside an integer");
  }
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** Reads a big-endian uint64. @throws BaseError `BYTES_TRUNCATED` */
export function readUint64(bytes: Uint8Array, offset = 0): bigint {
  return (BigInt(readUint32(bytes, offset)) << 32n) | BigInt(readUint32(bytes, offset + 4));
}
