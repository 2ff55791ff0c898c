import { concatBytes, equalBytes, toUtf8 } from "@cloister/bytes";
import { hmacSha256 } from "@cloister/crypto";
import { demand } from "./rules.ts";
import { type KeyScope, scopeBytes } from "./scope.ts";

const LABEL = toUtf8("cloister key check v1");

/**
 * Commits to a key and its scope without telling the key, 32 bytes. Kept from when the key was made: a
 * key service answers an enclave in CMS with AES-CBC, which authenticates nothing (RFC 8933 section 1).
 */
export function keyCheckValue(key: Uint8Array, scope: KeyScope): Uint8Array<ArrayBuffer> {
  return hmacSha256(key, concatBytes(LABEL, scopeBytes(scope)));
}

/** @throws BaseError `KEY_CHECK` */
export function verifyKeyCheck(key: Uint8Array, scope: KeyScope, expected: Uint8Array): void {
  demand(equalBytes(keyCheckValue(key, scope), expected), "KEY_CHECK");
}
