import type { Random } from "@cloister/crypto";
import type { Clock } from "./ports.ts";

/** Resolves after a while. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** A random whole number of milliseconds from `leastMs` up to, not including, `mostMs`. */
export function between(random: Random, leastMs: number, mostMs: number): number {
  const [high = 0, low = 0] = random(2);
  return leastMs + Math.floor(((high * 256 + low) / 65_536) * (mostMs - leastMs));
}

/** Exponential back-off with jitter: between half and all of `firstMs * 2^failures`, at most `mostMs`. */
export function backOff(
  random: Random,
  failuresCount: number,
  { firstMs = 500, mostMs = 60_000 } = {},
): number {
  const fullMs = Math.min(mostMs, firstMs * 2 ** Math.min(failuresCount, 20));
  return between(random, fullMs / 2, fullMs);
}

/** Runs jobs one after the other, in the order of the calls. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#last.then(job, job);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
