import type { Clock } from "@cloister/client";

// On every runtime Cloister runs on; the ES library types do not have it.
declare const MessageChannel: new () => {
  readonly port1: {
    addEventListener(type: "message", listener: () => void, options: { readonly once: true }): void;
    start(): void;
  };
  readonly port2: { postMessage(message: null): void };
};

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Time that passes only when a test says so, from one timer to the next. */
export class TestClock implements Clock {
  #nowMs = Date.UTC(2026, 10, 24, 12);
  readonly #timers = new Set<Timer>();
  readonly #channel = new MessageChannel();

  constructor() {
    this.#channel.port1.start();
  }

  readonly nowMs = (): number => this.#nowMs;
  readonly monotonicMs = (): number => this.#nowMs;

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + Math.ceil(Math.max(0, delayMs)), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** Lets time pass until the condition holds. @throws Error when it does not within `maxMs` */
  async until(condition: () => boolean, maxMs = 600_000): Promise<void> {
    const endMs = this.#nowMs + maxMs;
    await this.#rest();
    while (!condition()) {
      const next = this.#next();
      if (!next || next.atMs > endMs) throw new Error("what the test waits for does not happen");
      this.#fire(next);
      await this.#rest();
    }
  }

  /** Lets time pass until the promise is settled, and gives its value. */
  async settle<T>(promise: Promise<T>, maxMs?: number): Promise<T> {
    let isSettled = false;
    const watch = async () => {
      await Promise.allSettled([promise]);
      isSettled = true;
    };
    void watch();
    await this.until(() => isSettled, maxMs);
    return promise;
  }

  /** Lets this much time pass. */
  async pass(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await this.#rest();
    for (let next = this.#next(); next && next.atMs <= endMs; next = this.#next()) {
      this.#fire(next);
      await this.#rest();
    }
    this.#nowMs = endMs;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.atMs < next.atMs) next = timer;
    return next;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, timer.atMs);
    timer.callback();
  }

  /** Everything that needs no time is done when this resolves: a task comes after all microtasks. */
  #rest(): Promise<void> {
    const { port1, port2 } = this.#channel;
    return new Promise((resolve) => {
      port1.addEventListener("message", () => resolve(), { once: true });
      port2.postMessage(null);
    });
  }
}
