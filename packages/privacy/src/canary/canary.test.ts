import { equalBytes } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { binomialUpperTail, criticalCount } from "./binomial.ts";
import { type CanaryPlan, drawPlan, judgeCanary, planCommitment, plantedPhrases } from "./index.ts";
import { words } from "./words.ts";

const size = { groupsCount: 40, candidatesCount: 10, levelPpm: 50_000 };
const any = () => true;

/** The tail in whole numbers: probability a/b, exact until the last division. */
function exactTail(least: number, count: number, [a, b]: readonly [bigint, bigint]): number {
  let choose = 1n;
  let sum = 0n;
  for (let k = 0; k <= count; k += 1) {
    if (k > 0) choose = (choose * BigInt(count - k + 1)) / BigInt(k);
    if (k >= least) sum += choose * a ** BigInt(k) * (b - a) ** BigInt(count - k);
  }
  const digits = 10n ** 30n;
  return Number((sum * digits) / b ** BigInt(count)) / 1e30;
}

/** Repeatable numbers in [0, 1). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("the binomial tail", () => {
  // Sums of fractions, by Python.
  it.each([
    [3, 10, 0.1, 0.070_190_826_4],
    [8, 20, 0.25, 0.101_811_857],
    [5, 5, 0.5, 0.031_25],
    [1, 100, 0.01, 0.633_967_658_7],
    [8, 40, 0.1, 0.041_901_942_67],
  ])("of %i of %i at %f is %f", (least, count, probability, tail) => {
    expect(binomialUpperTail(least, count, probability)).toBeCloseTo(tail, 8);
  });

  it("is the sum in whole numbers", () => {
    for (const [count, fraction] of [
      [12, [1n, 7n]],
      [60, [1n, 10n]],
      [250, [3n, 10n]],
      [500, [1n, 20n]],
    ] as const) {
      for (let least = 0; least <= count; least += Math.ceil(count / 13)) {
        const exact = exactTail(least, count, fraction);
        const value = binomialUpperTail(least, count, Number(fraction[0]) / Number(fraction[1]));
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(1e-10 * exact + 1e-29);
      }
    }
  });

  it("has the ends that it must have", () => {
    expect([binomialUpperTail(0, 5, 0.2), binomialUpperTail(6, 5, 0.2)]).toEqual([1, 0]);
    expect(criticalCount(40, 0.1, 0.05)).toBe(8);
    expect(criticalCount(3, 0.5, 0.01)).toBe(4);
  });
});

describe("a plan", () => {
  it("has phrases of its own, all alike but for the choice", () => {
    const plan = drawPlan(systemRandom, size, any);
    const all = plan.groups.flatMap(({ beginning, candidates }) =>
      candidates.map((end) => `${beginning} ${end}`),
    );
    expect(new Set(all).size).toBe(400);
    for (const phrase of all)
      expect(phrase).toMatch(
        /^the \w+ and the \w+ saw the \w+ by the \w+; they took (?:a \w+, ){4}a \w+ and a \w+ home$/,
      );
    expect(all).toEqual(expect.arrayContaining(plantedPhrases(plan)));
    expect(new Set(words).size).toBe(words.length);
  });

  it("draws its choices evenly and apart from the phrases", () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 20; n += 1)
      for (const choice of drawPlan(systemRandom, { ...size, groupsCount: 100 }, any).choices)
        counts[choice] = (counts[choice] ?? 0) + 1;
    // 2,000 draws; 6 standard deviations about 200.
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(81);
  });

  it("is committed to with every part of it", () => {
    const plan = drawPlan(systemRandom, size, any);
    const others: CanaryPlan[] = [
      { ...plan, choices: plan.choices.map((choice, at) => (at === 0 ? (choice + 1) % 10 : choice)) },
      { ...plan, nonce: systemRandom(32) },
      { ...plan, levelPpm: 49_999 },
      { ...plan, groups: plan.groups.slice(1) },
    ];
    const commitment = planCommitment(plan);
    expect(commitment).toHaveLength(32);
    expect(planCommitment({ ...plan })).toEqual(commitment);
    for (const other of others) expect(equalBytes(planCommitment(other), commitment)).toBe(false);
  });

  it("leaves out phrases that may not be sent, and refuses when none may or sizes are off", () => {
    const plan = drawPlan(systemRandom, size, (phrase) => !phrase.includes("amber"));
    expect(JSON.stringify(plan.groups)).not.toContain("amber");
    expect(() => drawPlan(systemRandom, size, () => false)).toThrow(
      expect.objectContaining({ code: "CANARY_PHRASES" }),
    );
    for (const wrong of [{ groupsCount: 9 }, { candidatesCount: 1 }, { levelPpm: 0 }, { groupsCount: 10.5 }])
      expect(() => drawPlan(systemRandom, { ...size, ...wrong }, any)).toThrow(
        expect.objectContaining({ code: "CANARY_SIZE" }),
      );
  });
});

describe("the verdict", () => {
  const plan = drawPlan(systemRandom, size, any);
  const scoresWith = (hits: number) =>
    plan.choices.map((choice, at) =>
      Array.from({ length: 10 }, (_, candidate) => (candidate === choice ? (at < hits ? 1 : -1) : 0)),
    );

  it("turns at the critical number of hits, and states its power either way", () => {
    const below = judgeCanary(plan, scoresWith(7));
    expect(below).toMatchObject({
      verdict: "not detected at the stated power",
      hitsCount: 7,
      criticalCount: 8,
    });
    expect(below.power.find(({ effect }) => effect === 0.3)?.power).toBeCloseTo(
      exactTail(8, 40, [3n, 10n]),
      10,
    );
    expect(judgeCanary(plan, scoresWith(8))).toMatchObject({ verdict: "detected", hitsCount: 8 });
    expect(judgeCanary(plan, scoresWith(8)).ranks.slice(6, 10)).toEqual([1, 1, 10, 10]);
  });

  it("takes no tie for a hit", () => {
    const flat = plan.choices.map(() => Array.from({ length: 10 }, () => 0));
    expect(judgeCanary(plan, flat)).toMatchObject({
      hitsCount: 0,
      verdict: "not detected at the stated power",
      pValue: 1,
    });
  });

  it.each<[string, (scores: number[][]) => number[][]]>([
    ["a group is missing", (scores) => scores.slice(1)],
    ["a candidate is missing", (scores) => scores.map((group, at) => (at === 3 ? group.slice(1) : group))],
    [
      "a score is no number",
      (scores) => scores.map((group, at) => (at === 3 ? group.map(() => Number.NaN) : group)),
    ],
  ])("is invalid when %s", (_what, change) => {
    const result = judgeCanary(plan, change(scoresWith(40)));
    expect(result).toMatchObject({ verdict: "invalid", reason: expect.any(String), pValue: 1 });
  });

  it("is invalid when no result could be a find", () => {
    const small = drawPlan(systemRandom, { groupsCount: 10, candidatesCount: 2, levelPpm: 10 }, any);
    expect(
      judgeCanary(
        small,
        small.groups.map(() => [1, 0]),
      ).verdict,
    ).toBe("invalid");
  });

  it("never says that nothing was trained on", () => {
    const texts = [scoresWith(0), scoresWith(40), []].map((scores) =>
      JSON.stringify(judgeCanary(plan, scores)),
    );
    for (const text of texts) expect(text).not.toMatch(/not trained|no training|clean|innocent/i);
  });

  it("finds at most its level among vendors that never saw the phrases, and its power among those that did", () => {
    const runsCount = 4_000;
    const draw = uniform(12_345);
    let [falseCount, foundCount] = [0, 0];
    for (let run = 0; run < runsCount; run += 1) {
      const scores = (effect: number) =>
        plan.choices.map((choice) => {
          const group = Array.from({ length: 10 }, () => draw());
          // A vendor that remembers puts the planted one first; one that does not, by chance only.
          if (effect > 0 && draw() < effect) group[choice] = 2;
          return group;
        });
      if (judgeCanary(plan, scores(0)).verdict === "detected") falseCount += 1;
      if (judgeCanary(plan, scores(2 / 9)).verdict === "detected") foundCount += 1;
    }
    // First by memory or by chance: 2/9 + 7/9 / 10 = 0.3.
    const tail = exactTail(8, 40, [1n, 10n]);
    const power = exactTail(8, 40, [3n, 10n]);
    const spread = (p: number) => 5 * Math.sqrt((p * (1 - p)) / runsCount);
    expect(Math.abs(falseCount / runsCount - tail)).toBeLessThan(spread(tail));
    expect(Math.abs(foundCount / runsCount - power)).toBeLessThan(spread(power));
  });
});
