import { equalBytes } from "@cloister/bytes";
import type { AccountId, DeviceAddress, DeviceId } from "@cloister/contracts/ids";
import { sha256 } from "@cloister/crypto";
import type { Clock } from "./ports.ts";

interface Permit {
  readonly device: DeviceId;
  readonly tokenHash: Uint8Array;
  readonly untilMs: number;
  /** The one device that has shown the token. */
  authKey?: Uint8Array;
}

/**
 * Accounts that may add one device now, because one of their devices has just left a box for it with a token
 * in it. Every device holds the identity key, a stolen one too: the key alone would let it come back after it
 * was revoked. In memory: after a restart the person shows a new code.
 */
export class DevicePermits {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #permits = new Map<AccountId, Permit>();

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  /** In place of the permit before. The same one again, after a lost reply, changes nothing. */
  grant({ account, device }: DeviceAddress, tokenHash: Uint8Array): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, { untilMs }] of this.#permits) if (untilMs <= nowMs) this.#permits.delete(key);
    const before = this.#permits.get(account);
    if (before?.device === device && equalBytes(before.tokenHash, tokenHash)) return;
    this.#permits.set(account, { device, tokenHash, untilMs: nowMs + this.#lifeMs });
  }

  withdraw(account: AccountId): void {
    this.#permits.delete(account);
  }

  /**
   * The device that lets this one in, if one does. Whoever shows the token first uses it up; only the same
   * device may show it again, for a lost reply.
   */
  use(account: AccountId, token: Uint8Array, authKey: Uint8Array): DeviceId | undefined {
    const permit = this.#permits.get(account);
    if (!permit || permit.untilMs <= this.#clock.monotonicMs()) return undefined;
    if (!equalBytes(permit.tokenHash, sha256(token))) return undefined;
    permit.authKey ??= authKey;
    return equalBytes(permit.authKey, authKey) ? permit.device : undefined;
  }
}
