/**
 * SHA-256, HMAC and HKDF, the same for Node and browsers. For short input a hash object, native or not, costs
 * more than the hashing; so this lays out the blocks itself and takes from noble the compression alone. What
 * it works in is made once and overwritten at the end of each use.
 */
import { _SHA256, sha256 } from "@noble/hashes/sha2.js";
import type { Bytes } from "./primitives.ts";

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
/** Where the last block's length in bits begins (FIPS 180-4 section 5.1.1). */
const LENGTH_OFFSET = BLOCK_BYTES - 8;
const PAD_BIT = 0x80;

const block = new Uint8Array(BLOCK_BYTES);
const blockView = new DataView(block.buffer);
const digest = new Uint8Array(HASH_BYTES);
const digestView = new DataView(digest.buffer);

/** A chaining value (FIPS 180-4 section 6.2): noble's, without the buffering around it. */
class Chaining extends _SHA256 {
  become(other: Chaining): void {
    this.set(other.A, other.B, other.C, other.D, other.E, other.F, other.G, other.H);
  }

  /** Takes in {@link block}. */
  step(): void {
    this.process(blockView, 0);
  }

  write(out: DataView): void {
    out.setUint32(0, this.A);
    out.setUint32(4, this.B);
    out.setUint32(8, this.C);
    out.setUint32(12, this.D);
    out.setUint32(16, this.E);
    out.setUint32(20, this.F);
    out.setUint32(24, this.G);
    out.setUint32(28, this.H);
  }

  /** Overwrites this, and what the steps of all of them left in noble's schedule. */
  wipe(): void {
    this.set(0, 0, 0, 0, 0, 0, 0, 0);
    this.roundClean();
  }
}

const initial = new Chaining();
/** What the two padded forms of a key leave behind: whatever is hashed under it goes on from here. */
const innerKey = new Chaining();
const outerKey = new Chaining();
const work = new Chaining();
/** The same for the key of zeros, which is HKDF's salt where there is none. */
const innerZeros = new Chaining();
const outerZeros = new Chaining();
padKey(innerZeros, new Uint8Array(), 0x36);
padKey(outerZeros, new Uint8Array(), 0x5c);

/** SHA-256. */
export function shortSha256(data: Uint8Array): Bytes {
  work.become(initial);
  absorb(data, 0);
  close(data.length);
  work.write(digestView);
  const out = digest.slice();
  forgetKey();
  return out;
}

/** RFC 2104 over the parts in a row. The key may be of any length. */
export function shortHmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes {
  holdKey(key);
  macUnderKey(parts);
  const mac = digest.slice();
  forgetKey();
  return mac;
}

/** The HMACs of several messages under one key. */
export function shortHmacs(key: Uint8Array, messages: readonly Uint8Array[]): Bytes[] {
  holdKey(key);
  const macs = messages.map((message) => {
    macUnderKey([message]);
    return digest.slice();
  });
  forgetKey();
  return macs;
}

/** RFC 5869, the output cut into pieces of these lengths (1 to 8160 bytes together). */
export function shortHkdf(input: {
  readonly ikm: Uint8Array;
  readonly salt: Uint8Array;
  readonly info: Uint8Array;
  readonly lengths: readonly number[];
}): Bytes[] {
  holdKey(input.salt);
  macUnderKey([input.ikm]);
  holdKey(digest);
  const counter = new Uint8Array(1);
  let used = HASH_BYTES;
  const out = input.lengths.map((lengthBytes) => {
    const piece = new Uint8Array(lengthBytes);
    for (let at = 0; at < lengthBytes; ) {
      if (used === HASH_BYTES) {
        counter[0] = (counter[0] ?? 0) + 1;
        macUnderKey(counter[0] === 1 ? [input.info, counter] : [digest, input.info, counter]);
        used = 0;
      }
      const end = Math.min(HASH_BYTES, used + lengthBytes - at);
      piece.set(end - used === HASH_BYTES ? digest : digest.subarray(used, end), at);
      at += end - used;
      used = end;
    }
    return piece;
  });
  forgetKey();
  return out;
}

function holdKey(key: Uint8Array): void {
  if (key.length === 0) {
    innerKey.become(innerZeros);
    outerKey.become(outerZeros);
    return;
  }
  const short = key.length > BLOCK_BYTES ? sha256(key) : key;
  padKey(innerKey, short, 0x36);
  padKey(outerKey, short, 0x5c);
}

function padKey(state: Chaining, key: Uint8Array, pad: number): void {
  block.fill(pad);
  for (let at = 0; at < key.length; at += 1) block[at] = (key[at] ?? 0) ^ pad;
  state.become(initial);
  state.step();
}

/** Leaves the result in {@link digest}, which may be one of the parts. */
function macUnderKey(parts: readonly Uint8Array[]): void {
  work.become(innerKey);
  let lengthBytes = BLOCK_BYTES;
  for (const part of parts) {
    absorb(part, lengthBytes % BLOCK_BYTES);
    lengthBytes += part.length;
  }
  close(lengthBytes);
  work.write(blockView);
  work.become(outerKey);
  close(BLOCK_BYTES + HASH_BYTES);
  work.write(digestView);
}

/** Goes on at `filled` in {@link block}. */
function absorb(part: Uint8Array, filled: number): void {
  let to = filled;
  for (let at = 0; at < part.length; at += 1) {
    block[to] = part[at] ?? 0;
    to += 1;
    if (to === BLOCK_BYTES) {
      work.step();
      to = 0;
    }
  }
}

/** The padding at the end of so many bytes. */
function close(lengthBytes: number): void {
  const filled = lengthBytes % BLOCK_BYTES;
  block[filled] = PAD_BIT;
  block.fill(0, filled + 1);
  if (filled >= LENGTH_OFFSET) {
    work.step();
    block.fill(0);
  }
  blockView.setUint32(LENGTH_OFFSET, Math.floor(lengthBytes / 2 ** 29));
  blockView.setUint32(LENGTH_OFFSET + 4, lengthBytes * 8);
  work.step();
}

function forgetKey(): void {
  for (const state of [innerKey, outerKey, work]) state.wipe();
  block.fill(0);
  digest.fill(0);
}
