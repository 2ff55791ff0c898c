import { describe, expect, it } from "vitest";
import { epsilonFor, noiseFor } from "../accountant/accountant.ts";
import { Keystream, startTraining, type TrainingPlan, takeStep } from "../training/index.ts";
import { binomialMasses } from "./binomial.ts";
import { scoreCanaries, type Trainer } from "./canaries.ts";
import { chanceBelow, reportMembership } from "./membership.ts";
import { auditOneRun, leastEpsilon } from "./one-run.ts";

const random = (seed: number) => {
  const words = new Keystream(new Uint8Array(32).fill(seed));
  return (lengthBytes: number) => Uint8Array.from({ length: lengthBytes }, () => words.next());
};

describe("binomial masses", () => {
  it("are the exact ones", () => {
    const masses = binomialMasses(4, 0.25);
    const exact = [81, 108, 54, 12, 1].map((part) => part / 256);
    for (const [k, mass] of exact.entries()) expect(masses[k]).toBeCloseTo(mass, 14);
  });

  it("add up to 1 where there are many", () => {
    expect(binomialMasses(5000, 0.9).reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 9);
  });
});

describe("the audit with one run", () => {
  // By the definition: beta alone where delta is 0. 95 of 100 right: P(Binomial(100, p) >= 95) = 0.05.
  it("is Clopper and Pearson's bound where delta is 0", () => {
    const epsilon = leastEpsilon({ canariesCount: 1000, guessesCount: 100, rightCount: 95, delta: 0 });
    const chance = 1 / (1 + Math.exp(-epsilon));
    const tail = binomialMasses(100, chance)
      .subarray(95)
      .reduce((sum, mass) => sum + mass, 0);
    expect(tail).toBeCloseTo(0.05, 6);
  });

  it("shows less for a larger delta, and nothing for what chance does", () => {
    const guesses = { canariesCount: 1000, guessesCount: 100, rightCount: 95 };
    expect(leastEpsilon({ ...guesses, delta: 1e-3 })).toBeLessThan(leastEpsilon({ ...guesses, delta: 0 }));
    expect(leastEpsilon({ ...guesses, rightCount: 50, delta: 1e-5 })).toBe(0);
  });

  it("finds less than was spent, yet something, and everything where there is no noise", () => {
    const samplingRate = 0.2;
    const noiseMultiplier = noiseFor({ samplingRate, stepsCount: 20, epsilon: 6, delta: 1e-5 });
    const plan: TrainingPlan = {
      shape: { inputsCount: 1, hiddenCount: 0, outputsCount: 1 },
      samplingRate,
      noiseMultiplier,
      expectedBatchCount: 200,
      stepsCount: 20,
      clippingNorm: 1,
      learningRate: 1,
      momentum: 0,
    };
    const trainer: Trainer = { start: (run) => startTraining(run, random(5)), step: takeStep };
    const options = { canariesCount: 2000, random: random(6) };
    const audit = auditOneRun(scoreCanaries(trainer, plan, options), 1e-5);
    expect(audit.leastEpsilon).toBeGreaterThan(0.3);
    expect(audit.leastEpsilon).toBeLessThan(epsilonFor([plan], 1e-5));
    const silent: Trainer = {
      ...trainer,
      step(run, state) {
        const { state: next, trace } = takeStep(run, state);
        return { state: next, trace: { ...trace, noisySum: trace.sum } };
      },
    };
    const bare = auditOneRun(scoreCanaries(silent, plan, options), 1e-5);
    expect(bare.leastEpsilon).toBeGreaterThan(bare.mostShown * 0.9);
  });

  it("takes enough canaries", () => {
    const trainer: Trainer = { start: (run) => startTraining(run, random(5)), step: takeStep };
    expect(() =>
      scoreCanaries(trainer, {} as TrainingPlan, { canariesCount: 99, random: random(1) }),
    ).toThrow(expect.objectContaining({ code: "AUDIT_CANARIES" }));
  });
});

describe("membership", () => {
  it("is told by losses, ties counted half", () => {
    expect(chanceBelow(Float64Array.of(1, 2), Float64Array.of(2, 3))).toBe(0.875);
    expect(chanceBelow(Float64Array.of(3), Float64Array.of(1))).toBe(0);
  });

  it("is found where losses differ, and not where they do not", () => {
    const losses = Float64Array.from({ length: 1000 }, (_, at) => at);
    const same = reportMembership(losses, losses);
    expect(same).toMatchObject({ auc: 0.5, foundAtOnePercent: 0.01 });
    expect(same.aucError).toBeCloseTo(0.0253, 3);
    const apart = reportMembership(
      losses,
      losses.map((loss) => loss + 900),
    );
    expect(apart.auc).toBeGreaterThan(0.9);
    expect(apart.foundAtOnePercent).toBeGreaterThan(0.9);
    expect(() => reportMembership(Float64Array.of(1), losses)).toThrow(
      expect.objectContaining({ code: "AUDIT_LOSSES" }),
    );
  });
});
