import { readFileSync } from "node:fs";
import { expand, linesUnder, slotsOf } from "./grammar.ts";
import { labelOfQuestion, labelOfSummary } from "./labels.ts";
import { roughen } from "./noise.ts";
import type { Seeded } from "./random.ts";
import { column, every, sharedRows } from "./shared.ts";

/** A text to learn from. */
export interface TrainingText {
  readonly text: string;
  readonly isCase: boolean;
  readonly source: string;
}

const GENERAL_PER_LINE = 48;
const CASES_PER_LINE = 36;
/** Letters, vignettes and questions from which training learns; the others measure. */
export const LETTERS = 600;

const folder = new URL("texts/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

function fromTemplates(random: Seeded): TrainingText[] {
  const slots = slotsOf(read("slots.txt"));
  const write = (heading: string, count: number): TrainingText[] =>
    linesUnder(read(`${heading}.txt`), heading).flatMap((line) =>
      Array.from({ length: count }, () => ({
        text: roughen(expand(line, slots, random), random),
        isCase: heading !== "general",
        source: `templates ${heading}`,
      })),
    );
  return [
    ...write("general", GENERAL_PER_LINE),
    ...write("case", CASES_PER_LINE),
    ...write("sensitive", CASES_PER_LINE),
  ];
}

const labelled = (
  source: string,
  texts: readonly string[],
  label: (text: string) => string,
): TrainingText[] =>
  texts.flatMap((text) => {
    const is = label(text);
    return is === "unclear" ? [] : [{ text, isCase: is === "case", source }];
  });

function sentencesOfAnswers(): string[] {
  const measured = new Set(column(sharedRows("deid/data/sets/dev/medq.jsonl"), "text"));
  return every(column(sharedRows("medical/medquad_answers.jsonl.gz"), "answer"), 12)
    .flatMap((answer) => answer.split(/(?<=[.?!])\s+/).slice(0, 4))
    .filter((sentence) => sentence.length > 30 && sentence.length < 300 && !measured.has(sentence));
}

function fromPublicData(random: Seeded): TrainingText[] {
  const letters = sharedRows("medical/meqsum.jsonl").slice(0, LETTERS);
  const questions = [
    ...new Set(sharedRows("medical/rqe_train.jsonl.gz").flatMap(({ chq, faq }) => [String(chq), String(faq)])),
  ];
  const vignettes = every(sharedRows("safety/avey_vignettes.jsonl"), 2);
  return [
    ...labelled("MedQuAD", every(column(sharedRows("training/medquad_questions.jsonl.gz"), "text"), 12), () => "general"),
    ...labelled("answers", sentencesOfAnswers(), () => "general"),
    ...labelled("summaries", column(letters, "sum"), labelOfSummary),
    ...labelled("letters", column(letters, "chq"), () => "case"),
    ...labelled("questions", every(questions, 2), labelOfQuestion),
    ...labelled(
      "vignettes",
      vignettes.map((row) => `${String(row["demographics"])}. ${String(row["presentation"])}`),
      () => "case",
    ),
    ...labelled(
      "clinical",
      every(column(sharedRows("deid/data/train/dev_templates_5000.jsonl.gz"), "text"), 4),
      () => "case",
    ),
  ].map((text) => (random.oneIn(2) ? Object.assign({}, text, { text: roughen(text.text, random) }) : text));
}

/** All texts to learn from, the same from the same seed. */
export function trainingTexts(random: Seeded): TrainingText[] {
  return [...fromTemplates(random), ...fromPublicData(random)];
}
