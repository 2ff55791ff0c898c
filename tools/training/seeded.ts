/** A small deterministic generator (xorshift32), so that training gives the same bytes everywhere. */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** An integer from 0 up to, without, `below`. */
  below(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % below;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error("nothing to pick from");
    return value;
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  /** True `percent` times in a hundred. */
  chance(percent: number): boolean {
    return this.below(1000) < percent * 10;
  }

  shuffle<T>(values: readonly T[]): T[] {
    const out = [...values];
    for (let at = out.length - 1; at > 0; at -= 1) {
      const other = this.below(at + 1);
      const [a, b] = [out[at], out[other]];
      if (a !== undefined && b !== undefined) {
        out[at] = b;
        out[other] = a;
      }
    }
    return out;
  }

  /** The numbers below a count in random order. */
  order(count: number): number[] {
    return this.shuffle(Array.from({ length: count }, (_, at) => at));
  }
}
