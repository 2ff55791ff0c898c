import { toHex } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { epsilonFor } from "../accountant/accountant.ts";
import { type LedgerEntry, type LedgerStore, openBudget, reserve } from "../ledger/index.ts";
import type { Dataset } from "../training/dataset.ts";
import {
  addDiscreteGaussian,
  applyNoisySum,
  clippedGradientSum,
  clippingOf,
  decodeState,
  encodeState,
  eventOf,
  Keystream,
  noiseVarianceOf,
  planDigest,
  prepareRun,
  sampleRows,
  startTraining,
  type TrainingPlan,
  type TrainingRun,
  type TrainingState,
  takeStep,
} from "../training/index.ts";
import type { Trainer } from "./canaries.ts";
import { auditGaussian } from "./gaussian-test.ts";
import { checkLedger, checkTraces, type TracedStep } from "./traces.ts";

const random = (seed: number) => {
  const words = new Keystream(new Uint8Array(32).fill(seed));
  return (lengthBytes: number) => Uint8Array.from({ length: lengthBytes }, () => words.next());
};

const shape = { inputsCount: 30, hiddenCount: 0, outputsCount: 2 };
const plan: TrainingPlan = {
  shape,
  samplingRate: 0.1,
  expectedBatchCount: 40,
  stepsCount: 60,
  clippingNorm: 0.5,
  noiseMultiplier: 2,
  learningRate: 0.2,
  momentum: 0.9,
};

/** Features longer than the clipping norm, so that clipping has something to do; labels all alike. */
function data(): Dataset {
  const words = new Keystream(new Uint8Array(32).fill(99));
  const features = Float32Array.from({ length: 400 * 30 }, () => 5 + words.next() / 2 ** 31);
  return { features, labels: new Uint16Array(400) };
}

interface Parts {
  readonly rows: (run: TrainingRun, state: TrainingState, words: Keystream) => Uint32Array;
  readonly clippingNorm: number;
  readonly variance: number;
  readonly words: (state: TrainingState) => Keystream;
  readonly expectedBatchCount: (rows: Uint32Array) => number;
}

const fresh = random(7);

/** A trainer with one fault. */
function faulty(change: Partial<Parts>): Trainer {
  const parts: Parts = {
    rows: ({ data: from, plan: { samplingRate } }, _, words) => sampleRows(from, samplingRate, words),
    clippingNorm: 1,
    variance: 1,
    words: () => new Keystream(fresh(32)),
    expectedBatchCount: () => Number.NaN,
    ...change,
  };
  return {
    start: (run) => startTraining(run, fresh),
    step(run, state) {
      const rows = parts.rows(run, state, new Keystream(fresh(32)));
      const clipping = clippingOf(run.plan);
      // A norm so many times as long makes as many times the units: gradients pass unclipped.
      const wide = {
        clippingNorm: clipping.clippingNorm * parts.clippingNorm,
        clippingUnits: clipping.clippingUnits * parts.clippingNorm,
      };
      const sum = clippedGradientSum({
        shape: run.plan.shape,
        parameters: state.parameters,
        data: run.data,
        rows,
        clipping: wide,
      });
      const variance = Math.round(noiseVarianceOf(run.plan) * parts.variance);
      const noisySum = variance === 0 ? sum : addDiscreteGaussian(sum.slice(), variance, parts.words(state));
      const expected = parts.expectedBatchCount(rows);
      const divided = Number.isNaN(expected) ? run.plan : { ...run.plan, expectedBatchCount: expected };
      return { state: applyNoisySum(divided, state, noisySum), trace: { rows, sum, noisySum } };
    },
  };
}

const honest: Trainer = { start: (run) => startTraining(run, fresh), step: takeStep };

/** Runs a whole plan, with a crash in the middle: the step after it is taken twice. */
function trace(trainer: Trainer): readonly TracedStep[] {
  const run = prepareRun(plan, data());
  const steps: TracedStep[] = [];
  let state = trainer.start(run);
  while (state.stepsTaken < plan.stepsCount) {
    if (state.stepsTaken === 30) {
      const resumed = decodeState(run, encodeState(state));
      const again = trainer.step(run, resumed);
      steps.push({ before: resumed, after: again.state, trace: again.trace });
    }
    const next = trainer.step(run, state);
    steps.push({ before: state, after: next.state, trace: next.trace });
    state = next.state;
  }
  return steps;
}

/** Shuffles once an epoch and cuts batches of one size. */
function shuffled(): Parts["rows"] {
  const words = new Keystream(fresh(32));
  let order: number[] = [];
  return ({ data: { labels }, plan: { expectedBatchCount } }) => {
    if (order.length < expectedBatchCount) {
      order = Array.from(labels, (_, row) => ({ row, at: words.next() }))
        .sort((one, other) => one.at - other.at)
        .map(({ row }) => row);
    }
    return Uint32Array.from(order.splice(0, expectedBatchCount));
  };
}

describe("the checks on traces", () => {
  // A step from a kept state that draws anew is a fault of its own: the checks see it in every one below.
  it.each([
    ["no clipping", { clippingNorm: 60 }, "clipping"],
    ["no noise", { variance: 0 }, "noise"],
    ["half the noise", { variance: 0.25 }, "noise"],
    ["divides by who took part", { expectedBatchCount: (rows: Uint32Array) => rows.length }, "normalisation"],
    ["shuffles instead of Poisson sampling", { rows: shuffled() }, "sampling"],
    [
      "noise from the run's seed alone, the same in each step",
      { words: ({ seed }: TrainingState) => new Keystream(seed) },
      "fresh-noise",
    ],
    ["draws anew after a crash", {}, "fresh-noise"],
  ] as const)("catch a trainer that has %s", (_, change, check) => {
    expect(checkTraces(prepareRun(plan, data()), trace(faulty(change)))).toContain(check);
  });

  it("pass the honest trainer", () => {
    expect(checkTraces(prepareRun(plan, data()), trace(honest))).toEqual([]);
  });
});

describe("the Gaussian test", () => {
  const options = { canariesCount: 2000, delta: 1e-5, random: random(3) };

  it("passes the honest trainer and sees what is there", () => {
    const audit = auditGaussian(honest, plan, options);
    expect(audit.passed).toBe(true);
    expect(audit.measured).toBeCloseTo(audit.claimed, 0.5);
    expect(audit.powerAgainstHalfNoise).toBeGreaterThan(0.99);
  });

  it.each([
    ["no clipping", { clippingNorm: 8 }],
    ["no noise", { variance: 0 }],
    ["half the noise", { variance: 0.25 }],
  ])("catches %s without any trace", (_, change) => {
    expect(auditGaussian(faulty(change), plan, options)).toMatchObject({ passed: false });
  });
});

describe("the checks on a ledger", () => {
  /** A store; the racy one lets others decide on what it has read before it writes. */
  class Store implements LedgerStore {
    readonly #entries: LedgerEntry[] = [];
    readonly #meanwhile: (() => void)[];
    constructor(meanwhile: (() => void)[] = []) {
      this.#meanwhile = meanwhile;
    }
    append(decide: (entries: readonly LedgerEntry[]) => LedgerEntry | undefined): void {
      const entry = decide([...this.#entries]);
      this.#meanwhile.pop()?.();
      if (entry) this.#entries.push(entry);
    }
    entries(): readonly LedgerEntry[] {
      return this.#entries;
    }
  }

  const tuned = { ...plan, learningRate: 0.5 };
  const reservation = (id: string, of: TrainingPlan) => ({
    id: id.repeat(32),
    budget: "stays",
    purpose: "training" as const,
    events: [eventOf(of)],
    planDigest: toHex(planDigest(of)),
  });
  const open = (store: LedgerStore, epsilon: number) =>
    openBudget(store, { budget: "stays", unit: "patient", epsilon, delta: 1e-6 });

  it("catch runs to choose settings that nobody reserved, and one reservation for two runs", () => {
    const store = new Store();
    open(store, 50);
    reserve(store, reservation("1", plan));
    expect(checkLedger(store.entries(), [plan])).toEqual([]);
    expect(checkLedger(store.entries(), [tuned, plan])).toEqual(["accounting"]);
    expect(checkLedger(store.entries(), [plan, plan])).toEqual(["accounting"]);
    reserve(store, reservation("2", tuned));
    expect(checkLedger(store.entries(), [tuned, plan])).toEqual([]);
  });

  it("catch a ledger with a race", () => {
    const meanwhile: (() => void)[] = [];
    const store = new Store(meanwhile);
    open(store, epsilonFor([eventOf(plan)], 1e-6) * 1.05);
    meanwhile.push(() => reserve(store, reservation("1", plan)));
    reserve(store, reservation("2", plan));
    expect(checkLedger(store.entries(), [plan, plan])).toEqual(["budget"]);
  });

  it("pass the same without one", () => {
    const store = new Store();
    open(store, epsilonFor([eventOf(plan)], 1e-6) * 1.05);
    reserve(store, reservation("1", plan));
    expect(() => reserve(store, reservation("2", plan))).toThrow(
      expect.objectContaining({ code: "LEDGER_OVERSPENT" }),
    );
    expect(checkLedger(store.entries(), [plan])).toEqual([]);
  });
});
