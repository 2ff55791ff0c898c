import type { AccountId } from "@cloister/contracts/ids";
import type { Clock } from "./ports.ts";

interface OpenSlot {
  readonly slot: string;
  readonly untilMs: number;
}

/**
 * Slots in which a device waits for the answer of somebody who has no account yet; one for each account, so
 * that nobody can fill the relay with them. In memory: after a restart the person shows a new code.
 */
export class OpenSlots {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #slots = new Map<AccountId, OpenSlot>();
  readonly #accounts = new Map<string, AccountId>();

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  /** False when another account waits there. */
  open(account: AccountId, slot: string): boolean {
    this.#forget();
    const owner = this.#accounts.get(slot);
    if (owner !== undefined && owner !== account) return false;
    this.#close(account);
    this.#slots.set(account, { slot, untilMs: this.#clock.monotonicMs() + this.#lifeMs });
    this.#accounts.set(slot, account);
    return true;
  }

  /** Who waits there now. */
  ownerOf(slot: string): AccountId | undefined {
    this.#forget();
    return this.#accounts.get(slot);
  }

  #close(account: AccountId): void {
    const before = this.#slots.get(account);
    if (!before) return;
    this.#slots.delete(account);
    this.#accounts.delete(before.slot);
  }

  #forget(): void {
    const nowMs = this.#clock.monotonicMs();
    // In the order they were opened, so the first that still holds ends the search.
    for (const [account, { untilMs }] of this.#slots) {
      if (untilMs > nowMs) break;
      this.#close(account);
    }
  }
}
