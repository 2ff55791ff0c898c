import { BaseError } from "@cloister/bytes";
import { ModelBusyError } from "./errors.ts";
import type { StopSignal } from "./model.ts";

/** Time, as a queue needs it. */
export interface Clock {
  nowMs(): number;
  /** Calls back once, `delayMs` from now at the earliest. Returns what cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** How much may be under way and how much may wait; each count at least 1. */
export interface QueueLimits {
  readonly concurrencyCount: number;
  readonly tenantConcurrencyCount: number;
  readonly waitingCount: number;
  readonly tenantWaitingCount: number;
  /** Nobody waits longer. */
  readonly waitMs: number;
  /** A turn that is not given back by then is taken back; longer than any time limit of the engine. */
  readonly turnMs: number;
}

/** Leave to begin. */
export interface Admission {
  /** Gives the turn back; more than once does nothing. */
  release(): void;
}

interface Waiter {
  readonly enter: (admission: Admission) => void;
}

interface Tenant {
  runningCount: number;
  readonly waiting: Waiter[];
}

const shortestRetryMs = 500;
const longestRetryMs = 60_000;

/**
 * A bounded queue that is fair among tenants: they take turns, however many questions one of them has. What is
 * beyond the bounds is refused at once; what was let in gets its turn, or a refusal when `waitMs` is over.
 */
export class AdmissionQueue {
  readonly #limits: QueueLimits;
  readonly #clock: Clock;
  /** In the order in which they have their next turn. None is kept that has nothing here. */
  readonly #tenants = new Map<string, Tenant>();
  #runningCount = 0;
  #waitingCount = 0;
  /** How long a turn takes; moves a tenth of the way with each. */
  #turnMeanMs = 2_000;

  constructor(limits: QueueLimits, clock: Clock) {
    const counts = [
      limits.concurrencyCount,
      limits.tenantConcurrencyCount,
      limits.waitingCount,
      limits.tenantWaitingCount,
    ];
    if (
      ![...counts, limits.waitMs, limits.turnMs].every((limit) => Number.isSafeInteger(limit) && limit > 0)
    ) {
      throw new BaseError("Usage", "MODEL_LIMITS", "every limit of the queue is a whole number above 0");
    }
    this.#limits = limits;
    this.#clock = clock;
  }

  get runningCount(): number {
    return this.#runningCount;
  }

  get waitingCount(): number {
    return this.#waitingCount;
  }

  /**
   * Resolves when it is this question's turn, or with undefined when the signal came first.
   * @throws ModelBusyError at once when there is no room, or after `waitMs`
   */
  async admit(tenantName: string, signal: StopSignal): Promise<Admission | undefined> {
    if (signal.aborted) return undefined;
    const tenant = this.#tenants.get(tenantName) ?? { runningCount: 0, waiting: [] };
    const mustWait = this.#runningCount >= this.#limits.concurrencyCount || !this.#mayRun(tenant);
    if (mustWait && !this.#mayWait(tenant)) throw this.#busy();
    this.#tenants.set(tenantName, tenant);
    if (!mustWait) return this.#begin(tenantName, tenant);
    return this.#wait(tenant, tenantName, signal);
  }

  #wait(tenant: Tenant, name: string, signal: StopSignal): Promise<Admission | undefined> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        cancel();
        signal.removeEventListener("abort", leave);
      };
      const waiter: Waiter = {
        enter: (admission) => {
          settle();
          resolve(admission);
        },
      };
      const remove = () => {
        settle();
        tenant.waiting.splice(tenant.waiting.indexOf(waiter), 1);
        this.#waitingCount -= 1;
        this.#forget(name, tenant);
      };
      const leave = () => {
        remove();
        resolve(undefined);
      };
      const cancel = this.#clock.after(this.#limits.waitMs, () => {
        remove();
        reject(this.#busy());
      });
      signal.addEventListener("abort", leave);
      tenant.waiting.push(waiter);
      this.#waitingCount += 1;
    });
  }

  #begin(name: string, tenant: Tenant): Admission {
    const startedAtMs = this.#clock.nowMs();
    let isOver = false;
    this.#runningCount += 1;
    tenant.runningCount += 1;
    const release = () => {
      if (isOver) return;
      isOver = true;
      cancel();
      this.#turnMeanMs += (this.#clock.nowMs() - startedAtMs - this.#turnMeanMs) / 10;
      this.#runningCount -= 1;
      tenant.runningCount -= 1;
      this.#forget(name, tenant);
      this.#next();
    };
    const cancel = this.#clock.after(this.#limits.turnMs, release);
    return { release };
  }

  #next(): void {
    if (this.#runningCount >= this.#limits.concurrencyCount) return;
    for (const [name, tenant] of this.#tenants) {
      if (tenant.waiting.length === 0 || !this.#mayRun(tenant)) continue;
      const waiter = tenant.waiting.shift();
      this.#waitingCount -= 1;
      // To the end of the line: others have their turn first.
      this.#tenants.delete(name);
      this.#tenants.set(name, tenant);
      waiter?.enter(this.#begin(name, tenant));
      return;
    }
  }

  #mayRun(tenant: Tenant): boolean {
    return tenant.runningCount < this.#limits.tenantConcurrencyCount;
  }

  #mayWait(tenant: Tenant): boolean {
    return (
      this.#waitingCount < this.#limits.waitingCount &&
      tenant.waiting.length < this.#limits.tenantWaitingCount
    );
  }

  #forget(name: string, tenant: Tenant): void {
    if (tenant.runningCount === 0 && tenant.waiting.length === 0) this.#tenants.delete(name);
  }

  #busy(): ModelBusyError {
    const ahead = this.#waitingCount + 1;
    const estimateMs = Math.ceil((this.#turnMeanMs * ahead) / this.#limits.concurrencyCount);
    return new ModelBusyError(Math.min(Math.max(estimateMs, shortestRetryMs), longestRetryMs));
  }
}
