import { describe, expect, it } from "vitest";
import { epsilonFor } from "../accountant/accountant.ts";
import {
  decodeEntry,
  encodeEntry,
  type LedgerEntry,
  type LedgerStore,
  openBudget,
  settle,
} from "../ledger/index.ts";
import { Keystream } from "./keystream.ts";
import { eventOf, type TrainingPlan } from "./plan.ts";
import { type StateStore, trainUnderBudget } from "./session.ts";
import { prepareRun, type TrainingState } from "./step.ts";

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

class MemoryState implements StateStore {
  bytes: Uint8Array | undefined;
  load() {
    return this.bytes;
  }
  save(state: Uint8Array) {
    this.bytes = state.slice();
  }
  remove() {
    this.bytes = undefined;
  }
}

const words = new Keystream(new Uint8Array(32).fill(31));
const random = (lengthBytes: number) => Uint8Array.from({ length: lengthBytes }, () => words.next());
const plan: TrainingPlan = {
  shape: { inputsCount: 2, hiddenCount: 0, outputsCount: 1 },
  samplingRate: 1,
  expectedBatchCount: 10,
  stepsCount: 6,
  clippingNorm: 1,
  noiseMultiplier: 5,
  learningRate: 1,
  momentum: 0,
};
const data = { features: new Float32Array(20).fill(1), labels: new Uint16Array(10) };
const run = prepareRun(plan, data);
const cost = epsilonFor([eventOf(plan)], 1e-6);
const code = (name: string): unknown => expect.objectContaining({ code: name });

function sessionWith(epsilon: number) {
  const ledger = new MemoryLedger();
  openBudget(ledger, { budget: "stays", unit: "record", epsilon, delta: 1e-6 });
  const kept = new MemoryState();
  return { run, ledger, budget: "stays", purpose: "training" as const, kept, random, keepEvery: 2 };
}

/** Stops a session at a step, as a crash would. */
function breakAt(step: number) {
  return ({ stepsTaken }: TrainingState) => {
    if (stepsTaken === step) throw new Error("crash");
  };
}

describe("training under a budget", () => {
  it("reserves, trains, settles, and forgets its seed", () => {
    const session = sessionWith(cost * 1.2);
    const trained = trainUnderBudget(session);
    expect(session.ledger.entries().map(({ type }) => type)).toEqual(["opened", "reserved", "settled"]);
    expect(session.kept.bytes).toBeDefined();
    trained.close();
    expect(session.kept.bytes).toBeUndefined();
    expect(() => trainUnderBudget(session)).toThrow(code("LEDGER_OVERSPENT"));
    expect(session.kept.bytes).toBeUndefined();
  });

  it("goes on where it ended, with one reservation and the same result", () => {
    const session = sessionWith(cost * 1.2);
    expect(() => trainUnderBudget({ ...session, onStep: breakAt(3) })).toThrow("crash");
    const kept = session.kept.bytes;
    const first = trainUnderBudget(session);
    session.kept.bytes = kept;
    const again = trainUnderBudget(session);
    expect(again.parameters).toEqual(first.parameters);
    expect(again.reservation).toBe(first.reservation);
    expect(session.ledger.entries()).toHaveLength(3);
  });

  it("goes on with the same plan and data only, and not with what was given back", () => {
    const session = sessionWith(cost * 3);
    expect(() => trainUnderBudget({ ...session, onStep: breakAt(3) })).toThrow("crash");
    const otherPlan = prepareRun({ ...plan, learningRate: 2 }, data);
    expect(() => trainUnderBudget({ ...session, run: otherPlan })).toThrow(code("TRAINING_STATE"));
    const otherData = prepareRun(plan, { ...data, labels: new Uint16Array(10).fill(1) });
    expect(() => trainUnderBudget({ ...session, run: otherData })).toThrow(code("TRAINING_BINDING"));
    const [, reserved] = session.ledger.entries();
    if (reserved?.type !== "reserved") throw new Error("a reservation");
    settle(session.ledger, { id: reserved.id, outcome: "unused" });
    expect(() => trainUnderBudget(session)).toThrow(code("LEDGER_RESERVATION"));
  });
});
