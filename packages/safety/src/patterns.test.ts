import { describe, expect, it } from "vitest";
import { Matcher } from "./patterns.ts";
import { Corrector } from "./spelling.ts";
import { tokenise } from "./tokens.ts";
import { readingsOf } from "./vitals.ts";

const classes = { hurt: "pain/hurt*" };
const finds = (pattern: string, text: string): boolean =>
  new Matcher([["x", pattern]], classes).match(tokenise(text)).length > 0;

describe("patterns", () => {
  it.each([
    ["chest pain", "my chest pain", true],
    ["chest pain", "chest. pain", false],
    ["chest/rib pain", "rib pain", true],
    ["chest @hurt", "chest hurting", true],
    ["chest ~ pain", "chest with a bad pain", true],
    ["chest ~ pain", "chest a b c d pain", false],
    ["chest ~~ pain", "chest a b c d pain", true],
    ["chest ~ pain", "chest, pain", false],
    ["chest ~~ pain", "chest, pain", true],
    ["chest ~~ pain", "chest but no pain", false],
    ["chest <> pain", "pain in the chest", true],
    ["took # pills", "took thirty pills", true],
    ["took # pills", "took 30 pills", true],
    ["stroke !of", "stroke", true],
    ["stroke !of", "stroke of luck", false],
  ])("%j on %j: %s", (pattern, text, expected) => {
    expect(finds(pattern, text)).toBe(expected);
  });

  it("refuses unknown classes and prefixes that would match everything", () => {
    expect(() => finds("@nothing", "x")).toThrowError(/unknown/);
    expect(() => finds("ab*", "x")).toThrowError(/short/);
  });
});

describe("tokens", () => {
  it("keep numbers, fold words and mark sentence ends", () => {
    expect(tokenise("I can’t; 38,5°C!\nTwo").map(({ text, value }) => value ?? text)).toEqual([
      "i",
      "cant",
      ".",
      38.5,
      "c",
      ".",
      ".",
      2,
    ]);
  });
});

describe("spelling", () => {
  const corrector = new Corrector(new Set(["breathing", "seizure", "choking"]), (word) =>
    word.startsWith("breathing"),
  );

  it.each([
    ["brething", "breathing"],
    ["siezure", "seizure"],
    ["checking", undefined],
    ["breathing", undefined],
    ["breathings", undefined],
    ["hart", "heart"],
    ["cat", undefined],
  ])("reads %s as %s", (word, expected) => {
    expect(corrector.correct(word)).toBe(expected);
  });
});

describe("readings", () => {
  const names = (text: string): string[] => [...new Set(readingsOf(tokenise(text)).map(({ name }) => name))];

  it.each([
    ["temperature of 38.4", ["fever-value", "fever"]],
    ["105 F fever", ["fever-value", "fever", "fever-extreme"]],
    ["temp 37.2", []],
    ["sugar is 480", ["sugar-high"]],
    ["sugar 2.4", ["sugar-low"]],
    ["sats 85", ["oxygen-low"]],
    ["pulse 170", ["pulse-fast"]],
    ["ketones 3.2", ["ketones-high"]],
    ["I took 24 tablets", ["many-pills"]],
    ["I bought 24 tablets", []],
    ["5 weeks old", ["young-infant", "child"]],
    ["a 4-year-old", ["child"]],
    ["82 years old", ["elderly"]],
    ["34 weeks", ["late-pregnancy", "pregnant"]],
    ["took two tablets on 3/27/14", []],
  ])("%s", (text, expected) => {
    expect(names(text)).toEqual(expected);
  });
});
