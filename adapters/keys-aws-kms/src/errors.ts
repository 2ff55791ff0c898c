import { type KeyCode, keyError } from "@cloister/keys";

/** What the exceptions of the API reference mean to a caller. */
const meanings: Readonly<Record<string, KeyCode>> = {
  InvalidCiphertextException: "KEY_UNWRAP",
  IncorrectKeyException: "KEY_UNWRAP",
  NotFoundException: "KEY_MISSING",
  DisabledException: "KEY_RETIRED",
  KMSInvalidStateException: "KEY_RETIRED",
  AccessDeniedException: "KEY_DENIED",
  UnrecognizedClientException: "KEY_DENIED",
  InvalidClientTokenId: "KEY_DENIED",
  InvalidSignatureException: "KEY_DENIED",
  IncompleteSignature: "KEY_DENIED",
  MissingAuthenticationToken: "KEY_DENIED",
  ExpiredTokenException: "KEY_DENIED",
  LimitExceededException: "KEY_DENIED",
  DependencyTimeoutException: "KEY_UNAVAILABLE",
  KeyUnavailableException: "KEY_UNAVAILABLE",
  KMSInternalException: "KEY_UNAVAILABLE",
  ThrottlingException: "KEY_UNAVAILABLE",
  RequestLimitExceeded: "KEY_UNAVAILABLE",
  ServiceUnavailable: "KEY_UNAVAILABLE",
  InternalFailure: "KEY_UNAVAILABLE",
};

/** The error for an answer. Its message may quote the request, so only the exception's name is told. */
export function kmsError(status: number, exception: string | undefined): Error {
  const name = exception?.slice(exception.lastIndexOf("#") + 1).split(":")[0] ?? "";
  const known = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
  const isAway = status >= 500 || status === 429;
  const code = known ?? (isAway ? "KEY_UNAVAILABLE" : "KEY_CONFIGURATION");
  return keyError(code, { detail: known || /^[A-Za-z]{1,64}$/.test(name) ? name : `KMS answered ${status}` });
}
