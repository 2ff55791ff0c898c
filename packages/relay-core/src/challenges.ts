import { concatBytes, equalBytes, readUint64, toBase64Url, toUtf8, uint64 } from "@cloister/bytes";
import { addressKey, type DeviceAddress } from "@cloister/contracts/ids";
import { hmacSha256, type Random } from "@cloister/crypto";
import type { Clock } from "./ports.ts";

const randomBytesCount = 8;
const tagBytesCount = 16;
const challengeBytesCount = 8 + randomBytesCount + tagBytesCount;

/**
 * Challenges without a table: 32 bytes that hold their own expiry and a MAC for one device, so that asking
 * for many costs no memory and pushes nobody's out. Only spent ones are remembered, until they expire.
 *
 *   uint64 expiry (monotonic) || 8 random bytes || HMAC-SHA256(key, both || address)[0..16]
 */
export class Challenges {
  readonly #key: Uint8Array;
  readonly #spent = new Map<string, number>();
  readonly #context: { readonly clock: Clock; readonly random: Random; readonly lifeMs: number };

  /** The key lives as long as this object: after a restart clients ask again. */
  constructor(context: { readonly clock: Clock; readonly random: Random; readonly lifeMs: number }) {
    this.#context = context;
    this.#key = context.random(32);
  }

  issue(address: DeviceAddress): { readonly challenge: Uint8Array; readonly expiresAtMs: number } {
    const { clock, random, lifeMs } = this.#context;
    const body = concatBytes(uint64(Math.floor(clock.monotonicMs() + lifeMs)), random(randomBytesCount));
    return {
      challenge: concatBytes(body, this.#tag(body, address)),
      expiresAtMs: Math.floor(clock.nowMs() + lifeMs),
    };
  }

  /** Whether this relay issued it to this device, recently, and it was not spent. */
  holds(challenge: Uint8Array, address: DeviceAddress): boolean {
    if (challenge.length !== challengeBytesCount) return false;
    const body = challenge.subarray(0, challengeBytesCount - tagBytesCount);
    const tag = challenge.subarray(challengeBytesCount - tagBytesCount);
    if (!equalBytes(tag, this.#tag(body, address))) return false;
    return (
      this.#context.clock.monotonicMs() < expiryOf(challenge) && !this.#spent.has(toBase64Url(challenge))
    );
  }

  /** False if it does not hold (any more). Call it once the signature is verified. */
  spend(challenge: Uint8Array, address: DeviceAddress): boolean {
    if (!this.holds(challenge, address)) return false;
    const nowMs = this.#context.clock.monotonicMs();
    for (const [key, expiryMs] of this.#spent) {
      if (expiryMs > nowMs) break;
      this.#spent.delete(key);
    }
    this.#spent.set(toBase64Url(challenge), expiryOf(challenge));
    return true;
  }

  #tag(body: Uint8Array, address: DeviceAddress): Uint8Array {
    return hmacSha256(this.#key, concatBytes(body, toUtf8(addressKey(address)))).subarray(0, tagBytesCount);
  }
}

function expiryOf(challenge: Uint8Array): number {
  return Number(readUint64(challenge));
}
