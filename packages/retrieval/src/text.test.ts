import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Concepts, isConcept, medicalSynonyms } from "./concepts.ts";
import { plainText } from "./markdown.ts";
import { splitPassages } from "./passages.ts";
import { splitSentences } from "./sentences.ts";
import { editDistance, Speller } from "./spelling.ts";
import { stem } from "./stem.ts";
import { words } from "./tokens.ts";

describe("words and stems", () => {
  it("folds case, compatibility forms, diacritics and apostrophes", () => {
    expect(words("Crohn’s ﬁbrosis CAFÉ don't x-ray")).toEqual([
      "crohn",
      "fibrosis",
      "cafe",
      "dont",
      "x",
      "ray",
    ]);
    expect(words(`${"A".repeat(41)} b`)).toEqual(["b"]);
  });

  it.each([
    ["allergies", "allergy"],
    ["treated", "treatment"],
    ["anaemia", "anemia"],
    ["oedema", "edema"],
    ["diarrhoea", "diarrhea"],
    ["tumours", "tumor"],
    ["stopping", "stopped"],
    ["pregnancy", "pregnant"],
    ["centre", "centers"],
  ])("lets %s meet %s", (a, b) => {
    expect(stem(a)).toBe(stem(b));
  });

  it.each([
    ["bleed", "blow"],
    ["breed", "bred"],
    ["pain", "pan"],
  ])("keeps %s apart from %s", (a, b) => {
    expect(stem(a)).not.toBe(stem(b));
  });
});

describe("spelling", () => {
  it("agrees with a plain definition of the distance up to its limit", () => {
    const slow = (a: string, b: string): number => {
      if (a === "" || b === "") return a.length + b.length;
      const edits = [slow(a.slice(1), b) + 1, slow(a, b.slice(1)) + 1];
      edits.push(slow(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1));
      if (a.length > 1 && a[0] === b[1] && a[1] === b[0]) edits.push(slow(a.slice(2), b.slice(2)) + 1);
      return Math.min(...edits);
    };
    const short = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 5 });
    fc.assert(
      fc.property(short, short, fc.integer({ min: 0, max: 2 }), (a, b, limit) => {
        expect(editDistance(a, b, limit)).toBe(Math.min(slow(a, b), limit + 1));
      }),
    );
  });

  it("corrects long words, and leaves short ones and opposites alone", () => {
    const speller = new Speller(["diabet", "ibuprofen", "hypotension", "gout"], () => 2);
    expect(speller.correct("diabetis")).toBe("diabet");
    expect(speller.correct("ibuprofin")).toBe("ibuprofen");
    expect(speller.correct("hypertension")).toBeUndefined();
    expect(speller.correct("gaut")).toBeUndefined();
  });
});

describe("concepts", () => {
  const concepts = new Concepts(medicalSynonyms);
  const conceptsOf = (text: string): string[] => concepts.analyse(text).terms.filter(isConcept);

  it("has at least 300 groups, none of them empty or of one name", () => {
    expect(medicalSynonyms.length).toBeGreaterThanOrEqual(300);
    const lonely = medicalSynonyms.filter(
      (group) => group.length < 2 || group.some((name) => words(name).length === 0),
    );
    expect(lonely).toEqual([]);
  });

  it.each([
    ["heart attack", "myocardial infarction"],
    ["high blood pressure", "hypertension"],
    ["water pills", "a diuretic"],
    ["Tylenol", "acetaminophen"],
    ["acetaminophen", "paracetamol"],
    ["out of breath", "dyspnoea"],
  ])("lets %s mean %s", (lay, clinical) => {
    const shared = conceptsOf(lay).filter((concept) => conceptsOf(clinical).includes(concept));
    expect(shared).not.toEqual([]);
  });

  it("finds shorter names inside longer ones", () => {
    expect(conceptsOf("type 2 diabetes")).toEqual(["#type 2 diabetes", "#diabetes"]);
  });
});

describe("sentences and passages", () => {
  const sentencesOf = (text: string): string[] =>
    splitSentences(text).map(({ start, end }) => text.slice(start, end));

  it("keeps abbreviations, numbers and lists whole", () => {
    expect(
      sentencesOf("Ask Dr. Rao about 2.5 mg. Then rest! Call if:\n- you faint\n- it bleeds\n\nDone."),
    ).toEqual(["Ask Dr. Rao about 2.5 mg.", "Then rest!", "Call if:\n- you faint\n- it bleeds", "Done."]);
  });

  it("covers any text with spans in order that lie inside it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "A", ".", " ", "\n", "-", ":", "1"), maxLength: 80 }),
        (text) => {
          let last = 0;
          for (const { start, end } of splitSentences(text)) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(end).toBeGreaterThan(start);
            last = end;
          }
          expect(last).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });

  it("splits at headings, numbers repeated ones and cuts long sections at sentence ends", () => {
    const long = "This sentence repeats. ".repeat(120).trim();
    const passages = splitPassages({ text: `Opening.\n\n## To do\n\n${long}\n\n## To do\n\nLast.` });
    expect(passages.map(({ id }) => id)).toEqual(["intro", "to-do", "to-do-2", "to-do-3", "to-do-4"]);
    for (const { text } of passages) expect(text).toMatch(/^[A-Z][\s\S]*\.$/);
    expect(Math.max(...passages.map(({ text }) => text.length))).toBeLessThanOrEqual(1200);
  });

  it("takes emphasis, links, images and comments out of Markdown", () => {
    expect(plainText("**Bold** *it* [a link](https://x.y) ![i](j) `c` <!-- no -->\r\n* item")).toBe(
      "Bold it a link  c\n- item",
    );
  });
});
