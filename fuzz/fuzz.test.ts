import { BaseError } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { diceFrom, mutate } from "./mutate.ts";
import { fuzzTarget } from "./run.ts";
import { acceptable, targets } from "./targets.ts";

/** A moment for each; `node fuzz/run.ts` takes its time. */
const forMs = 400;

describe("fuzzing", () => {
  it.each(targets.map((target) => target.name))("%s answers whatever comes", async (name) => {
    const outcome = await fuzzTarget(name, 1, forMs);
    expect(outcome).toMatchObject({ kind: "done", target: name });
  });

  it("has seeds that every target accepts", () => {
    for (const target of targets)
      for (const seed of target.seeds()) expect(() => target.run(seed)).not.toThrow();
  });

  it("takes only typed answers to bad input, and no bug behind them", () => {
    expect(acceptable(new BaseError("Decode", "X", "x"))).toBe(true);
    expect(acceptable(new BaseError("Internal", "X", "x"))).toBe(false);
    expect(acceptable(new TypeError("x"))).toBe(false);
    expect(acceptable(new BaseError("Decode", "X", "x", { cause: new RangeError("x") }))).toBe(false);
  });

  it("mutates the same way for the same seed", () => {
    const input = Uint8Array.of(1, 2, 3, 4);
    expect(mutate(input, input, diceFrom(7))).toEqual(mutate(input, input, diceFrom(7)));
  });
});
