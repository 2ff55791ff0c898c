import type { AccountId } from "@cloister/contracts/ids";
import type { Clock } from "./ports.ts";

const burstCount = 6;
const refillMs = 10_000;

/** How much one asker may ask of this agent: 6 questions at once, then one in 10 seconds. Only in memory. */
export class Allowance {
  readonly #clock: Clock;
  /** When each asker's allowance is whole again; whoever's is whole is not listed. */
  readonly #wholeAtMs = new Map<AccountId, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one of the asker's; false when there is none. */
  take(asker: AccountId): boolean {
    const nowMs = this.#clock.nowMs();
    for (const [account, atMs] of this.#wholeAtMs) if (atMs <= nowMs) this.#wholeAtMs.delete(account);
    const atMs = (this.#wholeAtMs.get(asker) ?? nowMs) + refillMs;
    if (atMs - nowMs > burstCount * refillMs) return false;
    this.#wholeAtMs.set(asker, atMs);
    return true;
  }
}
