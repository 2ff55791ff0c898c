/**
 * Invented rows that resemble a table, for one release: for each column, how often each of its values meets
 * each value of the label, with noise. Rows are drawn from these counts, so what a column has to do with the
 * label is kept, and what columns have to do with one another beyond that is not.
 */
import { BaseError } from "@cloister/bytes";
import { Keystream } from "../training/keystream.ts";
import { isNoise, type Payment, releaseTotals, vectorUnits } from "./release.ts";

/** A table of numbered values; its sizes are public. */
export interface DiscreteTable {
  /** How many values each column has; the label is the last one. */
  readonly sizes: readonly number[];
  /** One row per unit of privacy: a value from 0 for each column. */
  readonly rows: Uint16Array;
}

/** Invented rows, and how good they are: computed from what was released, so it costs nothing more. */
export interface Synthesis {
  readonly table: DiscreteTable;
  /** For each column but the label: half the summed differences between its noisy counts and the invented rows, 0 to 1. */
  readonly differences: readonly number[];
  /** Standard deviation of the noise in each count. */
  readonly countError: number;
}

const KEY_BYTES = 32;
const MAX_CELLS = 10_000_000;

/**
 * Reserves, counts with noise, and invents rows. Each count's noise is the payment's times the root of the
 * number of columns.
 * @throws BaseError `SYNTHESIS`, `LEDGER_…`
 */
export function synthesise(
  input: Payment & { readonly table: DiscreteTable; readonly rowsCount: number },
): Synthesis {
  const { table, rowsCount, noiseMultiplier, random } = input;
  checkTable(table, noiseMultiplier);
  const counts = noisyCounts(table, input);
  const invented = inventRows(table.sizes, counts, { rowsCount, words: new Keystream(random(KEY_BYTES)) });
  const differences = counts.map((noisy, column) => difference(noisy, countPairs(invented, column)));
  return { table: invented, differences, countError: noiseMultiplier * Math.sqrt(counts.length) };
}

function checkTable({ sizes, rows }: DiscreteTable, noiseMultiplier: number): void {
  const cells = sizes.slice(0, -1).reduce((sum, size) => sum + size * (sizes.at(-1) ?? 0), 0);
  const isShaped = sizes.length >= 2 && sizes.every((size) => Number.isInteger(size) && size >= 1);
  const isFull =
    rows.length % sizes.length === 0 && rows.every((value, at) => value < (sizes[at % sizes.length] ?? 0));
  if (isShaped && isFull && cells <= MAX_CELLS && isNoise(noiseMultiplier)) return;
  throw new BaseError(
    "Usage",
    "SYNTHESIS",
    "two columns or more, values below their sizes, noise from 0.1 to 1000",
  );
}

/** For a column: how often its value v meets the label l, at v * labels + l. */
function countPairs({ sizes, rows }: DiscreteTable, column: number): Float64Array {
  const labels = sizes.at(-1) ?? 1;
  const counts = new Float64Array((sizes[column] ?? 0) * labels);
  for (let from = 0; from < rows.length; from += sizes.length) {
    const at = (rows[from + column] ?? 0) * labels + (rows[from + sizes.length - 1] ?? 0);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

/** A unit is in one cell of each column's counts: divided by the root of their number, its vector has length 1. */
function noisyCounts(table: DiscreteTable, payment: Payment): readonly Float64Array[] {
  const columns = Array.from({ length: table.sizes.length - 1 }, (_, column) => column);
  const share = Math.trunc(vectorUnits / Math.sqrt(columns.length));
  const starts = startsOf(table.sizes);
  const noisy = releaseTotals(payment, ["synthesis", table.sizes], () => {
    const totals = new Float64Array(starts.at(-1) ?? 0);
    for (const column of columns) {
      totals.set(
        countPairs(table, column).map((count) => count * share),
        starts[column],
      );
    }
    return totals;
  });
  return columns.map((column) =>
    noisy.slice(starts[column], starts[column + 1]).map((count) => Math.max(0, count / share)),
  );
}

/** Where each column's counts begin, and at last how many there are. */
function startsOf(sizes: readonly number[]): readonly number[] {
  const starts = [0];
  for (const size of sizes.slice(0, -1)) starts.push((starts.at(-1) ?? 0) + size * (sizes.at(-1) ?? 0));
  return starts;
}

function inventRows(
  sizes: readonly number[],
  counts: readonly Float64Array[],
  { rowsCount, words }: { readonly rowsCount: number; readonly words: Keystream },
): DiscreteTable {
  const labels = sizes.at(-1) ?? 1;
  // Every column has counted the labels: their sum is the best guess.
  const labelCounts = new Float64Array(labels);
  for (const pairs of counts) {
    for (const [at, count] of pairs.entries())
      labelCounts[at % labels] = (labelCounts[at % labels] ?? 0) + count;
  }
  const given = counts.map((pairs) =>
    Array.from({ length: labels }, (_, label) => pairs.filter((__, at) => at % labels === label)),
  );
  const rows = new Uint16Array(rowsCount * sizes.length);
  for (let from = 0; from < rows.length; from += sizes.length) {
    const label = drawFrom(labelCounts, words);
    for (const [column, byLabel] of given.entries()) {
      rows[from + column] = drawFrom(byLabel[label] ?? new Float64Array(1), words);
    }
    rows[from + sizes.length - 1] = label;
  }
  return { sizes, rows };
}

/** A place, with a chance in proportion to its weight; any place where all are 0. */
function drawFrom(weights: Float64Array, words: Keystream): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const lot = words.next() / 2 ** 32;
  if (total === 0) return Math.floor(lot * weights.length);
  let left = lot * total;
  for (const [at, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return at;
  }
  return weights.length - 1;
}

/** Half the summed differences of two distributions: 0 when they are the same, 1 when they never meet. */
function difference(one: Float64Array, other: Float64Array): number {
  const sumOf = (values: Float64Array) =>
    Math.max(
      1,
      values.reduce((sum, value) => sum + value, 0),
    );
  const [a, b] = [sumOf(one), sumOf(other)];
  return one.reduce((sum, value, at) => sum + Math.abs(value / a - (other[at] ?? 0) / b), 0) / 2;
}
