const burstSeconds = 10;
const sweepAboveCount = 10_000;

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** Token buckets by key: `perSecond` on average, ten times that at once. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#burst = perSecond * burstSeconds;
  }

  /** Takes one from the key's bucket; false when it is empty. */
  take(key: string, nowMs: number): boolean {
    if (this.#buckets.size > sweepAboveCount) this.#sweep(nowMs);
    const tokens = this.#tokens(this.#buckets.get(key), nowMs);
    if (tokens < 1) return false;
    this.#buckets.set(key, { tokens: tokens - 1, atMs: nowMs });
    return true;
  }

  #tokens(bucket: Bucket | undefined, nowMs: number): number {
    if (!bucket) return this.#burst;
    const refill = (Math.max(0, nowMs - bucket.atMs) / 1000) * this.#perSecond;
    return Math.min(this.#burst, bucket.tokens + refill);
  }

  /** A full bucket is the same as none. */
  #sweep(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#tokens(bucket, nowMs) >= this.#burst) this.#buckets.delete(key);
    }
  }
}
