import { describe, expect, it } from "vitest";
import { decodeEntry, encodeEntry, type LedgerEntry, type LedgerStore, openBudget } from "../ledger/index.ts";
import { Keystream } from "../training/keystream.ts";
import { type DiscreteTable, synthesise } from "./synthesise.ts";

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

const words = new Keystream(new Uint8Array(32).fill(23));
const random = (lengthBytes: number) => Uint8Array.from({ length: lengthBytes }, () => words.next());

function ledgerWith(epsilon: number): LedgerStore {
  const ledger = new MemoryLedger();
  openBudget(ledger, { budget: "stays", unit: "patient", epsilon, delta: 1e-6 });
  return ledger;
}

/** A column that goes with the label, one that does not, and the label: 1 in a quarter of the rows. */
const table: DiscreteTable = {
  sizes: [3, 2, 2],
  rows: Uint16Array.from(
    Array.from({ length: 8000 }, (_, row) => {
      const label = Number(row % 4 === 0);
      return [label === 1 ? 2 : row % 2, Math.floor(row / 4) % 2, label];
    }).flat(),
  ),
};

function invent(of: DiscreteTable, noiseMultiplier: number, ledger = ledgerWith(1e4)) {
  return synthesise({ table: of, rowsCount: 4000, noiseMultiplier, ledger, budget: "stays", random });
}

/** How often each value of a column meets label 1, as parts of all rows. */
function withLabel({ sizes, rows }: DiscreteTable, column: number): readonly number[] {
  const count = rows.length / sizes.length;
  return Array.from({ length: sizes[column] ?? 0 }, (_, value) => {
    const met = Array.from({ length: count }, (__, row) => row * 3).filter(
      (from) => rows[from + column] === value && rows[from + 2] === 1,
    );
    return met.length / count;
  });
}

describe("invented rows", () => {
  it("keep what columns have to do with the label", () => {
    const { table: invented, differences, countError } = invent(table, 3);
    expect(invented.rows).toHaveLength(12_000);
    expect(countError).toBeCloseTo(3 * Math.SQRT2, 9);
    const [low = 1, middle = 1, high = 0] = withLabel(invented, 0);
    expect(low + middle).toBeLessThan(0.02);
    expect(Math.abs(high - 0.25)).toBeLessThan(0.04);
    for (const part of withLabel(invented, 1)) expect(Math.abs(part - 0.125)).toBeLessThan(0.03);
    for (const one of differences) expect(one).toBeLessThan(0.05);
  });

  it("resemble nothing where there is nobody, or too much noise", () => {
    const nobody = invent({ ...table, rows: new Uint16Array() }, 3);
    expect(nobody.table.rows.every((value, at) => value < (table.sizes[at % 3] ?? 0))).toBe(true);
    const { table: noise } = invent({ ...table, rows: table.rows.slice(0, 30) }, 900);
    expect(Math.abs((withLabel(noise, 0)[2] ?? 0) - 0.25)).toBeLessThan(0.26);
  });

  it("are paid for before they are made", () => {
    const ledger = ledgerWith(0.5);
    invent(table, 20, ledger);
    expect(ledger.entries().map(({ type }) => type)).toEqual(["opened", "reserved", "settled"]);
    expect(() => invent(table, 0.5, ledger)).toThrow(expect.objectContaining({ code: "LEDGER_OVERSPENT" }));
  });

  it.each([
    [{ sizes: [2], rows: Uint16Array.of(0) }, 1],
    [{ sizes: [2, 2], rows: Uint16Array.of(0) }, 1],
    [{ sizes: [2, 2], rows: Uint16Array.of(0, 2) }, 1],
    [{ sizes: [2, 0], rows: new Uint16Array() }, 1],
    [{ sizes: [2, 2], rows: new Uint16Array() }, 0],
  ])("refuse %o with noise %d", (of, noise) => {
    expect(() => invent(of, noise)).toThrow(expect.objectContaining({ code: "SYNTHESIS" }));
  });
});
