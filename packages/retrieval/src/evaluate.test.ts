import { describe, expect, it } from "vitest";
import { areaUnderCurve, ndcg, recallAt, reciprocalRank } from "./evaluate.ts";

describe("measures", () => {
  it("follow their definitions by hand", () => {
    const grades = new Map([
      ["a", 3],
      ["b", 1],
    ]);
    expect(ndcg(["a", "b"], grades, 10)).toBe(1);
    expect(ndcg(["x", "a"], grades, 10)).toBeCloseTo(7 / Math.log2(3) / (7 + 1 / Math.log2(3)));
    expect(ndcg(["a"], new Map(), 10)).toBe(0);
    expect(recallAt(["x", "a", "a"], new Set(["a", "b"]), 3)).toBe(0.5);
    expect(recallAt([], new Set(), 3)).toBe(0);
    expect(reciprocalRank(["x", "b"], new Set(["b"]))).toBe(0.5);
    expect(reciprocalRank(["x"], new Set(["b"]))).toBe(0);
    expect(areaUnderCurve([0.9, 0.5], [0.5, 0.1])).toBe(0.875);
  });
});
