/** Hands values from one side to the other in order; what is handed over before it is asked for waits. */
export class Channel<T> {
  readonly #waiting: T[] = [];
  #taker: ((value: T) => void) | undefined;

  push(value: T): void {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker) taker(value);
    else this.#waiting.push(value);
  }

  /** The next value; one caller at a time. */
  async take(): Promise<T> {
    const value = this.#waiting.shift();
    if (value !== undefined) return value;
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }
}
