import { describe, expect, it } from "vitest";
import { PatientPassage } from "./passage.ts";
import { searchPatient } from "./search.ts";

const passage = (id: string, title: string, text: string, keywords: string) =>
  new PatientPassage({ patient: "alice", source: "chart", id, title, text, keywords });
const passages = [
  passage(
    "medications",
    "Medication list, 2026-03-02",
    "Metformin 500 mg tablet: active, one tablet twice a day\nRamipril 5 mg capsule: active",
    "medicines medication drugs tablets pills prescriptions taking dose",
  ),
  passage("allergies", "Allergy list, 2025-11-20", "Penicillin: causes hives", "allergies allergic"),
  passage("conditions", "Conditions, 2026-01-05", "Asthma: active", "conditions diagnoses illnesses"),
];
const find = (question: string) => searchPatient({ question, patient: "alice", passages });

describe("a search in the patient's record", () => {
  it.each([
    ["What medicines am I taking?", "medications", 2],
    ["What is my dose of metformin?", "medications", 1],
    ["Am I allergic to penicillin?", "allergies", 1],
    ["Which allergies do I have?", "allergies", 1],
    ["What can I do about my asthma?", "conditions", 1],
  ])("%s", (question, id, linesCount) => {
    const [hit] = find(question);
    expect(hit?.content.id).toBe(id);
    expect(hit?.lines).toHaveLength(linesCount);
  });

  it.each([
    "What are the symptoms of asthma?",
    "What are the side effects of ramipril?",
    "Is my migraine dangerous?",
    "Who won the football match yesterday?",
    "",
  ])("finds nothing for: %s", (question) => {
    expect(find(question)).toEqual([]);
  });

  it("says again what was said before only when that is asked for", () => {
    const earlier = new PatientPassage({
      patient: "alice",
      source: "memory",
      id: "memory:1",
      title: "Your earlier question, 2026-03-02",
      text: "You asked: Is my eczema contagious?\nThe answer was: It is not.",
      keywords: "",
    });
    const ids = (question: string) =>
      searchPatient({ question, patient: "alice", passages: [earlier] }).map(({ content }) => content.id);
    expect(ids("What did you tell me about eczema before?")).toEqual(["memory:1"]);
    expect(ids("What helps against my eczema?")).toEqual([]);
  });

  it("refuses to look at another patient's passages", () => {
    expect(() => searchPatient({ question: "my medicines?", patient: "bob", passages })).toThrowError(
      expect.objectContaining({ code: "PATIENT_MISMATCH" }),
    );
  });
});
