import { BaseError, type ErrorFamily } from "@cloister/bytes";
import type { WireErrorCode } from "@cloister/contracts/errors";
import type { AccountId } from "@cloister/contracts/ids";

const meanings: { readonly [Code in WireErrorCode]: readonly [ErrorFamily, string] } = {
  REQUEST_INVALID: ["Decode", "the request is not what this route takes; see the contracts"],
  FRAME_INVALID: ["Decode", "not a frame of version 1, or not one that may come here"],
  UNAUTHENTICATED: ["Policy", "open a session and send its token"],
  CHALLENGE_INVALID: ["Policy", "the challenge is spent, too old or wrongly signed; ask for a new one"],
  FORBIDDEN: ["Policy", "this identity may not do that"],
  INVITATION_REQUIRED: ["Policy", "this organisation admits by invitation; ask it for one"],
  INVITATION_INVALID: ["Policy", "the organisation did not make this invitation; copy the whole link again"],
  INVITATION_EXPIRED: ["Policy", "this invitation has expired; ask for a new one"],
  INVITATION_USED: ["Policy", "this invitation was used already; ask for a new one"],
  DEVICE_REVOKED: ["Policy", "this device was revoked; link it again"],
  NOT_FOUND: ["Usage", "there is nothing here"],
  ACCOUNT_UNKNOWN: ["Usage", "no such account"],
  DEVICE_LIMIT: ["Policy", "the account has as many devices as it may; revoke one first"],
  DEVICES_CHANGED: ["Conflict", "the account's devices changed; fetch them and send again"],
  IDENTITY_MISMATCH: ["Verification", "the account has another identity key"],
  DISPLACED: ["Conflict", "the device opened a newer connection"],
  TOO_LARGE: ["Usage", "too large; send less at once"],
  RATE_LIMITED: ["Unavailable", "too many requests; wait and try again"],
  MAILBOX_FULL: ["Unavailable", "the recipient's mailbox is full; try again later"],
  STORAGE_FULL: ["Unavailable", "the account keeps as much here as it may; delete some or try again later"],
  UNAVAILABLE: ["Unavailable", "the relay cannot do this now; try again later"],
  INTERNAL: ["Internal", "the relay failed; try again later"],
};

/** What a refusal may tell beside its code. */
export interface RefusalDetails {
  /** Replaces the code's general text; never about a person. */
  readonly message?: string;
  readonly cause?: unknown;
  /** Whose devices changed, who is unknown, or whose mailbox is full. */
  readonly account?: AccountId;
  /** When the same request may succeed. */
  readonly retryAfterMs?: number;
}

/** Every refusal of the relay; its code goes over the wire as it is. */
export class RelayError extends BaseError<WireErrorCode> {
  readonly account: AccountId | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: WireErrorCode, details: RefusalDetails = {}) {
    const [family, text] = meanings[code];
    super(family, code, details.message ?? text, { cause: details.cause });
    this.account = details.account;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whatever was thrown, as the relay tells it to others: a bug says INTERNAL and nothing more. */
export function toRelayError(error: unknown): RelayError {
  return error instanceof RelayError ? error : new RelayError("INTERNAL", { cause: error });
}
