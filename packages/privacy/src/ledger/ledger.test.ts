import { describe, expect, it } from "vitest";
import { epsilonFor, type PrivacyEvent } from "../accountant/accountant.ts";
import { decodeEntry, encodeEntry, entryDigest, firstDigest, type LedgerEntry } from "./entry.ts";
import { type LedgerStore, openBudget, reportBudgets, reserve, settle } from "./ledger.ts";
import { type BudgetLog, publishLedger } from "./publish.ts";

/** A ledger that is gone with the test. */
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

const id = (at: number) => at.toString(16).padStart(32, "0");
const planDigest = "ab".repeat(32);
const run: PrivacyEvent = { samplingRate: 0.01, noiseMultiplier: 1.1, stepsCount: 500 };
const cost = epsilonFor([run], 1e-6);
const twice = epsilonFor([{ ...run, stepsCount: 1000 }], 1e-6);

function ledgerWith(epsilon: number): LedgerStore {
  const store = new MemoryLedger();
  openBudget(store, { budget: "stays", unit: "patient", epsilon, delta: 1e-6 });
  return store;
}

function take(
  store: LedgerStore,
  at: number,
  change: { budget?: string; events?: PrivacyEvent[] } = {},
): void {
  reserve(store, { id: id(at), budget: "stays", purpose: "training", events: [run], planDigest, ...change });
}

const code = (name: string): unknown => expect.objectContaining({ code: name });

describe("a budget", () => {
  it("composes what is reserved: two runs fit where twice the cost would not", () => {
    expect(twice).toBeLessThan(2 * cost * 0.9);
    const store = ledgerWith(twice + 1e-6);
    take(store, 1);
    take(store, 2);
    expect(() => take(store, 3)).toThrow(code("LEDGER_OVERSPENT"));
    expect(reportBudgets(store.entries())).toMatchObject([{ spentEpsilon: expect.closeTo(twice, 9) }]);
  });

  it("refuses what exceeds it by anything, and keeps nothing of it", () => {
    const store = ledgerWith(cost - 1e-6);
    expect(() => take(store, 1)).toThrow(code("LEDGER_OVERSPENT"));
    expect(store.entries()).toHaveLength(1);
  });

  it("counts runs to choose settings, and different mechanisms", () => {
    const store = ledgerWith(10);
    take(store, 1);
    const events = [{ samplingRate: 1, noiseMultiplier: 20, stepsCount: 2 }];
    reserve(store, { id: id(2), budget: "stays", purpose: "tuning", events: [run], planDigest });
    reserve(store, { id: id(3), budget: "stays", purpose: "query", events, planDigest });
    expect(reportBudgets(store.entries())).toMatchObject([
      {
        spentEpsilon: expect.closeTo(epsilonFor([{ ...run, stepsCount: 1000 }, ...events], 1e-6), 9),
        reservationsCount: { training: 1, tuning: 1, query: 1, audit: 0 },
      },
    ]);
  });

  it("bounds a patient over all data sets that the patient is in", () => {
    const store = new MemoryLedger();
    openBudget(store, { budget: "patients", unit: "patient", epsilon: twice - 1e-6, delta: 1e-6 });
    for (const budget of ["stays", "letters"]) {
      openBudget(store, { budget, within: "patients", unit: "patient", epsilon: 5, delta: 1e-6 });
    }
    take(store, 1);
    expect(() => take(store, 2, { budget: "letters" })).toThrow(code("LEDGER_OVERSPENT"));
    openBudget(store, { budget: "others", unit: "patient", epsilon: 5, delta: 1e-6 });
    take(store, 3, { budget: "others" });
  });

  it("takes the same reservation once, and no other under its id", () => {
    const store = ledgerWith(cost + 1e-6);
    take(store, 1);
    take(store, 1);
    expect(store.entries()).toHaveLength(2);
    expect(() => take(store, 1, { events: [{ ...run, stepsCount: 1 }] })).toThrow(code("LEDGER_RESERVATION"));
    settle(store, { id: id(1), outcome: "released" });
    settle(store, { id: id(1), outcome: "released" });
    expect(store.entries()).toHaveLength(3);
    expect(() => take(store, 1)).toThrow(code("LEDGER_RESERVATION"));
  });

  it("gives back only what was never used", () => {
    const store = ledgerWith(cost + 1e-6);
    take(store, 1);
    settle(store, { id: id(1), outcome: "unused" });
    take(store, 2);
    settle(store, { id: id(2), outcome: "released" });
    expect(() => take(store, 3)).toThrow(code("LEDGER_OVERSPENT"));
    expect(() => settle(store, { id: id(2), outcome: "unused" })).toThrow(code("LEDGER_RESERVATION"));
    expect(() => settle(store, { id: id(9), outcome: "unused" })).toThrow(code("LEDGER_RESERVATION"));
  });

  it("is opened once, within one of its kind", () => {
    const store = ledgerWith(1);
    const again = { budget: "stays", unit: "patient", epsilon: 99, delta: 1e-6 } as const;
    expect(() => openBudget(store, again)).toThrow(code("LEDGER_BUDGET_EXISTS"));
    expect(() => openBudget(store, { ...again, budget: "b", within: "none" })).toThrow(
      code("LEDGER_BUDGET_UNKNOWN"),
    );
    expect(() => openBudget(store, { ...again, budget: "b", within: "stays", unit: "record" })).toThrow(
      code("LEDGER_UNIT"),
    );
    expect(() => openBudget(store, { ...again, budget: "b", within: "stays", delta: 1e-5 })).toThrow(
      code("LEDGER_UNIT"),
    );
    expect(() => take(store, 1, { budget: "none" })).toThrow(code("LEDGER_BUDGET_UNKNOWN"));
  });
});

describe("publishing", () => {
  class Log implements BudgetLog {
    readonly leaves: Uint8Array[] = [];
    async digests() {
      return this.leaves;
    }
    async append(digest: Uint8Array) {
      this.leaves.push(digest);
    }
  }

  it("puts each entry's digest into the log once", async () => {
    const log = new Log();
    const store = ledgerWith(10);
    expect(await publishLedger(store.entries(), log)).toBe(1);
    take(store, 1);
    settle(store, { id: id(1), outcome: "released" });
    expect(await publishLedger(store.entries(), log)).toBe(2);
    expect(await publishLedger(store.entries(), log)).toBe(0);
    expect(new Set(log.leaves.map((leaf) => leaf.join())).size).toBe(3);
  });

  it("notices a ledger that forgot, began anew or was changed", async () => {
    const log = new Log();
    const store = ledgerWith(10);
    take(store, 1);
    await publishLedger(store.entries(), log);
    for (const entries of [store.entries().slice(0, 1), [], ledgerWith(11).entries()]) {
      await expect(publishLedger(entries, log)).rejects.toThrow(
        expect.objectContaining({ code: "LEDGER_FORGOTTEN" }),
      );
    }
    expect(log.leaves).toHaveLength(2);
  });
});

describe("an entry", () => {
  const entries: readonly LedgerEntry[] = [
    { type: "opened", budget: "stays", within: "all", unit: "record", epsilon: 1, delta: 1e-6 },
    { type: "reserved", id: id(1), budget: "stays", purpose: "audit", events: [run], planDigest },
    { type: "settled", id: id(1), outcome: "unused" },
  ];

  it.each(entries)("$type comes back from its line", (entry) => {
    expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
  });

  it("has a digest over all that precede it", () => {
    const [first, second] = entries;
    if (!first || !second) throw new Error("two entries");
    const digest = entryDigest(entryDigest(firstDigest, first), second);
    expect(digest).toHaveLength(32);
    expect(digest).not.toEqual(entryDigest(firstDigest, second));
  });

  it.each([
    "",
    "null",
    "{}",
    '{"type":"settled"}',
    `{"type":"settled","id":"${id(1)}","outcome":"lost"}`,
    `{"type":"settled","id":"${id(1)}","outcome":"unused","more":1}`,
    `{"type":"settled", "id":"${id(1)}","outcome":"unused"}`,
    '{"type":"opened","budget":"A b","unit":"patient","epsilon":1,"delta":0.1}',
    '{"type":"opened","budget":"a","unit":"patient","epsilon":0,"delta":0.1}',
    '{"type":"opened","budget":"a","unit":"patient","epsilon":1,"delta":1}',
    '{"type":"opened","budget":"a","unit":"hospital","epsilon":1,"delta":0.1}',
    `{"type":"reserved","id":"${id(1)}","budget":"a","purpose":"fun","events":[],"planDigest":"${planDigest}"}`,
    `{"type":"reserved","id":"${id(1)}","budget":"a","purpose":"query","events":[],"planDigest":"${planDigest}"}`,
  ])("is not %s", (text) => {
    expect(() => decodeEntry(text)).toThrow(code("LEDGER_ENTRY"));
  });
});
