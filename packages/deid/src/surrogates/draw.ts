import type { Random } from "@cloister/crypto";

/** Even draws from a port of random bytes. */
export class Draw {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** An integer from 0 up to, without, `below` (at most 2^24), without bias. */
  below(below: number): number {
    const limit = Math.floor(0x100_0000 / below) * below;
    for (;;) {
      const [a = 0, b = 0, c = 0] = this.#random(3);
      const value = (a << 16) | (b << 8) | c;
      if (value < limit) return value % below;
    }
  }

  /** That many random digits. */
  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(10)).join("");
  }

  pick<T>(values: ArrayLike<T>): T {
    return values[this.below(values.length)] as T;
  }

  shuffle<T>(values: readonly T[]): T[] {
    const out = [...values];
    for (let at = out.length - 1; at > 0; at -= 1) {
      const other = this.below(at + 1);
      [out[at], out[other]] = [out[other] as T, out[at] as T];
    }
    return out;
  }
}
