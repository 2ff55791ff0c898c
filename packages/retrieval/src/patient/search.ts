import { Concepts, medicalSynonyms } from "../concepts.ts";
import { type QueryWord, readQuery } from "../query.ts";
import type { PatientPassage, RevealedPassage } from "./passage.ts";

/** A passage of the patient's that bears on the question. */
export interface PatientHit {
  readonly content: RevealedPassage;
  /** The lines to quote, in order: those that the question names, or all where it asks for the whole. */
  readonly lines: readonly string[];
  /** Share of what is asked that the passage covers, 0 to 1. */
  readonly covered: number;
}

const minCovered = 0.6;
const maxHitsCount = 4;
const maxLinesCount = 8;
/** What was said before is said again only to whoever asks for it. */
const refersBack =
  /\b(?:earlier|before|last|previous\w*|again|asked|ask|told|tell|said|remember|remind|answered)\b/i;
/** A question that does not speak of the asker is about medicine, not about them. */
const ofTheAsker = /\b(?:my|mine|me|i|i'?m|i'?ve|i'?d)\b/i;

let shared: Concepts | undefined;
/** The project's own synonyms only: nothing here was learnt from a patient. */
const concepts = () => (shared ??= new Concepts(medicalSynonyms));

/**
 * The patient's passages that a question of theirs is about, best first; none for a question about nobody. Memory is
 * found by questions that refer back.
 * @throws BaseError `PATIENT_MISMATCH` when a passage is another patient's
 */
export function searchPatient(input: {
  readonly question: string;
  readonly patient: string;
  readonly passages: readonly PatientPassage[];
}): readonly PatientHit[] {
  const isAskedFor = ({ source }: PatientPassage) => source === "chart" || refersBack.test(input.question);
  const contents = input.passages.flatMap((passage) => {
    const content = passage.revealTo(input.patient);
    return isAskedFor(passage) ? [content] : [];
  });
  const question = input.question.replaceAll("’", "'");
  const asked = ofTheAsker.test(question) ? readQuery(question, concepts()).words : [];
  const total = massOf(asked);
  if (total === 0) return [];
  return contents
    .map((content): PatientHit => {
      const rest = uncovered(asked, `${content.title} ${content.keywords}`);
      const covered = 1 - massOf(uncovered(rest, content.text)) / total;
      return { content, covered, lines: linesOf(content.text, rest) };
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
