import { toUtf8, zeroise } from "@cloister/bytes";
import { hkdfSha256, hmacSha256 } from "@cloister/crypto";
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
  const keys = hkdfSha256({ ikm: shared, salt: input.rootKey, info: RATCHET, lengthBytes: 64 });
  zeroise(shared);
  const out = { rootKey: keys.slice(0, 32), chainKey: keys.slice(32) };
  zeroise(keys);
  return out;
}

/** The seed of the message at the head of a chain (Double Ratchet 7.2, constant 0x01), 32 bytes. */
export function messageSeed(chainKey: Uint8Array): Bytes {
  return hmacSha256(chainKey, MESSAGE_SEED);
}

/** KDF_CK: the next chain key (constant 0x02), 32 bytes. */
export function nextChainKey(chainKey: Uint8Array): Bytes {
  return hmacSha256(chainKey, NEXT_CHAIN);
}

/** What encrypts one message. Used once, then overwritten. */
export interface MessageKeys {
  readonly cipherKey: Bytes;
  readonly macKey: Bytes;
  readonly iv: Bytes;
}

/** Message keys from the classical seed, salted with the key of the post-quantum ratchet: zeros without one. */
export function messageKeys(seed: Uint8Array, spqrKey: Uint8Array): MessageKeys {
  const keys = hkdfSha256({ ikm: seed, salt: spqrKey, info: MESSAGE_KEYS, lengthBytes: 80 });
  return { cipherKey: keys.subarray(0, 32), macKey: keys.subarray(32, 64), iv: keys.subarray(64) };
}
