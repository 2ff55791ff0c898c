import { type Dataset, unitsCountOf } from "./dataset.ts";
import type { Keystream } from "./keystream.ts";

const WORD = 2 ** 32;

/**
 * Poisson sampling: each unit takes part with the probability `rate`, independently of all others and of
 * other steps, with one of its rows (any, with equal chance), so that a patient with many records weighs
 * no more than one with a single record. The batch may be empty.
 * @param rate rounded down to a multiple of 2^-32, so that no more is spent than was accounted
 */
export function sampleRows(data: Dataset, rate: number, words: Keystream): Uint32Array {
  const { unitStarts } = data;
  const count = unitsCountOf(data);
  const below = Math.floor(rate * WORD);
  const rows: number[] = [];
  for (let unit = 0; unit < count; unit += 1) {
    if (words.next() >= below) continue;
    if (unitStarts === undefined) rows.push(unit);
    else {
      const from = unitStarts[unit] ?? 0;
      const rowsCount = (unitStarts[unit + 1] ?? 0) - from;
      rows.push(from + Math.floor((words.next() / WORD) * rowsCount));
    }
  }
  return Uint32Array.from(rows);
}
