import { describe, expect, it } from "vitest";
import { type CrisisLevel, checkRedFlags, crisisLevels } from "./index.ts";
import { crises } from "./testdata/crises.ts";

const rank = (text: string): number => crisisLevels.indexOf(checkRedFlags(text).crisis ?? "ideation");

describe("crisis levels", () => {
  it.each<[CrisisLevel, string]>([
    ["ideation", "I wish I was dead"],
    ["plan", "I want to die and I have a plan"],
    ["intent", "I want to kill myself tonight"],
    ["means", "I want to die and the pills are in my hand"],
    ["act", "I took all my pills because I want to die"],
  ])("knows %s", (level, text) => {
    expect(checkRedFlags(text)).toMatchObject({ emergency: true, crisis: level });
  });

  it.each(["with a rope", "by train", "with pills", "with a gun", "off the bridge", "with a knife"])(
    "are not lowered by a method: %s",
    (method) => {
      const suicidal = crises.filter(([label]) => label === "suicide");
      expect(suicidal.length).toBeGreaterThan(20);
      for (const [, text] of suicidal) {
        expect(rank(`${text} ${method}`)).toBeGreaterThanOrEqual(rank(text));
      }
    },
  );

  it("say how to be safe when somebody is near the act", () => {
    const { advice } = checkRedFlags("I want to die and the pills are in my hand", { region: "US" });
    expect(advice).toContain("911");
    expect(advice).toContain("988");
    expect(advice).toContain("Move away");
    expect(checkRedFlags("I have a cold")).not.toHaveProperty("crisis");
  });
});
