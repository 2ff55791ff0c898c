/**
 * Questions to a data set as a whole, answered with noise under its budget. Each unit, such as a patient,
 * gives one vector that is no longer than 1: the average over its rows. So a question costs one Gaussian
 * release, whoever has how many rows.
 */
import { BaseError } from "@cloister/bytes";
import { isNoise, type Payment, releaseTotals, vectorUnits } from "./release.ts";

/** A question about one column. Ranges and values are public. */
export type Query =
  /** How many units there are. */
  | { readonly kind: "count" }
  /** The mean, of values held within low and high. */
  | { readonly kind: "mean"; readonly low: number; readonly high: number }
  /** How many have each of the values. */
  | { readonly kind: "histogram"; readonly values: readonly string[] }
  /** Where the given parts (0 to 1) of the units lie below, to 1/1024 of the range. */
  | {
      readonly kind: "quantiles";
      readonly low: number;
      readonly high: number;
      readonly parts: readonly number[];
    };

/** An answer: numbers in the order of what was asked for, and the standard deviation of a count's noise. */
export interface Answer {
  readonly numbers: readonly number[];
  readonly countError: number;
}

/** A column's cells, grouped by unit. */
export type Column = readonly (readonly string[])[];

const LEVELS = 10;

/**
 * Reserves, then answers.
 * @throws BaseError `QUERY`, `LEDGER_OVERSPENT`, other `LEDGER_…`
 */
export function ask({
  query,
  column,
  ...payment
}: Payment & { readonly query: Query; readonly column: Column }): Answer {
  checkQuery(query, payment.noiseMultiplier);
  const noisy = releaseTotals(payment, query, () => totalsOf(query, column));
  return answerFrom(
    query,
    noisy.map((total) => total / vectorUnits),
    payment.noiseMultiplier,
  );
}

function checkQuery(query: Query, noiseMultiplier: number): void {
  if (!isNoise(noiseMultiplier)) throw invalid("the noise is 0.1 to 1000");
  if ("low" in query && !(query.low < query.high && Number.isFinite(query.high - query.low))) {
    throw invalid("a range goes from low to high");
  }
  if (query.kind === "histogram" && query.values.length === 0) throw invalid("a histogram has values");
  if (query.kind === "quantiles" && !query.parts.every((part) => part >= 0 && part <= 1)) {
    throw invalid("quantiles are from 0 to 1");
  }
}

function invalid(message: string): BaseError {
  return new BaseError("Usage", "QUERY", message);
}

/** The sum of all units' vectors, in whole numbers. */
function totalsOf(query: Query, column: Column): Float64Array {
  const totals = new Float64Array(dimensionsOf(query));
  const own = new Float64Array(totals.length);
  for (const cells of column) {
    own.fill(0);
    for (const cell of cells) addRow(query, cell, own);
    const scale = vectorUnits / cells.length;
    for (let at = 0; at < own.length; at += 1)
      totals[at] = (totals[at] ?? 0) + Math.trunc((own[at] ?? 0) * scale);
  }
  return totals;
}

function dimensionsOf(query: Query): number {
  switch (query.kind) {
    case "count":
      return 1;
    case "mean":
      return 2;
    case "histogram":
      return query.values.length;
    case "quantiles":
      return 2 ** (LEVELS + 1);
  }
}

/** Adds a row's vector, of length 1 at most; nothing for a cell without a number. */
function addRow(query: Query, cell: string, own: Float64Array): void {
  const add = (at: number, value: number) => {
    own[at] = (own[at] ?? 0) + value;
  };
  if (query.kind === "count") add(0, 1);
  else if (query.kind === "histogram") {
    const at = query.values.indexOf(cell);
    if (at >= 0) add(at, 1);
  } else {
    const value = cell.trim() === "" ? Number.NaN : Number(cell);
    if (Number.isNaN(value)) return;
    const place = Math.min(1, Math.max(0, (value - query.low) / (query.high - query.low)));
    if (query.kind === "mean") {
      add(0, Math.SQRT1_2);
      add(1, Math.SQRT1_2 * (2 * place - 1));
    } else {
      // A tree of halves: node 1 is the range, nodes 2n and 2n + 1 the halves of node n.
      const leaf = 2 ** LEVELS + Math.min(2 ** LEVELS - 1, Math.floor(place * 2 ** LEVELS));
      for (let node = leaf; node >= 1; node >>>= 1) add(node, 1 / Math.sqrt(LEVELS + 1));
    }
  }
}

function answerFrom(query: Query, noisy: Float64Array, noiseMultiplier: number): Answer {
  switch (query.kind) {
    case "count":
    case "histogram":
      return { numbers: [...noisy], countError: noiseMultiplier };
    case "mean": {
      const [count = 0, sum = 0] = noisy;
      const place = count > 0 ? Math.min(1, Math.max(-1, sum / count)) : 0;
      const mean = query.low + ((place + 1) / 2) * (query.high - query.low);
      return { numbers: [mean], countError: noiseMultiplier * Math.SQRT2 };
    }
    case "quantiles": {
      const numbers = query.parts.map(
        (part) => query.low + placeBelow(noisy, part) * (query.high - query.low),
      );
      return { numbers, countError: noiseMultiplier * Math.sqrt(LEVELS + 1) };
    }
  }
}

/** Goes down the tree to where a part of all lies to the left. */
function placeBelow(tree: Float64Array, part: number): number {
  let left = part * Math.max(0, tree[1] ?? 0);
  let node = 1;
  while (node < 2 ** LEVELS) {
    const below = Math.max(0, tree[2 * node] ?? 0);
    if (left <= below) node *= 2;
    else {
      left -= below;
      node = 2 * node + 1;
    }
  }
  const share = Math.min(1, Math.max(0, left / Math.max(1, tree[node] ?? 0)));
  return (node - 2 ** LEVELS + share) / 2 ** LEVELS;
}
