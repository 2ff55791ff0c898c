/// <reference types="node" />
import { describe, expect, it } from "vitest";
import { forbiddenBy } from "./clauses.ts";

describe("clauses", () => {
  it.each([
    ["Take 500 mg of paracetamol.", "DOSE"],
    ["You could try two 200mg tablets.", "DOSE"],
    ["The usual dose is 10 ml.", "DOSE"],
    ["Adults: 1,5 g every six hours.", "DOSE"],
    ["Take two tablets every day.", "DOSE"],
    ["Take half a tablet.", "DOSE"],
    ["Take a quarter of a pill.", "DOSE"],
    ["Take 1/2 tablet.", "DOSE"],
    ["Take ½ tablet, or 1½ tablets.", "DOSE"],
    ["Take twenty-five milligrams.", "DOSE"],
    ["Take ５ mg now.", "DOSE"],
    ["Take 5 ㎎ now.", "DOSE"],
    ["Take 500\u00a0mg now.", "DOSE"],
    ["Take 50 \u00b5g, or 50 \u03bcg.", "DOSE"],
    ["Take… 500 mg.", "DOSE"],
    ["One puff twice a day.", "DOSE"],
    ["Stop taking your medication.", "STOP_MEDICINE"],
    ["You can skip the insulin today.", "STOP_MEDICINE"],
    ["You definitely have pneumonia.", "DIAGNOSIS"],
    ["Your diagnosis is gout.", "DIAGNOSIS"],
    ["As your doctor, I advise rest.", "LICENCE"],
    ["I am a licensed nurse.", "LICENCE"],
  ])("%s", (clause, rule) => {
    expect(forbiddenBy(clause, "")).toBe(rule);
  });

  it.each([
    "Gout causes sudden joint pain.",
    "Your blood sugar may be 10 mmol/l after a meal.",
    "Do not stop taking your medication without asking.",
    "You have a right to ask questions.",
    "A doctor can tell you the dose.",
    "Drink water every few hours.",
    "One of the tablets on the market is new.",
    "Two doctors and half a team take part.",
    "Some people take tablets every day.",
    "The airways are 4 cm long.",
  ])("leaves: %s", (clause) => {
    expect(forbiddenBy(clause, "")).toBeUndefined();
  });

  it("sees a rule that is broken across two clauses, once", () => {
    expect(forbiddenBy("500 mg of it. ", "Take e.g. ")).toBeUndefined();
    expect(forbiddenBy("500 mg", "Take ")).toBe("DOSE");
    expect(forbiddenBy("Rest. ", "Take 500 mg. ")).toBeUndefined();
  });
});
