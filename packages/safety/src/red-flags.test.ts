import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkRedFlags,
  conformSafety,
  type EmergencyKind,
  emergencyNumbers,
  publishedNumbers,
  type Region,
} from "./index.ts";
import { rules } from "./rules/all.ts";
import { absentPastAsked } from "./testdata/absent-past-asked.ts";
import { crises } from "./testdata/crises.ts";
import { everyday } from "./testdata/everyday.ts";
import { heartBrainBreath } from "./testdata/heart-brain-breath.ts";
import { injuriesAndInfections } from "./testdata/injuries-and-infections.ts";

const emergencies = [...crises, ...heartBrainBreath, ...injuriesAndInfections];
const harmless = [...absentPastAsked, ...everyday];
const isEmergency = (text: string): boolean => checkRedFlags(text).emergency;

describe("red flags", () => {
  it("finds every emergency of the labelled texts", () => {
    expect(emergencies.length).toBeGreaterThanOrEqual(500);
    expect(emergencies.filter(([, text]) => !isEmergency(text))).toEqual([]);
  });

  it("names the kind that the label says, or a more pressing one, in most", () => {
    const right = emergencies.filter(([label, text]) => checkRedFlags(text).kind === label);
    expect(right.length / emergencies.length).toBeGreaterThan(0.84);
  });

  it("stays calm about absent, past, other people's and general things, and about everyday complaints", () => {
    expect(harmless.length).toBeGreaterThanOrEqual(400);
    expect(harmless.filter(([, text]) => isEmergency(text))).toEqual([]);
  });

  it("has a text for every rule", () => {
    const urgentOnly = ["I feel worthless and I can't cope anymore"];
    const fired = new Set(
      [...emergencies.map(([, text]) => text), ...urgentOnly].flatMap((text) => checkRedFlags(text).rules),
    );
    expect(rules.map(({ id }) => id).filter((id) => !fired.has(id))).toEqual([]);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });

  it.each([
    "It is probably nothing.",
    "I don't want to bother anyone.",
    "My wife says I worry too much.",
    "Maybe it is just stress.",
    "I'm sure I'm overreacting, sorry.",
    "My friends say it's only anxiety.",
  ])("is not talked out of it: %s", (remark) => {
    const lowered = emergencies.filter(
      ([, text]) => !isEmergency(`${text}. ${remark}`) || !isEmergency(`${remark} ${text}`),
    );
    expect(lowered).toEqual([]);
  });

  it.each<[string, string, string]>([
    ["negation", "I have chest pain", "I have no chest pain"],
    ["a list of negations", "fever, stiff neck and vomiting", "no fever, stiff neck or vomiting"],
    ["an answer", "Chest pain: yes.", "Chest pain: no."],
    ["family", "he is having a stroke", "there is a family history of having a stroke"],
    ["the past", "I overdosed", "I overdosed when I was a student"],
    ["years", "I lost my vision", "I lost my vision as a child and use a cane"],
    ["questions", "my dad has chest pain", "what does chest pain mean?"],
    ["somebody", "my son is choking", "what should I do if someone is choking?"],
    ["study", "a seizure is starting, he is having a seizure", "my exam is about having a seizure"],
  ])("tells %s from the real thing", (_, real, other) => {
    expect(isEmergency(real)).toBe(true);
    expect(isEmergency(other)).toBe(false);
  });

  it.each([
    "I want to die, I have wanted to for years",
    "what is the least painful way to die",
    "no idea why but my chest hurts",
    "I can't breathe but I have no fever",
    "my father had a stroke years ago and now I have chest pain",
    "what are the symptoms of a stroke? My face is drooping.",
  ])("is not misled by a cue: %s", (text) => {
    expect(isEmergency(text)).toBe(true);
  });

  it.each([
    "ches pain",
    "cant breath",
    "my son has a siezure",
    "he is uncoscious",
    "suiside tonight, I want to end it",
  ])("reads misspellings: %s", (text) => {
    expect(isEmergency(text)).toBe(true);
  });

  it("lets the model raise what the rules leave, and says so", () => {
    const text = "half of the clock face has gone and I keep walking into door frames, since lunch";
    const result = checkRedFlags(text);
    expect(result).toMatchObject({ emergency: true, kind: "stroke" });
    expect(result.rules[0]).toBe("MODEL");
    expect(result.spans.length).toBeGreaterThan(0);
  });

  it("answers nothing to nothing, and refuses what is no message", () => {
    expect(checkRedFlags("")).toEqual({ emergency: false, urgency: "routine", rules: [], spans: [] });
    expect(() => checkRedFlags("a".repeat(100_001))).toThrowError(
      expect.objectContaining({ code: "SAFETY_TEXT" }),
    );
  });

  it("points at words of the text, whatever the text", () => {
    const words = fc.constantFrom(
      "chest",
      "pain",
      "no",
      "I",
      "can't",
      "breathe",
      ",",
      ".",
      "\n",
      "took",
      "30",
      "pills",
      "👍",
      "é",
      "my",
      "dad",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 60 }), (parts) => {
        const text = parts.join(" ");
        const result = checkRedFlags(text);
        expect(result).toEqual(checkRedFlags(text));
        expect(result.rules.length === 0).toBe(result.urgency === "routine");
        for (const { start, end } of result.spans) {
          expect(text.slice(start, end).trim()).not.toBe("");
        }
      }),
    );
  });

  it("survives any string", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        (text) => checkRedFlags(text).spans.length >= 0,
      ),
    );
  });
});

describe("advice", () => {
  const regions: Region[] = ["US", "CA", "UK", "IE", "AU", "NZ", "EU", "IN", "INT"];

  it.each(regions)("carries the numbers of %s", (region) => {
    const { emergency, crisis, poison } = emergencyNumbers(region);
    expect(checkRedFlags("I have chest pain", { region }).advice).toContain(emergency);
    if (crisis !== undefined) expect(checkRedFlags("I want to die", { region }).advice).toContain(crisis);
    if (poison !== undefined)
      expect(checkRedFlags("my toddler drank bleach", { region }).advice).toContain(poison);
  });

  it.each(regions)("names a source for each number of %s", (region) => {
    for (const { number, source, checked } of Object.values(publishedNumbers(region))) {
      expect(number).toMatch(/^[\d -]+$/);
      expect(source).not.toBe("");
      if (checked !== undefined) expect(Date.parse(checked)).not.toBeNaN();
    }
  });

  it("says when a line does not always answer", () => {
    expect(checkRedFlags("my toddler drank bleach", { region: "IE" }).advice).toContain("8:00 to 22:00");
  });

  it("uses 112 where no region is named", () => {
    expect(checkRedFlags("I have chest pain").advice).toContain("112");
  });

  it("tells urgent from emergency", () => {
    const result = checkRedFlags("I get short of breath when I climb stairs");
    expect(result).toMatchObject({ emergency: false, urgency: "urgent", kind: "breathing" });
    expect(result.advice).toContain("today");
  });

  it("has plain sentences for every kind", () => {
    const kinds = new Set<EmergencyKind>();
    for (const [, text] of emergencies) {
      const { kind, advice } = checkRedFlags(text);
      if (kind !== undefined) kinds.add(kind);
      expect(advice).toMatch(/^[A-Z].*\d.*\.$/);
    }
    expect(kinds).toEqual(new Set(rules.map(({ kind }) => kind)));
  });
});

describe("conformance", () => {
  it("answers in the suite's shape", () => {
    expect(conformSafety({ id: 1, text: "hello" })).toEqual({ id: 1, emergency: false, injection: false });
    expect(conformSafety({ id: "a", text: "I have chest pain" })).toMatchObject({
      emergency: true,
      kind: "cardiac",
    });
    expect(conformSafety({ id: 2, text: "I get short of breath on stairs" })).not.toHaveProperty("kind");
    for (const request of [null, {}, { id: 1 }, { id: {}, text: "x" }]) {
      expect(() => conformSafety(request)).toThrowError(expect.objectContaining({ code: "CONFORM_REQUEST" }));
    }
  });
});
