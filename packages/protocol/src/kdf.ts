import { toUtf8, zeroise } from "@cloister/bytes";
import { hkdfSha256Keys, hmacSha256, hmacSha256Each } from "@cloister/crypto";
import { agree } from "./keys.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const RATCHET = toUtf8("WhisperRatchet");
const MESSAGE_KEYS = toUtf8("WhisperMessageKeys");
const MESSAGE_SEED = Uint8Array.of(0x01);
const NEXT_CHAIN = Uint8Array.of(0x02);

/** KDF_RK (Double Ratchet 7.2): a Diffie-Hellman result moves the root key and opens a chain. */
export function stepRoot(input: {
  readonly rootKey: Uint8Array;
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}): { rootKey: Bytes; chainKey: Bytes } {
  const shared = agree(input.privateKey, input.publicKey);
  const source = { ikm: shared, salt: input.rootKey, info: RATCHET };
  const [rootKey, chainKey] = hkdfSha256Keys({ ...source, lengths: [32, 32] });
  zeroise(shared);
  return { rootKey, chainKey };
}

/** The seed of the message at the head of a chain (Double Ratchet 7.2, constant 0x01), 32 bytes. */
export function messageSeed(chainKey: Uint8Array): Bytes {
  return hmacSha256(chainKey, MESSAGE_SEED);
}

/** KDF_CK: the next chain key (constant 0x02), 32 bytes. */
export function nextChainKey(chainKey: Uint8Array): Bytes {
  return hmacSha256(chainKey, NEXT_CHAIN);
}

/** Both of the above. */
export function stepChain(chainKey: Uint8Array): { readonly seed: Bytes; readonly next: Bytes } {
  const [seed, next] = hmacSha256Each(chainKey, MESSAGE_SEED, NEXT_CHAIN);
  return { seed, next };
}

/** What encrypts one message. Used once, then overwritten. */
export interface MessageKeys {
  readonly cipherKey: Bytes;
  readonly macKey: Bytes;
  readonly iv: Bytes;
}

/** Message keys from the classical seed, salted with the key of the post-quantum ratchet: zeros without one. */
export function messageKeys(seed: Uint8Array, spqrKey: Uint8Array): MessageKeys {
  const source = { ikm: seed, salt: spqrKey, info: MESSAGE_KEYS };
  const [cipherKey, macKey, iv] = hkdfSha256Keys({ ...source, lengths: [32, 32, 16] });
  return { cipherKey, macKey, iv };
}
