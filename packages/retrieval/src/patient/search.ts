import { Concepts, medicalSynonyms } from "../concepts.ts";
import { type QueryWord, readQuery } from "../query.ts";
import type { PatientPassage, RevealedPassage } from "./passage.ts";

/** A passage of the patient's that bears on the question. */
export interface PatientHit extends RevealedPassage {
  readonly passage: PatientPassage;
  /** The lines to quote, in order: those that the question names, or all where it asks for the whole. */
  readonly lines: readonly string[];
  /** Share of what is asked that the passage covers, 0 to 1. */
  readonly covered: number;
}

const minCovered = 0.6;
const maxHitsCount = 4;
const maxLinesCount = 8;
/** A question that does not speak of the asker is about medicine, not about them. */
const ofTheAsker = /\b(?:my|mine|me|i|i'?m|i'?ve|i'?d)\b/i;

let shared: Concepts | undefined;
/** The project's own synonyms only: nothing here was learnt from a patient. */
const concepts = () => (shared ??= new Concepts(medicalSynonyms));

/**
 * The patient's passages that a question of theirs is about, best first; none for a question about nobody.
 * @throws BaseError `PATIENT_MISMATCH` when a passage is another patient's
 */
export function searchPatient(input: {
  readonly question: string;
  readonly patient: string;
  readonly passages: readonly PatientPassage[];
}): readonly PatientHit[] {
  const revealed = input.passages.map((passage) => ({ passage, ...passage.revealTo(input.patient) }));
  const question = input.question.replaceAll("’", "'");
  const asked = ofTheAsker.test(question) ? readQuery(question, concepts()).words : [];
  const total = massOf(asked);
  if (total === 0) return [];
  return revealed
    .map((one) => {
      const rest = uncovered(asked, `${one.title} ${one.keywords}`);
      const covered = 1 - massOf(uncovered(rest, one.text)) / total;
      return { ...one, covered, lines: linesOf(one.text, rest) };
    })
    .filter(({ covered, lines }) => covered >= minCovered && lines.length > 0)
    .toSorted((a, b) => b.covered - a.covered)
    .slice(0, maxHitsCount);
}

function linesOf(text: string, asked: readonly QueryWord[]): string[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const named = lines.filter((line) => uncovered(asked, line).length < asked.length);
  return (asked.length === 0 || named.length === 0 ? lines : named).slice(0, maxLinesCount);
}

function uncovered(asked: readonly QueryWord[], text: string): readonly QueryWord[] {
  const terms = new Set(concepts().analyse(text).terms);
  return asked.filter(
    ({ term, concepts: meant }) => !terms.has(term) && ![...meant].some((one) => terms.has(one)),
  );
}

function massOf(asked: readonly QueryWord[]): number {
  return asked.reduce((sum, { weight }) => sum + weight, 0);
}
