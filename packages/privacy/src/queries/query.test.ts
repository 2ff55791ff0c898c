import { describe, expect, it } from "vitest";
import { decodeEntry, encodeEntry, type LedgerEntry, type LedgerStore, openBudget } from "../ledger/index.ts";
import { Keystream } from "../training/keystream.ts";
import { ask, type Column, type Query } from "./query.ts";

class MemoryLedger implements LedgerStore {
  readonly #entries: LedgerEntry[] = [];
  append(decide: (entries: readonly LedgerEntry[]) => LedgerEntry | undefined): void {
    const entry = decide(this.#entries);
    if (entry) this.#entries.push(decodeEntry(encodeEntry(entry)));
  }
  entries(): readonly LedgerEntry[] {
    return this.#entries;
  }
}

const words = new Keystream(new Uint8Array(32).fill(17));
const random = (lengthBytes: number) => Uint8Array.from({ length: lengthBytes }, () => words.next());

function ledgerWith(epsilon: number): LedgerStore {
  const ledger = new MemoryLedger();
  openBudget(ledger, { budget: "stays", unit: "patient", epsilon, delta: 1e-6 });
  return ledger;
}

function answer(query: Query, column: Column, noiseMultiplier = 4): readonly number[] {
  return ask({ query, column, noiseMultiplier, ledger: ledgerWith(1e3), budget: "stays", random }).numbers;
}

/** 20,000 units; every third has three rows. */
const column: Column = Array.from({ length: 20_000 }, (_, at) => {
  const value = String((at % 1000) / 10);
  return at % 3 === 0 ? [value, value, value] : [value];
});

describe("questions to a data set", () => {
  it("count units, not rows", () => {
    expect(Math.abs((answer({ kind: "count" }, column)[0] ?? 0) - 20_000)).toBeLessThan(24);
  });

  it("give a mean", () => {
    expect(Math.abs((answer({ kind: "mean", low: 0, high: 200 }, column)[0] ?? 0) - 49.95)).toBeLessThan(0.3);
  });

  it("hold values within the range", () => {
    const wild: Column = [...column, ["1e300"], ["-1e300"], [""], ["?"], ["NaN"]];
    expect(Math.abs((answer({ kind: "mean", low: 0, high: 100 }, wild)[0] ?? 0) - 49.95)).toBeLessThan(0.3);
  });

  it("give a histogram; a patient with several values is shared out", () => {
    const cells: Column = Array.from({ length: 9000 }, (_, at) => (at % 3 === 0 ? ["a", "b"] : ["b"]));
    const [a = 0, b = 0, c = 0] = answer({ kind: "histogram", values: ["a", "b", "c"] }, cells);
    expect(Math.abs(a - 1500)).toBeLessThan(24);
    expect(Math.abs(b - 7500)).toBeLessThan(24);
    expect(Math.abs(c)).toBeLessThan(24);
  });

  it("give quantiles", () => {
    const parts = [0, 0.1, 0.5, 0.9];
    const found = answer({ kind: "quantiles", low: 0, high: 128, parts }, column);
    for (const [at, part] of parts.entries())
      expect(Math.abs((found[at] ?? 0) - 100 * part)).toBeLessThan(1.5);
  });

  it.each([0.1, 1000])("take noise from least to most: %d", (noise) => {
    expect(Math.abs((answer({ kind: "count" }, column, noise)[0] ?? 0) - 20_000)).toBeLessThan(6 * noise + 1);
  });

  it("answer nobody's data with noise alone", () => {
    expect(Math.abs(answer({ kind: "mean", low: 0, high: 1 }, [])[0] ?? 9)).toBeLessThanOrEqual(1);
    expect(Math.abs(answer({ kind: "count" }, [])[0] ?? 99)).toBeLessThan(24);
  });

  it("have noise of the size that was paid for", () => {
    const counts = Array.from({ length: 300 }, () => answer({ kind: "count" }, [["1"]], 10)[0] ?? 0);
    const square = counts.reduce((sum, count) => sum + (count - 1) ** 2, 0) / counts.length;
    expect(Math.abs(square / 100 - 1)).toBeLessThan(5 * Math.sqrt(2 / 300));
  });

  it.each<Query>([
    { kind: "count" },
    { kind: "mean", low: 0, high: 10 },
    { kind: "histogram", values: ["1", "7"] },
    { kind: "quantiles", low: 0, high: 10, parts: [0.5] },
  ])("are paid for before they are answered: %o", (query) => {
    const ledger = ledgerWith(0.5);
    const given = { query, column: [["1", "7"]], noiseMultiplier: 20, ledger, budget: "stays", random };
    ask(given);
    expect(ledger.entries().map(({ type }) => type)).toEqual(["opened", "reserved", "settled"]);
    expect(() => {
      for (let at = 0; at < 10; at += 1) ask(given);
    }).toThrow(expect.objectContaining({ code: "LEDGER_OVERSPENT" }));
  });

  it.each<[Query, number]>([
    [{ kind: "count" }, 0],
    [{ kind: "mean", low: 1, high: 1 }, 1],
    [{ kind: "mean", low: 0, high: Infinity }, 1],
    [{ kind: "histogram", values: [] }, 1],
    [{ kind: "quantiles", low: 0, high: 1, parts: [1.1] }, 1],
  ])("refuse %o", (query, noise) => {
    expect(() => answer(query, column, noise)).toThrow(expect.objectContaining({ code: "QUERY" }));
  });
});
