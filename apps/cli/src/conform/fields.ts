import { BaseError, fromBase64 } from "@cloister/bytes";

/** A request or a part of it: JSON from outside. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws BaseError `FIELD_INVALID`, as all of these */
export function textField(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw invalid(key, "text");
  return value;
}

/** Bytes in base64. @throws BaseError `FIELD_INVALID`, `BASE64_INVALID` */
export function bytesField(fields: Fields, key: string): Uint8Array<ArrayBuffer> {
  return fromBase64(textField(fields, key));
}

export function integerField(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw invalid(key, "a whole number");
  return value;
}

export function numberField(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== "number") throw invalid(key, "a number");
  return value;
}

export function booleanField(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== "boolean") throw invalid(key, "true or false");
  return value;
}

export function objectField(fields: Fields, key: string): Fields {
  const value = fields[key];
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(key, "an object");
  return value as Fields;
}

/** Whether a field is there; null counts as absent. */
export function hasField(fields: Fields, key: string): boolean {
  return fields[key] !== undefined && fields[key] !== null;
}

function invalid(key: string, what: string): BaseError {
  return new BaseError("Decode", "FIELD_INVALID", `"${key}" must be ${what}`);
}
