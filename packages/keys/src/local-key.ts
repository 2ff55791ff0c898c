import { concatBytes } from "@cloister/bytes";
import { aesGcmOpen, aesGcmSeal, type Random } from "@cloister/crypto";
import { KEY_BYTES } from "./port.ts";
import { demand, keyError } from "./rules.ts";
import { type KeyScope, scopeBytes } from "./scope.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Input of {@link wrapLocally}. */
export interface LocalWrap {
  /** The key-encryption key, 32 bytes. */
  readonly kek: Uint8Array;
  readonly key: Uint8Array;
  readonly scope: KeyScope;
  readonly random: Random;
}

/**
 * Wraps a data key with a key in memory: nonce || AES-256-GCM with the scope as associated data, 60 bytes.
 * Nonces are random: at most 2^32 keys under one `kek` (NIST SP 800-38D section 8.3).
 * @throws BaseError `KEY_LENGTH`, `KEY_SCOPE`
 */
export function wrapLocally({ kek, key, scope, random }: LocalWrap): Bytes {
  demand(key.length === KEY_BYTES, "KEY_LENGTH");
  const nonce = random(NONCE_BYTES);
  const associatedData = scopeBytes(scope);
  return concatBytes(nonce, aesGcmSeal({ key: kek, nonce, plaintext: key, associatedData }));
}

/** The inverse; `wrapped` is attacker-controlled. @throws BaseError `KEY_UNWRAP`, `KEY_SCOPE` */
export function unwrapLocally(input: {
  readonly kek: Uint8Array;
  readonly wrapped: Uint8Array;
  readonly scope: KeyScope;
}): Bytes {
  const associatedData = scopeBytes(input.scope);
  demand(input.wrapped.length === NONCE_BYTES + KEY_BYTES + TAG_BYTES, "KEY_UNWRAP");
  const nonce = input.wrapped.subarray(0, NONCE_BYTES);
  const ciphertext = input.wrapped.subarray(NONCE_BYTES);
  try {
    return aesGcmOpen({ key: input.kek, nonce, ciphertext, associatedData });
  } catch (cause) {
    throw keyError("KEY_UNWRAP", { cause });
  }
}
