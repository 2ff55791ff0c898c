import { concatBytes, toUtf8, zeroise } from "@cloister/bytes";
import { hkdfSha256 } from "@cloister/crypto";
import { KEY_BYTES } from "./port.ts";
import { demand } from "./rules.ts";
import { type KeyScope, scopeBytes } from "./scope.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const conversationLabel = toUtf8("cloister conversation key v1");
const partiesLabel = toUtf8("cloister key of several parties v1");

/** The key of one scope under a master key that was released to an enclave, 32 bytes. @throws BaseError `KEY_LENGTH`, `KEY_SCOPE` */
export function conversationKey(masterKey: Uint8Array, scope: KeyScope): Bytes {
  demand(masterKey.length === KEY_BYTES, "KEY_LENGTH");
  return derive(masterKey, conversationLabel, scope);
}

/**
 * One master key from what several parties released, in an agreed order: two key services, say, in the hands
 * of two organisations. Each alone has nothing; without one of them the key is lost.
 * @throws BaseError `KEY_LENGTH` for parts of other lengths, or a single one
 */
export function combineReleases(parts: readonly Uint8Array[], scope: KeyScope): Bytes {
  demand(parts.length > 1 && parts.every(({ length }) => length === KEY_BYTES), "KEY_LENGTH");
  const all = concatBytes(...parts);
  try {
    return derive(all, partiesLabel, scope);
  } finally {
    zeroise(all);
  }
}

function derive(ikm: Uint8Array, label: Uint8Array, scope: KeyScope): Bytes {
  const info = concatBytes(label, scopeBytes(scope));
  return hkdfSha256({ ikm, salt: new Uint8Array(), info, lengthBytes: KEY_BYTES });
}
