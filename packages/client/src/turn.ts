import type { AnswerTurn } from "./api.ts";
import type { Clock } from "./ports.ts";

/** At most so many words about one answer under way, and this far apart: how long it takes shows, its pace does not. */
const maxReportsCount = 20;
const betweenReportsMs = 1_000;

/** One answer under way on an agent's device: can be stopped, and tells what is there so far, now and then. */
export class Turn implements AnswerTurn {
  readonly signal: AnswerTurn["signal"];
  readonly #clock: Clock;
  readonly #report: (text: string) => void;
  readonly #listeners = new Set<() => void>();
  #isStopped = false;
  #text: string | undefined;
  #reportsCount = 0;
  #cancel: (() => void) | undefined;
  #isOver = false;

  constructor(clock: Clock, report: (text: string) => void) {
    this.#clock = clock;
    this.#report = report;
    const isStopped = () => this.#isStopped;
    this.signal = {
      get aborted() {
        return isStopped();
      },
      addEventListener: (_type, listener) => void this.#listeners.add(listener),
      removeEventListener: (_type, listener) => void this.#listeners.delete(listener),
    };
  }

  write(sentences: readonly string[]): void {
    this.#text = sentences.join(" ");
    if (!this.#cancel) this.#next();
  }

  /** The asker wants no more. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const listener of this.#listeners) listener();
    this.end();
  }

  /** Nothing more is told. */
  end(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  #next(): void {
    this.#cancel = undefined;
    const text = this.#text;
    if (text === undefined || this.#isOver || this.#reportsCount >= maxReportsCount) return;
    this.#text = undefined;
    this.#reportsCount += 1;
    this.#report(text);
    this.#cancel = this.#clock.after(betweenReportsMs, () => this.#next());
  }
}
