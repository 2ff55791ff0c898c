import { Session } from "node:inspector";

/**
 * Which blocks of the product's code ran, from V8's precise block coverage in this thread. What a batch of
 * inputs reached first is worth keeping in the corpus.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  get blocksCount(): number {
    return this.#seen.size;
  }

  /** How many blocks ran since the last call that never ran before. */
  fresh(): number {
    const before = this.#seen.size;
    // In the thread's own session the callback runs before post() returns.
    this.#session.post("Profiler.takePreciseCoverage", (_error, coverage) => {
      for (const { url, functions } of coverage.result) {
        if (!/\/(packages|adapters|apps)\//.test(url)) continue;
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            if (count > 0) this.#seen.add(`${url}:${startOffset}:${endOffset}`);
          }
        }
      }
    });
    return this.#seen.size - before;
  }

  close(): void {
    this.#session.disconnect();
  }
}
