import { describe, expect, it } from "vitest";
import { answersOf } from "./ask.ts";
import { ownSets } from "./sets.ts";

/** The figures of docs/routing.md must not get worse unnoticed; they are a little better than this. */
const bounds = {
  general: { sensitivity: "public", least: 0.93 },
  case: { sensitivity: "public", most: 0.05 },
  protected: { sensitivity: "sensitive", least: 0.94 },
} as const;

describe("texts written by hand", () => {
  it.each(["general", "case", "protected"] as const)(
    "of kind %s are judged as stated",
    { timeout: 60_000 },
    (kind) => {
      const answers = answersOf(ownSets().flatMap((set) => (set.kind === kind ? set.texts : [])));
      const bound = bounds[kind];
      const share =
        answers.filter(({ sensitivity }) => sensitivity === bound.sensitivity).length / answers.length;
      if ("least" in bound) expect(share).toBeGreaterThanOrEqual(bound.least);
      else expect(share).toBeLessThanOrEqual(bound.most);
      for (const { processor, deidentify, sensitivity } of answers) {
        if (processor === "cloud") expect([deidentify, sensitivity]).toEqual([true, "public"]);
      }
    },
  );
});
