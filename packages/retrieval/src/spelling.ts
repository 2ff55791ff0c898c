/** Shorter words have too many neighbours to guess between. */
const MIN_LENGTH = 6;
const MIN_LENGTH_TWO_EDITS = 9;
/** Errors at the start of long names change their meaning (hyper-, hypo-), so two edits must leave it alone. */
const FIXED_PREFIX = 4;

const MAX_WORD_LENGTH = 40;
const WIDTH = MAX_WORD_LENGTH + 1;
const table = new Uint8Array(WIDTH * WIDTH);

/**
 * Edits (insert, delete, substitute, swap neighbours) between two words of up to 40 letters, or `limit + 1`
 * when there are more. Optimal string alignment distance, ended early.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit || a.length > MAX_WORD_LENGTH || b.length > MAX_WORD_LENGTH) {
    return limit + 1;
  }
  for (let j = 0; j <= b.length; j += 1) table[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    const row = i * WIDTH;
    table[row] = i;
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const at = row + j;
      const above = at - WIDTH;
      const changed = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      let cost = Math.min(
        (table[above] ?? 0) + 1,
        (table[at - 1] ?? 0) + 1,
        (table[above - 1] ?? 0) + changed,
      );
      if (
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      ) {
        cost = Math.min(cost, (table[above - WIDTH - 2] ?? 0) + 1);
      }
      table[at] = cost;
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
  }
  return Math.min(table[a.length * WIDTH + b.length] ?? 0, limit + 1);
}

const INFLECTION = /^(?:i?s|us|es|e|y|ic|al)$/;

/** Guesses which known word a misspelt one stands for. */
export class Speller {
  readonly #byStart = new Map<string, string[]>();
  readonly #frequency: (word: string) => number;

  /** `frequency` breaks ties. */
  constructor(words: Iterable<string>, frequency: (word: string) => number) {
    this.#frequency = frequency;
    for (const word of words) {
      if (word.length < MIN_LENGTH - 1) continue;
      const start = word.slice(0, 2);
      const group = this.#byStart.get(start);
      if (group === undefined) this.#byStart.set(start, [word]);
      else group.push(word);
    }
  }

  /** The nearest known word with the same first two letters, or nothing when none is near enough. */
  correct(word: string): string | undefined {
    if (word.length < MIN_LENGTH) return undefined;
    const group = this.#byStart.get(word.slice(0, 2)) ?? [];
    const base = group.find((known) => word.startsWith(known) && INFLECTION.test(word.slice(known.length)));
    if (base !== undefined) return base;
    let best: { word: string; distance: number } | undefined;
    for (const candidate of group) {
      const two = word.length >= MIN_LENGTH_TWO_EDITS && candidate.startsWith(word.slice(0, FIXED_PREFIX));
      const limit = two ? 2 : 1;
      const distance = editDistance(word, candidate, limit);
      if (distance > limit) continue;
      const better =
        best === undefined ||
        distance < best.distance ||
        (distance === best.distance && this.#frequency(candidate) > this.#frequency(best.word));
      if (better) best = { word: candidate, distance };
    }
    return best?.word;
  }
}
