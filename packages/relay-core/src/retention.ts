import type { RelayLimits } from "./limits.ts";
import type { Clock, RelayStore } from "./ports.ts";

/**
 * The age of mail in the relay's own running time. Wall clocks jump; if mail aged by one, a clock set a month
 * ahead would delete every mailbox. This one only ever runs too slow (it stands while the relay is down), so
 * nothing is deleted early.
 */
export class Retention {
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #storedAgeMs: number;

  constructor(clock: Clock, storedAgeMs: number) {
    this.#clock = clock;
    this.#storedAgeMs = storedAgeMs;
    this.#startedAtMs = clock.monotonicMs();
  }

  ageMs(): number {
    return Math.floor(this.#storedAgeMs + this.#clock.monotonicMs() - this.#startedAtMs);
  }
}

/** Lets the store forget what is over, in small steps so that mail flows between them. */
export async function sweep(context: {
  readonly store: RelayStore;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly limits: Pick<RelayLimits, "envelopeMaxAgeMs" | "tombstoneMaxAgeMs" | "blobMaxAgeMs">;
}): Promise<void> {
  const { store, clock, retention, limits } = context;
  const { envelopeMaxAgeMs, tombstoneMaxAgeMs, blobMaxAgeMs } = limits;
  let more = true;
  while (more) {
    const times = { nowMs: clock.nowMs(), ageMs: retention.ageMs() };
    more = await store.sweep({ ...times, envelopeMaxAgeMs, tombstoneMaxAgeMs, blobMaxAgeMs });
  }
}
