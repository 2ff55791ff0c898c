import { BaseError, type ErrorFamily, isBaseError } from "@cloister/bytes";
import type { Context } from "hono";

const statusByFamily = {
  Usage: 400,
  Decode: 400,
  Verification: 400,
  Policy: 403,
  Conflict: 409,
  Unavailable: 503,
  Internal: 500,
} as const satisfies Record<ErrorFamily, number>;

const statusByCode = {
  UNAUTHENTICATED: 401,
  TOKEN_FORMAT: 401,
  TOKEN_SIGNATURE: 401,
  TOKEN_EXPIRED: 401,
  NOT_FOUND: 404,
  TILE_MISSING: 404,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
} as const;

function statusOf({ family, code }: BaseError) {
  return Object.hasOwn(statusByCode, code)
    ? statusByCode[code as keyof typeof statusByCode]
    : statusByFamily[family];
}

/** The JSON answer to an error: `{error, message}`. What is not typed is a bug here and says no more. */
export function answerError(context: Context, error: unknown): Response {
  const typed = isBaseError(error)
    ? error
    : new BaseError("Internal", "INTERNAL", "the log failed; its operator finds the code in its output");
  return context.json({ error: typed.code, message: typed.message }, statusOf(typed));
}
