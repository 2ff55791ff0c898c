import { BaseError } from "@cloister/bytes";
import { type CborMap, decodeCbor, encodeCbor } from "@cloister/codec";
import type { CachedTable, Table } from "./database.ts";

/** Rows of version 1 that stay in the store. */
export function table<T extends object>(name: string): Table<T> {
  return { name, encode, decode: (bytes) => decode(bytes) as T };
}

/** Rows of version 1 that are in memory. */
export function cached<T extends object>(name: string): CachedTable<T> {
  return { ...table<T>(name), cached: true };
}

/** Tables with one row hold it under this key. */
export const only = "only";

/** Numbers as keys that sort like numbers. */
export function orderKey(order: number): string {
  return String(order).padStart(16, "0");
}

function encode(value: object): Uint8Array {
  return encodeCbor({ v: 1, ...(value as CborMap) });
}

function decode(bytes: Uint8Array): object {
  const { v, ...value } = decodeCbor(bytes) as CborMap;
  if (v !== 1) throw new BaseError("Usage", "STORE_VERSION", "a newer Cloister wrote this; update this one");
  return value;
}
