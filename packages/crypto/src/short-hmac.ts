/**
 * HMAC-SHA256 and HKDF of short input, the same for Node and browsers. Making a hash, natively or not, costs
 * more than hashing a few blocks; so these states are made once, and overwritten at the end of each use.
 */
/* oxlint-disable no-underscore-dangle -- noble's name for copying one state into another */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Bytes } from "./primitives.ts";

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const blank = sha256.create();
/** What the two padded forms of a key leave behind: whatever is hashed under it goes on from here. */
const innerKey = sha256.create();
const outerKey = sha256.create();
const work = sha256.create();
const block = new Uint8Array(BLOCK_BYTES);
const digest = new Uint8Array(HASH_BYTES);

/** RFC 2104 over the parts in a row. The key may be of any length. */
export function shortHmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes {
  holdKey(key);
  macUnderKey(...parts);
  const mac = digest.slice();
  forgetKey();
  return mac;
}

/** RFC 5869. `lengthBytes` is 1 to 8160. */
export function shortHkdf(input: {
  readonly ikm: Uint8Array;
  readonly salt: Uint8Array;
  readonly info: Uint8Array;
  readonly lengthBytes: number;
}): Bytes {
  const { ikm, salt, info, lengthBytes } = input;
  holdKey(salt);
  macUnderKey(ikm);
  holdKey(digest);
  const out = new Uint8Array(lengthBytes);
  for (let at = 0, counter = 1; at < lengthBytes; at += HASH_BYTES, counter += 1) {
    if (at === 0) macUnderKey(info, Uint8Array.of(counter));
    else macUnderKey(digest, info, Uint8Array.of(counter));
    out.set(lengthBytes - at < HASH_BYTES ? digest.subarray(0, lengthBytes - at) : digest, at);
  }
  forgetKey();
  return out;
}

function holdKey(key: Uint8Array): void {
  const short = key.length > BLOCK_BYTES ? sha256(key) : key;
  absorb(innerKey, short, 0x36);
  absorb(outerKey, short, 0x5c);
  block.fill(0);
}

function absorb(state: typeof blank, key: Uint8Array, pad: number): void {
  block.fill(pad);
  for (let at = 0; at < key.length; at += 1) block[at] = (key[at] ?? 0) ^ pad;
  blank._cloneInto(state).update(block);
}

/** Leaves the result in {@link digest}, which may be one of the parts. */
function macUnderKey(...parts: readonly Uint8Array[]): void {
  innerKey._cloneInto(work);
  for (const part of parts) work.update(part);
  work.digestInto(digest);
  outerKey._cloneInto(work).update(digest).digestInto(digest);
}

function forgetKey(): void {
  for (const state of [innerKey, outerKey, work]) state.destroy();
  digest.fill(0);
}
