import { RelayError } from "./errors.ts";
import type { Rate } from "./limits.ts";
import type { Clock } from "./ports.ts";

/**
 * Token buckets by key, in memory. A full bucket is forgotten, so memory follows recent use; a restart
 * fills them all.
 */
export class Buckets {
  readonly #rate: Rate;
  readonly #clock: Clock;
  /** When the bucket will be full again: the one number that a token bucket needs. */
  readonly #fullAtMs = new Map<string, number>();
  #pruneAtCount = 1024;

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one token: 0, or the milliseconds until there is one. */
  take(key: string): number {
    const waitMs = this.wait(key);
    if (waitMs > 0) return waitMs;
    this.#prune();
    this.#fullAtMs.set(key, this.#fullFrom(key) + this.#rate.everyMs);
    return 0;
  }

  /** Takes one token. @throws RelayError `RATE_LIMITED` */
  spend(key: string): void {
    const retryAfterMs = this.take(key);
    if (retryAfterMs > 0) throw new RelayError("RATE_LIMITED", { retryAfterMs });
  }

  /** Milliseconds until a token is there, without taking it. */
  wait(key: string): number {
    const spanMs = this.#rate.burstCount * this.#rate.everyMs;
    const readyAtMs = this.#fullFrom(key) + this.#rate.everyMs - spanMs;
    return Math.max(0, Math.ceil(readyAtMs - this.#clock.monotonicMs()));
  }

  #fullFrom(key: string): number {
    const nowMs = this.#clock.monotonicMs();
    return Math.max(nowMs, this.#fullAtMs.get(key) ?? nowMs);
  }

  #prune(): void {
    if (this.#fullAtMs.size < this.#pruneAtCount) return;
    const nowMs = this.#clock.monotonicMs();
    for (const [key, atMs] of this.#fullAtMs) if (atMs <= nowMs) this.#fullAtMs.delete(key);
    this.#pruneAtCount = 2 * this.#fullAtMs.size + 1024;
  }
}
