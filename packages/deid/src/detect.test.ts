import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detect } from "./detect.ts";
import type { IdentifierLabel } from "./labels.ts";

function found(text: string, mode?: "balanced" | "strict"): [string, IdentifierLabel][] {
  return detect(text, mode).map(({ start, end, label }) => [text.slice(start, end), label]);
}

describe("each kind of identifier", () => {
  it.each<[IdentifierLabel, string, string]>([
    ["NAME", "Hi, my name is Tomasz Wieczorek and I feel dizzy.", "Tomasz Wieczorek"],
    ["NAME", "can dr. rich call me back", "dr. rich"],
    ["NAME", "Labs for 山田太郎 are back.", "山田太郎"],
    ["LOCATION", "I was seen at Stonebridge Family Practice yesterday.", "Stonebridge Family Practice"],
    [
      "LOCATION",
      "Send it to 4410 W Juniper Ave Apt 7, Gresham, OR 97030.",
      "4410 W Juniper Ave Apt 7, Gresham, OR 97030",
    ],
    ["DATE", "Surgery is on the 3rd of March, 2024.", "the 3rd of March, 2024"],
    ["AGE90", "She is a 93-year-old with a cough.", "93-year-old"],
    ["DATE", "flown out on the 22nd.", "the 22nd"],
    ["DATE", "the other one on monday 3/31 please", "monday 3/31"],
    ["AGE90", "Patient age: 103. Lives alone.", "103"],
    ["AGE90", "paciente de 95 años", "95 años"],
    ["NAME", "first name Chase, last name Love", "Love"],
    ["LOCATION", "we live at Plot 22 Kampala Road", "Plot 22 Kampala Road"],
    ["SSN", "ssn last four 8841", "8841"],
    ["PHONE", "Call me at (503) 555-0147.", "(503) 555-0147"],
    ["FAX", "Fax: 503-555-0148", "503-555-0148"],
    ["EMAIL", "write to m.lopez+care@mail.example.org", "m.lopez+care@mail.example.org"],
    ["SSN", "social is 536-22-8726", "536-22-8726"],
    ["MRN", "medical record number: 00-83-91-2", "00-83-91-2"],
    ["HEALTH_PLAN", "member ID XQH 4471 98321", "XQH 4471 98321"],
    ["ACCOUNT", "card 4111 1111 1111 1111", "4111 1111 1111 1111"],
    ["LICENSE", "NPI 1234567893", "1234567893"],
    ["VEHICLE", "plate 7XKR 203", "7XKR 203"],
    ["DEVICE", "pacemaker serial no. PJN-448121", "PJN-448121"],
    ["URL", "see https://portal.example.org/u/8812", "https://portal.example.org/u/8812"],
    ["IP", "from 10.44.8.1 last night", "10.44.8.1"],
    ["IP", "from 2001:db8::8a2e:370:7334", "2001:db8::8a2e:370:7334"],
    ["BIOMETRIC", "fingerprint template FP-99A1C2", "FP-99A1C2"],
    ["PHOTO", "attached: rash_left_arm_lopez.jpg", "rash_left_arm_lopez.jpg"],
    ["OTHER_ID", "case CR-2291-84 is open", "CR-2291-84"],
  ])("%s in %j", (label, text, identifier) => {
    expect(found(text)).toContainEqual([identifier, label]);
  });
});

describe("what must stay legible", () => {
  it.each([
    "Is it Hodgkin lymphoma or Crohn's disease?",
    "Babinski sign negative, Foley catheter out.",
    "BP 128/82, SpO2 97%, LDL 142, pain 6/10.",
    "Lisinopril 10 mg daily and 1/2 tablet of Xarelto.",
    "A 64-year-old man with diabetes since 2013.",
    "Call 988 or 1-800-222-1222 if it gets worse.",
    "Coded as ICD-10 E11.9, CPT 99213.",
    "People in Nebraska with 22q11.2 deletion syndrome.",
    "hernia mesh recall 2018 2019, what brands",
    "pain 7/10 for 3 days then 4/10",
    "his bed is on the 4th floor",
    "can i take tylenol and advil togther agian",
    "why does coffee make you pee",
    "How do SSRIs differ from SNRIs?",
    "the wound left a mark and the summer heat makes it worse",
  ])("%j", (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe("offsets", () => {
  it("are those of the text as given, through full width, zero width and composed characters", () => {
    const text = "my ﬁle 😀: SSN ５３６-２２-８７２６ and mrn 44\u200b81\u200b7723";
    expect(found(text)).toEqual([
      ["５３６-２２-８７２６", "SSN"],
      ["44\u200b81\u200b7723", "MRN"],
    ]);
  });

  it("are sorted, inside the text and without overlaps, for any text and mode", () => {
    const piece = fc.constantFrom(
      "Ana ",
      "Dr. ",
      "12/3/2020",
      "\n",
      "(503) ",
      "555-0147",
      "@",
      "MRN ",
      "é",
      "王",
      "😀",
      "\u200b",
      "9",
      ".",
      " ",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        for (const mode of ["balanced", "strict"] as const) {
          let last = 0;
          for (const { start, end } of detect(text, mode)) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(end).toBeGreaterThan(start);
            last = end;
          }
          expect(last).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});

it("masks more in strict mode, and all that the balanced one masks", () => {
  const text = "ask jorvik about it, he saw Ana in Lund";
  const strict = detect(text, "strict");
  for (const { start, end } of detect(text)) {
    expect(strict.some((span) => span.start <= start && span.end >= end)).toBe(true);
  }
  expect(strict.length).toBeGreaterThanOrEqual(detect(text).length);
});

describe("time", () => {
  it.each([
    ["digits", "1"],
    ["dashes", "1-"],
    ["slashes", "1/"],
    ["dots", "a."],
    ["addresses", "a@"],
    ["colons", "a:"],
    ["spaces", "x "],
    ["words", "oak "],
    ["titles", "dr "],
    ["number words", "one "],
    ["brackets", "(2) "],
    ["halves of characters", "\ud800"],
  ])("is linear in %s", (_, unit) => {
    const timeOf = (length: number) => {
      const text = `12 ${unit.repeat(length / unit.length)}`;
      const started = performance.now();
      detect(text);
      return performance.now() - started;
    };
    timeOf(1_000);
    // Quadratic patterns take minutes here.
    expect(timeOf(100_000)).toBeLessThan(10_000);
  });
});
