import type { AccountId } from "@cloister/contracts/ids";
import type { Clock } from "./ports.ts";

/**
 * Accounts that may add a device now, because one of their devices has just left a box for it. Every device
 * holds the identity key, a stolen one too: the key alone would let it come back after it was revoked. In
 * memory: after a restart the person shows a new code.
 */
export class DevicePermits {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #untilMs = new Map<AccountId, number>();

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  grant(account: AccountId): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(key);
    this.#untilMs.set(account, nowMs + this.#lifeMs);
  }

  withdraw(account: AccountId): void {
    this.#untilMs.delete(account);
  }

  stands(account: AccountId): boolean {
    return this.#clock.monotonicMs() < (this.#untilMs.get(account) ?? 0);
  }
}
