import { BaseError, equalBytes, fromBase64Url, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import type { Context } from "hono";
import { z } from "zod/mini";

/** A whole number below 10^16 in a query. */
export const number = z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,15})$/));
const hash = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));
/** Which leaf: by index or by hash. */
export const leafQuery = z.union([z.strictObject({ index: number }), z.strictObject({ hash })]);
/** Which leaf, in a tree of which size. */
export const inclusionQuery = z.union([
  z.strictObject({ index: number, size: number }),
  z.strictObject({ hash, size: number }),
]);

/** @throws BaseError `UNAUTHENTICATED` */
export function bearer(context: Context): string {
  const [scheme, token, ...rest] = (context.req.header("Authorization") ?? "").split(" ");
  if (scheme !== "Bearer" || token === undefined || rest.length > 0) {
    throw new BaseError("Verification", "UNAUTHENTICATED", "send Authorization: Bearer and your token");
  }
  return token;
}

/** @throws BaseError `UNAUTHENTICATED`, `FORBIDDEN` */
export function requireReader(context: Context, readerToken: string | undefined): void {
  const presented = bearer(context);
  if (readerToken === undefined || !sameSecret(presented, readerToken)) {
    throw new BaseError("Policy", "FORBIDDEN", "entries are for holders of the reader token");
  }
}

/** Hashes first, so that the time of the comparison says nothing about the secret's length either. */
function sameSecret(a: string, b: string): boolean {
  return equalBytes(sha256(toUtf8(a)), sha256(toUtf8(b)));
}

/** @throws BaseError `REQUEST_INVALID` */
export function decode(text: string): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch {
    throw invalid("byte strings are base64url without padding");
  }
}

/** @throws BaseError `REQUEST_INVALID` */
export function parse<T extends z.core.$ZodType>(schema: T, value: unknown): z.output<T> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  throw invalid("the request does not have the fields that the README lists");
}

export function invalid(message: string): BaseError {
  return new BaseError("Decode", "REQUEST_INVALID", message);
}
