import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assess, type DetectIdentifiers, failedAssessment, type Inquiry } from "./assess.ts";
import { sensitivities } from "./values.ts";

/** A detector that knows one name. */
const detect: DetectIdentifiers = (text) => (/\bana ruiz\b/i.test(text) ? [{ label: "NAME" }] : []);
const of = (text: string, rest: Omit<Inquiry, "text"> = {}) => assess({ text, ...rest }, detect);

describe("a general question", () => {
  it.each([
    "What are the symptoms of gout?",
    "can you take ibuprofen with alcohol?",
    "How is HIV transmitted?",
    "what r the side effects of metformin",
    "What is (are) Hydranencephaly ?",
    "Hypertension often has no symptoms.",
    "Current guidelines for hypertension in adults",
    "How do I reset my password?",
    "Is bipolar disorder inherited?",
    "Thanks!",
    "",
  ])("is public: %s", (text) => {
    expect(of(text)).toEqual({ sensitivity: "public", isCloudBarred: false, reasons: ["QUESTION_GENERAL"] });
  });
});

describe("somebody's case", () => {
  it.each([
    ["my mother's knee is swollen", "CASE_RELATIVE"],
    ["I've had a cough since monday", "CASE_SELF"],
    ["62M with chest tightness on exertion", "CASE_SHORTHAND"],
    ["pt c/o dizziness", "CASE_SHORTHAND"],
    ["Interpret: Hb 9.2, CRP 120, Na 131", "CASE_MEASURED"],
    ["summarise this note: seen today, knee better", "CASE_RECORD"],
    ["What is the cause of her pain?", "CASE_RELATIVE"],
    ["been throwing up all night, cant keep water down", "CASE_LIKELY"],
    ["A 28-year-old presents with sudden chest pain.", "CASE_SHORTHAND"],
  ])("is contextual: %s", (text, reason) => {
    const assessment = of(text);
    expect(assessment.sensitivity).toBe("contextual");
    expect(assessment.reasons).toContain(reason);
  });

  it.each([
    ["I have been depressed for months", "TOPIC_MENTAL_HEALTH"],
    ["my brother drinks a bottle of vodka a day", "TOPIC_SUBSTANCE_USE"],
    ["45M, HIV+, new thrush", "TOPIC_HIV"],
    ["29F G1P0 with headache", "TOPIC_REPRODUCTIVE"],
    ["I carry the BRCA1 mutation", "TOPIC_GENETIC"],
    ["my toddler swallowed a coin", "TOPIC_MINOR"],
    ["7 yo with otitis", "TOPIC_MINOR"],
    ["my husband pushed me down the stairs", "TOPIC_VIOLENCE"],
  ])("is sensitive in a protected topic: %s", (text, reason) => {
    const assessment = of(text);
    expect(assessment.sensitivity).toBe("sensitive");
    expect(assessment.reasons).toContain(reason);
  });
});

describe("what points at somebody", () => {
  it("is an identifier", () => {
    expect(of("Does Ana Ruiz need a flu shot?")).toMatchObject({
      sensitivity: "sensitive",
      isCloudBarred: false,
    });
    expect(of("Does Ana Ruiz need a flu shot?").reasons[0]).toBe("HAS_NAME");
  });

  it.each([
    ["The mayor has tremors, is it Parkinson's?", "QUASI_ROLE"],
    ["She is the only person in our village with this disease", "QUASI_SINGULAR"],
  ])("or something that no surrogate hides: %s", (text, reason) => {
    const assessment = of(text);
    expect(assessment).toMatchObject({ sensitivity: "sensitive", isCloudBarred: true });
    expect(assessment.reasons).toContain(reason);
  });

  it("counts labels that it does not know", () => {
    expect(assess({ text: "x" }, () => [{ label: "NEW_KIND" }]).reasons).toContain("HAS_OTHER_ID");
  });
});

describe("a kind of patient", () => {
  const text = "What is the prognosis for a 68-year-old patient with stage III COPD?";
  it("is contextual unless the policy says that it is general", () => {
    expect(of(text)).toMatchObject({ sensitivity: "contextual", reasons: ["DESCRIBED_PATIENT"] });
    expect(assess({ text }, detect, { describedPatients: "public" }).sensitivity).toBe("public");
  });

  it("is somebody once the text tells of them", () => {
    const told = `${text} He was admitted last night.`;
    expect(assess({ text: told }, detect, { describedPatients: "public" }).sensitivity).toBe("contextual");
  });
});

describe("the whole context", () => {
  const question = "What are the symptoms of depression?";
  it.each([
    ["history", { history: ["my mother has gout"] }, "sensitive"],
    ["history with an identifier", { history: ["I am Ana Ruiz"] }, "sensitive"],
    ["a linked patient", { isPatientLinked: true }, "sensitive"],
    ["retrieved text", { retrieved: ["HPI: 62M with chest pain"] }, "sensitive"],
    ["a file name", { fileNames: ["ana_ruiz-labs.pdf"] }, "sensitive"],
  ] as const)("counts: %s", (_, rest, expected) => {
    expect(of(question).sensitivity).toBe("public");
    expect(of(question, rest).sensitivity).toBe(expected);
  });

  it("bars the cloud for attachments and languages that are not read", () => {
    for (const assessment of [
      of("What is gout?", { attachmentsCount: 1 }),
      of("Ma mère a de la fièvre depuis trois jours"),
      of("у меня болит голова"),
      of("babam kalp krizi geçirdi"),
      of("\ud800\ud800\ud800"),
      of("What is gout?\u0000\u0001\u0002"),
    ]) {
      expect(assessment.sensitivity).not.toBe("public");
      expect(assessment.isCloudBarred).toBe(true);
    }
  });

  it("fails closed when the detector fails", () => {
    const broken: DetectIdentifiers = () => {
      throw new Error("gone");
    };
    expect(assess({ text: "What is gout?" }, broken)).toEqual(failedAssessment);
  });
});

describe("properties", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "What is gout?",
      "my mother has gout",
      "Ana Ruiz",
      "HIV",
      "the mayor",
      "BP 90/60 HR 120",
      "\ud800",
    ),
  );
  const pieces = fc.array(piece, { maxLength: 3 });

  it("adding context never lowers the sensitivity, nor lets the cloud in", () => {
    const context = fc.record({
      history: pieces,
      fileNames: pieces,
      retrieved: pieces,
      attachmentsCount: fc.nat(2),
      isPatientLinked: fc.boolean(),
    });
    fc.assert(
      fc.property(piece, context, (text, rest) => {
        const alone = of(text);
        const more = of(text, rest);
        expect(sensitivities.indexOf(more.sensitivity)).toBeGreaterThanOrEqual(
          sensitivities.indexOf(alone.sensitivity),
        );
        expect(more.isCloudBarred || !alone.isCloudBarred).toBe(true);
      }),
    );
  });

  it("takes any text and names each reason once", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const { reasons } = of(text);
        expect(reasons.length).toBeGreaterThan(0);
        expect(new Set(reasons).size).toBe(reasons.length);
      }),
    );
  });
});
