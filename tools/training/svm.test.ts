import { describe, expect, it } from "vitest";
import { Seeded } from "./seeded.ts";
import { scoreOf, train } from "./svm.ts";

describe("the support vector machine", () => {
  it("tells apart what can be told apart", () => {
    const example = (features: number[], positive: boolean) => ({
      features: new Set(features),
      positive,
      cost: 1,
    });
    const model = train([example([1, 2], true), example([2, 3], false), example([1], true)], 8, {
      random: new Seeded(1),
      roundsCount: 12,
    });
    expect(scoreOf(model, new Set([1, 2]))).toBeGreaterThan(0);
    expect(scoreOf(model, new Set([2, 3]))).toBeLessThan(0);
  });
});
