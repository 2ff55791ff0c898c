import type { Scope } from "@cloister/answering";
import { concatBytes, toBase64Url, toUtf8, uint32 } from "@cloister/bytes";
import { hmacSha256 } from "@cloister/crypto";

/**
 * What parts one conversation's prefix cache from all others: HMAC under a secret of the tenant. Without it the
 * time to the first token tells what somebody else's prompt began with (CVE-2025-46570); with a salt that can
 * be guessed, too. 43 characters; says nothing about patient or session.
 */
export function cacheSalt(secret: Uint8Array, { tenant, patient, session }: Scope): string {
  const tenantSecret = hmacSha256(secret, fields("cloister model tenant", tenant));
  return toBase64Url(hmacSha256(tenantSecret, fields("cloister model cache", patient, session)));
}

/** Each with its length before it, so that no two lists of fields read alike. */
function fields(...texts: readonly string[]): Uint8Array {
  return concatBytes(...texts.map(toUtf8).flatMap((bytes) => [uint32(bytes.length), bytes]));
}
