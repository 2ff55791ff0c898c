import type { FieldReader } from "@cloister/codec";
import { broken } from "./rules.ts";

/** The UTC hour of a time, such as `2026-11-24T16Z`: the finest time that the log and receipts hold. */
export function hourOf(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 13)}Z`;
}

/** Reads an hour in the form of {@link hourOf}. @throws BaseError `LEAF_HOUR`, `CBOR_FIELD` */
export function readHour(fields: FieldReader, key: string): string {
  const hour = fields.text(key, { maxBytes: 64 });
  const timeMs = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}Z$/.test(hour)
    ? Date.parse(`${hour.slice(0, 13)}:00:00.000Z`)
    : Number.NaN;
  if (Number.isNaN(timeMs) || hourOf(timeMs) !== hour) throw broken("LEAF_HOUR");
  return hour;
}

/** An object with the field, or an empty one where the map does not have it; spread it. */
export function optional<K extends string, T>(
  fields: FieldReader,
  key: K,
  read: (key: K, fields: FieldReader) => T,
): { readonly [P in K]?: T } {
  const value = fields.optional(key, () => read(key, fields));
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: T };
}
