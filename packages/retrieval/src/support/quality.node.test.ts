import { describe, expect, it } from "vitest";
import { type ClaimClass, claims, faithful } from "../../eval/support-set.ts";
import { checkSupport } from "../index.ts";

describe("on claims that nothing was tuned on", () => {
  const all = claims("held-out");
  const rightly = (kind: ClaimClass): number => {
    const list = all.filter((one) => one.kind === kind);
    const right = list.filter((one) => checkSupport(one).supported === faithful.has(kind));
    return right.length / list.length;
  };

  it.each(["negation", "number", "unit", "medicine", "subject"] as const)("refuses another %s", (kind) => {
    expect(rightly(kind)).toBeGreaterThanOrEqual(0.95);
  });

  it.each(["quantifier", "comparative", "order", "entity", "unrelated"] as const)(
    "refuses another %s",
    (kind) => {
      expect(rightly(kind)).toBeGreaterThanOrEqual(0.9);
    },
  );

  it("accepts what is said in other words", () => {
    expect(rightly("paraphrase")).toBeGreaterThanOrEqual(0.82);
    expect(rightly("verbatim")).toBeGreaterThanOrEqual(0.98);
  });
});
