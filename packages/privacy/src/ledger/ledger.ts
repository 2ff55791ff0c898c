/**
 * The privacy budget: what may still be learned from a data set. Everything that looks at the data reserves
 * first, and a reservation counts as spent from then on. Costs are composed by the accountant, over all
 * that was ever reserved; they are not added up.
 */
import { BaseError } from "@cloister/bytes";
import { epsilonBound, epsilonFor, type PrivacyEvent } from "../accountant/accountant.ts";
import type { BudgetOpened, LedgerEntry, Purpose, Reserved, Settled } from "./entry.ts";

/**
 * Keeps entries. `append` runs `decide` on all of them while nobody else can append, in any process, and
 * returns once what it gave would survive a power failure. When `decide` throws, nothing is kept; when it
 * gives nothing, nothing needs to be.
 */
export interface LedgerStore {
  append(decide: (entries: readonly LedgerEntry[]) => LedgerEntry | undefined): void;
  entries(): readonly LedgerEntry[];
}

/** What a reservation asks for. */
export type Reservation = Omit<Reserved, "type">;

/**
 * Opens a budget.
 * @throws BaseError `LEDGER_BUDGET_EXISTS`, `LEDGER_BUDGET_UNKNOWN`, `LEDGER_UNIT`, `LEDGER_ENTRY`
 */
export function openBudget(store: LedgerStore, budget: Omit<BudgetOpened, "type">): void {
  store.append((entries) => {
    const open = budgetsOf(entries);
    if (open.has(budget.budget)) {
      throw new BaseError("Conflict", "LEDGER_BUDGET_EXISTS", "this budget is open; a limit is set once");
    }
    const parent = budget.within === undefined ? undefined : budgetNamed(open, budget.within);
    if (parent && (parent.unit !== budget.unit || parent.delta !== budget.delta)) {
      throw new BaseError("Usage", "LEDGER_UNIT", "budgets within one another have one unit and one delta");
    }
    return { type: "opened", ...budget };
  });
}

/**
 * Reserves before the data is touched; returns when the reservation is durable. The same reservation again
 * is the same reservation.
 * @throws BaseError `LEDGER_OVERSPENT` when it would exceed its budget or one that it lies within,
 * `LEDGER_BUDGET_UNKNOWN`, `LEDGER_RESERVATION` for an id that is taken or settled, `LEDGER_ENTRY`
 */
export function reserve(store: LedgerStore, reservation: Reservation): void {
  store.append((entries) => {
    const entry: Reserved = { type: "reserved", ...reservation };
    const known = entries.find((one): one is Reserved => one.type === "reserved" && one.id === entry.id);
    if (known) {
      if (sameReservation(known, entry) && !settlementOf(entries, entry.id)) return undefined;
      throw new BaseError(
        "Conflict",
        "LEDGER_RESERVATION",
        "this id is taken or settled; reserve with a new one",
      );
    }
    refuseOverspending(entries, entry);
    return entry;
  });
}

/**
 * Ends a reservation; the same end again changes nothing.
 * @throws BaseError `LEDGER_RESERVATION` when there is none, or it ended otherwise
 */
export function settle(store: LedgerStore, end: Omit<Settled, "type">): void {
  store.append((entries) => {
    const settled = settlementOf(entries, end.id);
    const reserved = entries.some((one) => one.type === "reserved" && one.id === end.id);
    if (!reserved || (settled && settled.outcome !== end.outcome)) {
      throw new BaseError(
        "Conflict",
        "LEDGER_RESERVATION",
        "there is no such reservation, or it ended otherwise",
      );
    }
    return settled ? undefined : { type: "settled", ...end };
  });
}

function sameReservation(one: Reserved, other: Reserved): boolean {
  return (
    JSON.stringify([one.budget, one.purpose, one.planDigest, one.events.map(numbersOf)]) ===
    JSON.stringify([other.budget, other.purpose, other.planDigest, other.events.map(numbersOf)])
  );
}

function numbersOf({ samplingRate, noiseMultiplier, stepsCount }: PrivacyEvent): readonly number[] {
  return [samplingRate, noiseMultiplier, stepsCount];
}

function settlementOf(entries: readonly LedgerEntry[], id: string): Settled | undefined {
  return entries.find((one): one is Settled => one.type === "settled" && one.id === id);
}

function budgetsOf(entries: readonly LedgerEntry[]): ReadonlyMap<string, BudgetOpened> {
  const opened = entries.filter((entry): entry is BudgetOpened => entry.type === "opened");
  return new Map(opened.map((entry) => [entry.budget, entry]));
}

function budgetNamed(budgets: ReadonlyMap<string, BudgetOpened>, name: string): BudgetOpened {
  const budget = budgets.get(name);
  if (budget) return budget;
  throw new BaseError("Usage", "LEDGER_BUDGET_UNKNOWN", "open this budget first");
}

/** The budget and all that it lies within. */
function chainOf(budgets: ReadonlyMap<string, BudgetOpened>, name: string): readonly BudgetOpened[] {
  const budget = budgetNamed(budgets, name);
  return budget.within === undefined ? [budget] : [budget, ...chainOf(budgets, budget.within)];
}

/** What counts against a budget: reservations of it and of budgets within it, but for those given back. */
function spentFrom(entries: readonly LedgerEntry[], name: string): readonly Reserved[] {
  const budgets = budgetsOf(entries);
  const unused = new Set(
    entries.flatMap((one) => (one.type === "settled" && one.outcome === "unused" ? [one.id] : [])),
  );
  return entries.filter(
    (one): one is Reserved =>
      one.type === "reserved" &&
      !unused.has(one.id) &&
      chainOf(budgets, one.budget).some(({ budget }) => budget === name),
  );
}

function refuseOverspending(entries: readonly LedgerEntry[], entry: Reserved): void {
  for (const { budget, epsilon, delta } of chainOf(budgetsOf(entries), entry.budget)) {
    const events = [...spentFrom(entries, budget), entry].flatMap((one) => one.events);
    // The quick bound never shows less than the cost; only where it refuses does the exact one decide.
    if (epsilonBound(merged(events), delta) <= epsilon || exactCost(merged(events), delta) <= epsilon)
      continue;
    throw new BaseError(
      "Policy",
      "LEDGER_OVERSPENT",
      `refused: "${budget}" would exceed epsilon ${epsilon}; use fewer steps or more noise, or stop here`,
    );
  }
}

/** Equal events together, so that a long ledger costs no more to check than a short one. */
function merged(events: readonly PrivacyEvent[]): readonly PrivacyEvent[] {
  const found = new Map<string, PrivacyEvent>();
  for (const event of events) {
    const key = `${event.samplingRate}/${event.noiseMultiplier}`;
    found.set(key, { ...event, stepsCount: event.stepsCount + (found.get(key)?.stepsCount ?? 0) });
  }
  return [...found.values()];
}

/** The last cost computed: whoever is refused tends to ask again. */
let latest = { key: "", epsilon: 0 };

function exactCost(events: readonly PrivacyEvent[], delta: number): number {
  const key = JSON.stringify([delta, events.map(numbersOf)]);
  if (latest.key !== key) latest = { key, epsilon: epsilonFor(events, delta) };
  return latest.epsilon;
}

/** How a budget stands. */
export interface BudgetReport extends BudgetOpened {
  /** Epsilon of everything reserved, composed. */
  readonly spentEpsilon: number;
  readonly reservationsCount: Readonly<Record<Purpose, number>>;
}

/** How all budgets stand. */
export function reportBudgets(entries: readonly LedgerEntry[]): readonly BudgetReport[] {
  return [...budgetsOf(entries).values()].map((budget) => reportOf(budget, entries));
}

function reportOf(budget: BudgetOpened, entries: readonly LedgerEntry[]): BudgetReport {
  const spent = spentFrom(entries, budget.budget);
  const events = merged(spent.flatMap((one) => one.events));
  const count = (purpose: Purpose) => spent.filter((one) => one.purpose === purpose).length;
  return {
    ...budget,
    spentEpsilon: spent.length === 0 ? 0 : epsilonFor(events, budget.delta),
    reservationsCount: {
      training: count("training"),
      tuning: count("tuning"),
      query: count("query"),
      audit: count("audit"),
    },
  };
}
