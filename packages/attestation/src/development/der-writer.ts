/** Just enough DER (X.690) to make development certificates. */
import { concatBytes, fromHex, toUtf8 } from "@cloister/bytes";
import { Tag } from "../der.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** One value with the contents one after the other. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Bytes {
  const content = concatBytes(...contents);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concatBytes(Uint8Array.of(tag, ...head), content);
}

/** A positive INTEGER from big-endian bytes. */
export function derInteger(bytes: Uint8Array): Bytes {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  return der(Tag.integer, (digits[0] ?? 0) < 0x80 ? digits : concatBytes(Uint8Array.of(0), digits));
}

/** An object identifier from its encoding in hex. */
export function derOid(hex: string): Bytes {
  return der(Tag.oid, fromHex(hex));
}

/** GeneralizedTime, to the second. */
export function derTime(atMs: number): Bytes {
  const digits = new Date(atMs).toISOString().slice(0, 19).replaceAll(/\D/g, "");
  return der(Tag.generalizedTime, toUtf8(`${digits}Z`));
}

/** A BIT STRING of whole bytes. */
export function derBits(bytes: Uint8Array): Bytes {
  return der(Tag.bitString, Uint8Array.of(0), bytes);
}
