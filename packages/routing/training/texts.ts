import { readFileSync } from "node:fs";
import type { Seeded } from "../../../tools/training/seeded.ts";
import { expand, linesUnder, slotsOf } from "./grammar.ts";
import { labelOfQuestion, labelOfSummary } from "./labels.ts";
import { roughen } from "./noise.ts";
import { column, every, sharedRows } from "./shared.ts";

/** A text to learn from. */
export interface TrainingText {
  readonly text: string;
  readonly isCase: boolean;
  readonly source: string;
}

const GENERAL_PER_LINE = 48;
const CASES_PER_LINE = 36;
const TOLD_PER_LINE = 8;
/** Letters, vignettes and questions from which training learns; the others measure. */
export const LETTERS = 600;

/** Requests (CLINC150) that say nothing about who asks. */
const generalIntents: ReadonlySet<string> = new Set(
  `definition spelling fun_fact meaning_of_life are_you_a_bot who_made_you who_do_you_work_for repeat greeting goodbye thank_you yes no
  maybe what_can_i_ask_you what_are_your_hobbies how_old_are_you tell_joke translate measurement_conversion calculator
  nutrition_info calories food_last ingredient_substitution recipe vaccines change_language cook_time time weather
  what_is_your_name where_are_you_from do_you_have_pets exchange_rate timezone cancel ingredients_list travel_alert`.split(
    /\s+/,
  ),
);

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

/** What the package `safety` learns emergencies from: people who tell what happens to them or theirs. */
const toldFiles = ["emergency-1", "emergency-2", "emergency-3", "emergency-4", "crisis-1", "crisis-2"];
const told = new URL("../../safety/training/texts/", import.meta.url);

function fromTold(random: Seeded): TrainingText[] {
  const slots = slotsOf(read("slots.txt"));
  return toldFiles
    .flatMap((name) => readFileSync(new URL(`${name}.txt`, told), "utf8").split("\n"))
    .filter((line) => line !== "" && !line.startsWith("# "))
    .flatMap((line) =>
      Array.from({ length: TOLD_PER_LINE }, () => ({
        text: roughen(expand(line, slots, random), random),
        isCase: true,
        source: "told",
      })),
    );
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
  return every(column(sharedRows("medical/medquad_answers.jsonl.gz"), "answer"), 4)
    .flatMap((answer) => answer.split(/(?<=[.?!])\s+/).slice(0, 6))
    .filter((sentence) => sentence.length > 30 && sentence.length < 300 && !measured.has(sentence));
}

function fromPublicData(random: Seeded): TrainingText[] {
  const letters = sharedRows("medical/meqsum.jsonl").slice(0, LETTERS);
  const questions = [
    ...new Set(
      sharedRows("medical/rqe_train.jsonl.gz").flatMap(({ chq, faq }) => [String(chq), String(faq)]),
    ),
  ];
  const requests = sharedRows("training/clinc150.jsonl.gz").filter(
    ({ label, split }) => split === "train" && generalIntents.has(String(label)),
  );
  const vignettes = every(sharedRows("safety/avey_vignettes.jsonl"), 2);
  return [
    ...labelled("requests", column(requests, "text"), () => "general"),
    ...labelled(
      "MedQuAD",
      every(column(sharedRows("training/medquad_questions.jsonl.gz"), "text"), 12),
      () => "general",
    ),
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
  return [...fromTemplates(random), ...fromTold(random), ...fromPublicData(random)];
}
