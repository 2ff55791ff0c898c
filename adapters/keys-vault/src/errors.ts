import { type KeyCode, keyError } from "@cloister/keys";

/**
 * What Vault's refusals mean, by status and by what its texts hold, as a real server was seen to answer.
 * Statuses alone say too little: a wrong context is a 500, an archived version a 400. First match counts.
 */
const meanings: readonly (readonly [status: number, text: string, code: KeyCode, hint?: string])[] = [
  [500, "message authentication failed", "KEY_UNWRAP"],
  [400, "message authentication failed", "KEY_UNWRAP"],
  [400, "invalid ciphertext", "KEY_UNWRAP"],
  [400, "too old", "KEY_RETIRED"],
  [400, "missing 'context'", "KEY_CONFIGURATION", "a derived key needs a context"],
  [400, "invalid secret id", "KEY_DENIED", "the secret id is used up or wrong; issue a new one"],
  [400, "invalid role", "KEY_DENIED", "the role id is wrong"],
  [
    400,
    "wrapping token is not valid",
    "KEY_DENIED",
    "the wrapped secret id was opened before; treat it as stolen",
  ],
  [400, "key not found", "KEY_MISSING"],
  [400, "", "KEY_CONFIGURATION"],
  [403, "", "KEY_DENIED"],
  [404, "", "KEY_MISSING"],
  [503, "sealed", "KEY_UNAVAILABLE", "sealed; somebody has to unseal it"],
];

/** The error for an answer of Vault. Its own texts may quote a request, so they are read and not repeated. */
export function vaultError(status: number, errors: readonly string[]): Error {
  const text = errors.join("\n");
  const found = meanings.find(([wanted, part]) => wanted === status && text.includes(part));
  const fallback =
    status === 429 || status >= 500 || status === 412 ? "KEY_UNAVAILABLE" : "KEY_CONFIGURATION";
  const [, , code, hint] = found ?? [status, "", fallback];
  return keyError(code, { detail: hint ?? `Vault answered ${status}` });
}

/** Vault does not know the token any more. A token that may not do something has a longer text. */
export function isTokenRejected(status: number, errors: readonly string[]): boolean {
  return status === 403 && errors.some((text) => text === "permission denied" || text === "invalid token");
}
