/**
 * What a caller can do about an error. One family per reaction, not one per cause.
 *
 * - `Usage`: the caller passed something this API never accepts; fix the call.
 * - `Decode`: bytes or text from outside are malformed; drop them.
 * - `Verification`: well-formed but not authentic; drop them and tell the person.
 * - `Policy`: understood and refused by a rule; show the rule.
 * - `Conflict`: the state moved on; reload and decide again.
 * - `Unavailable`: not now; retry later.
 * - `Internal`: a bug here.
 */
export type ErrorFamily =
  | "Usage"
  | "Decode"
  | "Verification"
  | "Policy"
  | "Conflict"
  | "Unavailable"
  | "Internal";

/**
 * The one error class. `code` names the rule that was broken (`RATCHET-012`, `MAILBOX_FULL`),
 * `message` says what to do. Neither may hold keys, plaintext or anything about a patient.
 */
export class BaseError<Code extends string = string> extends Error {
  readonly family: ErrorFamily;
  readonly code: Code;

  constructor(family: ErrorFamily, code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = `${family}Error`;
    this.family = family;
    this.code = code;
  }

  /** True when the same call may succeed later without any change. */
  get retryable(): boolean {
    return this.family === "Unavailable";
  }
}

/** Whether `error` is a {@link BaseError}, optionally with this exact code. */
export function isBaseError(error: unknown, code?: string): error is BaseError {
  return error instanceof BaseError && (code === undefined || error.code === code);
}

/**
 * Narrows the impossible case of a switch.
 * @throws BaseError `INTERNAL_UNREACHABLE`
 */
export function unreachable(value: never): never {
  throw new BaseError("Internal", "INTERNAL_UNREACHABLE", `unexpected variant ${typeof value}`);
}
