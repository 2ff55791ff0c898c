import { BaseError } from "@cloister/bytes";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

/** RFC 8949 section 3.1. */
export const Major = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  simple: 7,
} as const;

/** The first byte of a data item, taken apart (RFC 8949 section 3). */
export interface CborInitial {
  /** 0 to 7, see {@link Major}. */
  readonly major: number;
  /** The additional information, 0 to 31. */
  readonly info: number;
}

/** Reads the initial byte. Every profile starts here; what `info` may be is the profile's choice. */
export function readInitial(reader: ByteReader): CborInitial {
  const byte = reader.byte();
  return { major: byte >> 5, info: byte & 31 };
}

/**
 * Reads the argument that belongs to `info`: a number when it is a safe integer, else a bigint.
 * Refuses anything but the shortest form (RFC 8949 section 4.2.1) and reserved values of `info`.
 * @throws BaseError `CBOR_NOT_CANONICAL`, `CBOR_UNSUPPORTED`, `CBOR_TRUNCATED`
 */
export function readArgument(reader: ByteReader, info: number): number | bigint {
  if (info < 24) return info;
  if (info > 27) {
    throw info === 31
      ? new BaseError("Decode", "CBOR_NOT_CANONICAL", "indefinite lengths are not accepted")
      : new BaseError("Decode", "CBOR_UNSUPPORTED", "reserved additional information");
  }
  const size = 1 << (info - 24);
  if (reader.remaining < size) throw reader.truncated();
  let high = 0;
  let low = 0;
  for (let i = 0; i < size; i += 1) {
    high = i < 4 ? high : ((high << 8) | (low >>> 24)) >>> 0;
    low = ((low << 8) | reader.byte()) >>> 0;
  }
  const shortest = size === 1 ? low >= 24 : size === 2 ? low > 0xff : size === 4 ? low > 0xffff : high > 0;
  if (!shortest) throw new BaseError("Decode", "CBOR_NOT_CANONICAL", "integer is not in its shortest form");
  if (high >= 2 ** 21) return (BigInt(high) << 32n) | BigInt(low);
  return high * 2 ** 32 + low;
}

/** Writes an initial byte and its argument in the shortest form. `argument` is 0 to 2^64-1. */
export function writeHead(writer: ByteWriter, major: number, argument: number | bigint): void {
  const top = major << 5;
  if (argument < 24) {
    writer.byte(top | Number(argument));
    return;
  }
  const power = argument < 0x100 ? 0 : argument < 0x1_0000 ? 1 : argument < 0x1_0000_0000 ? 2 : 3;
  writer.byte(top | (24 + power));
  const big = BigInt(argument);
  for (let shift = 8 * (1 << power) - 8; shift >= 0; shift -= 8) {
    writer.byte(Number((big >> BigInt(shift)) & 0xffn));
  }
}
