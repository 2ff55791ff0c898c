/** Error codes that cross the wire, with the HTTP status they travel under. Text for people comes beside the code. */
export const wireErrors = {
  REQUEST_INVALID: 400,
  FRAME_INVALID: 400,
  UNAUTHENTICATED: 401,
  CHALLENGE_INVALID: 401,
  FORBIDDEN: 403,
  INVITATION_REQUIRED: 403,
  INVITATION_INVALID: 403,
  INVITATION_EXPIRED: 403,
  INVITATION_USED: 403,
  DEVICE_REVOKED: 403,
  NOT_FOUND: 404,
  ACCOUNT_UNKNOWN: 404,
  DEVICE_LIMIT: 409,
  DEVICES_CHANGED: 409,
  IDENTITY_MISMATCH: 409,
  /** The device opened a newer connection; do not connect again by yourself. */
  DISPLACED: 409,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
  MAILBOX_FULL: 507,
  STORAGE_FULL: 507,
  UNAVAILABLE: 503,
  INTERNAL: 500,
} as const;

/** A code that either end may send. */
export type WireErrorCode = keyof typeof wireErrors;

/** Whether a text from the other end is a code that this version knows. */
export function isWireErrorCode(code: string): code is WireErrorCode {
  return Object.hasOwn(wireErrors, code);
}

/** Body of every HTTP error answer. */
export interface WireErrorBody {
  readonly error: WireErrorCode;
  readonly message: string;
}

const retryable: ReadonlySet<WireErrorCode> = new Set([
  "RATE_LIMITED",
  "UNAVAILABLE",
  "MAILBOX_FULL",
  "STORAGE_FULL",
  "INTERNAL",
]);

/** Codes after which the same request may succeed later. */
export function isRetryableWireError(code: WireErrorCode): boolean {
  return retryable.has(code);
}
