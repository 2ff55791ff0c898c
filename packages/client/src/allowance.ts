import type { AccountId } from "@cloister/contracts/ids";
import type { Clock } from "./ports.ts";

const burstCount = 6;
const refillMs = 10_000;

/** How much one asker may ask of this agent: 6 questions at once, then one in 10 seconds. Only in memory. */
export class Allowance {
  readonly #clock: Clock;
  /** When each asker's allowance is whole again; whoever's is whole is not listed. */
  readonly #wholeAtMs = new Map<AccountId, number>();
  /** Until when each asker was told to wait. */
  readonly #toldMs = new Map<AccountId, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one of the asker's: 0. Or there is none, and this is how long until the allowance is whole again. */
  take(asker: AccountId): number {
    const nowMs = this.#clock.nowMs();
    for (const untilMs of [this.#wholeAtMs, this.#toldMs]) {
      for (const [account, atMs] of untilMs) if (atMs <= nowMs) untilMs.delete(account);
    }
    const wholeAtMs = this.#wholeAtMs.get(asker) ?? nowMs;
    if (wholeAtMs + refillMs - nowMs > burstCount * refillMs) return wholeAtMs - nowMs;
    this.#wholeAtMs.set(asker, wholeAtMs + refillMs);
    return 0;
  }

  /** Whether an asker that has none left is to be told so: not at each question. */
  tell(asker: AccountId): boolean {
    if (this.#toldMs.has(asker)) return false;
    this.#toldMs.set(asker, this.#clock.nowMs() + refillMs);
    return true;
  }
}
