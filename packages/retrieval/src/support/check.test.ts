import { describe, expect, it } from "vitest";
import { checkSupport } from "../index.ts";

const title = "Ibuprofen";
const passage =
  "Ibuprofen is an anti-inflammatory painkiller. Adults can take up to 400 mg every six hours with food. Ibuprofen is not suitable for pregnant women after 20 weeks. Ibuprofen can sometimes cause stomach ulcers. A higher dose raises the risk of bleeding. Ask a pharmacist before you take ibuprofen with warfarin.";
const check = (claim: string) => checkSupport({ claim, title, passage });

describe("what a passage bears out", () => {
  it.each([
    "Adults can take up to 400 mg every six hours with food.",
    "Stomach ulcers are sometimes caused by ibuprofen.",
    "For women who are more than 20 weeks pregnant, ibuprofen is unsuitable.",
    "Up to 0.4 g may be used by adults every 6 hours, with a meal.",
    "Before taking ibuprofen with warfarin, ask your pharmacist.",
  ])("%s", (claim) => {
    expect(check(claim)).toMatchObject({ supported: true });
  });

  it("says where", () => {
    const support = check("A higher dose makes bleeding more likely.");
    expect(support.supported && passage.slice(support.from.start, support.from.end)).toBe(
      "A higher dose raises the risk of bleeding.",
    );
  });

  it.each([
    ["NEGATION", "Adults cannot take up to 400 mg every six hours with food."],
    ["NEGATION", "Ibuprofen is suitable for pregnant women after 20 weeks."],
    ["NUMBER", "Adults can take up to 800 mg every six hours with food."],
    ["NUMBER", "Adults can take up to 400 g every six hours with food."],
    ["UNIT", "Adults can take up to 400 ml every six hours with food."],
    ["PEOPLE", "Children can take up to 400 mg every six hours with food."],
    ["STRENGTH", "Ibuprofen will always cause stomach ulcers."],
    ["DIRECTION", "A lower dose raises the risk of bleeding."],
    ["DIRECTION", "Ask a pharmacist after you take ibuprofen with warfarin."],
    ["ORDER", "You take ibuprofen with warfarin before you ask a pharmacist."],
    ["CAUSE", "Stomach ulcers can sometimes cause ibuprofen."],
    ["ENTITY", "Ask a pharmacist before you take ibuprofen with metformin."],
    ["ENTITY", "Ibuprofen can sometimes cause asthma."],
    ["NOT_SAID", "Store the bottle in a dry cupboard away from sunlight."],
    ["NOT_SAID", ""],
  ])("%s: %s", (reason, claim) => {
    expect(check(claim)).toEqual({ supported: false, reason });
  });

  it("stays linear for what a model may babble", () => {
    expect(check("take 400 mg ibuprofen not never ".repeat(200)).supported).toBe(false);
  });
});
