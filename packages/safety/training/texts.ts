import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Seeded } from "../../../tools/training/seeded.ts";
import { type EmergencyKind, emergencyKinds } from "../src/rules/kinds.ts";
import { absentPastAsked } from "../src/testdata/absent-past-asked.ts";
import { crises } from "../src/testdata/crises.ts";
import { everyday } from "../src/testdata/everyday.ts";
import { heartBrainBreath } from "../src/testdata/heart-brain-breath.ts";
import { injuriesAndInfections } from "../src/testdata/injuries-and-infections.ts";
import { expand, sectionsOf } from "./grammar.ts";
import { roughen } from "./noise.ts";

/** A text to learn from. */
export interface TrainingText {
  readonly text: string;
  readonly emergency: boolean;
  /** Written by somebody in earnest: weighs more than what was made up. */
  readonly real?: boolean;
  /** What it is about, where the text says. */
  readonly kind?: EmergencyKind;
}

/** How often each line of templates is written out. */
const EMERGENCIES_PER_LINE = 24;
const HARMLESS_PER_LINE = 30;
const COPIES_OF_TEXTS = 4;

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${name}-${at + 1}.txt`);
const emergencyFiles = [...numbered("emergency", 4), ...numbered("crisis", 2)];
const harmlessFiles = numbered("harmless", 4);
const vignetteFiles = numbered("vignettes", 2);

/** Emergencies and harmless texts in one file, the latter under `# none`. */
const mixedFiles = numbered("mixed", 8);

const folder = new URL("texts/", import.meta.url);
/** Public data beside the repository; see the README of `training` for what is used and its licence. */
const shared = new URL("../../../../shared/data/", import.meta.url);

export const hasSharedData = existsSync(shared);

/** The lines of one of the files in `texts`. */
export function linesOf(name: string): { heading: string; line: string }[] {
  return sectionsOf(readFileSync(new URL(name, folder), "utf8"));
}

/** A file of the public data, unpacked. */
export function readShared(name: string): string {
  const bytes = readFileSync(new URL(name, shared));
  return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
}

/** The rows of a file of JSON lines. */
export function jsonLines(name: string): Record<string, unknown>[] {
  return readShared(name)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function kindOf(heading: string): { kind?: EmergencyKind } {
  const kind = emergencyKinds.find((known) => known === heading);
  return kind === undefined ? {} : { kind };
}

function fromTemplates(random: Seeded): TrainingText[] {
  const write = (line: string): string => roughen(expand(line, random), random);
  const emergencies = emergencyFiles.flatMap(linesOf);
  const harmless = harmlessFiles.flatMap(linesOf);
  const vignettes = vignetteFiles.flatMap(linesOf);
  const mixed = mixedFiles.flatMap(linesOf);
  const isNone = ({ heading }: { heading: string }): boolean => heading === "none";
  const isEmergency = ({ heading }: { heading: string }): boolean => heading === "emergency";
  return [
    ...[...emergencies, ...mixed.filter((line) => !isNone(line)), ...vignettes.filter(isEmergency)].flatMap(
      ({ heading, line }) =>
        Array.from({ length: EMERGENCIES_PER_LINE }, () => ({
          text: write(line),
          emergency: true,
          ...kindOf(heading),
        })),
    ),
    ...[...harmless, ...mixed.filter(isNone), ...vignettes.filter((line) => !isEmergency(line))].flatMap(
      ({ line }) =>
        Array.from({ length: HARMLESS_PER_LINE }, () => ({ text: write(line), emergency: false })),
    ),
  ];
}

/** Texts with labels, as they are and roughened. */
function fromLabelledTexts(random: Seeded): TrainingText[] {
  const copies = (text: string): string[] =>
    Array.from({ length: COPIES_OF_TEXTS }, (_, at) => (at === 0 ? text : roughen(text, random)));
  return [
    ...[...crises, ...heartBrainBreath, ...injuriesAndInfections].flatMap(([label, text]) =>
      copies(text).map((copy) => Object.assign({ text: copy, emergency: true }, kindOf(label))),
    ),
    ...[...absentPastAsked, ...everyday].flatMap(([, text]) =>
      copies(text).map((copy) => ({ text: copy, emergency: false })),
    ),
  ];
}

/** Letters to a health library (MeQSum) from which training learns; the others measure. */
export const TRAINING_LETTER_COUNT = 600;
const QUERY_STEP = 5;
const QUESTION_STEP = 8;

/** Every n-th row of a public set. */
export function every(nth: number, rows: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return rows.filter((_, at) => at % nth === 0);
}

/** Real letters, questions and requests, taken for harmless unless the rules find something in them. */
function fromPublicData(isFlagged: (text: string) => boolean): TrainingText[] {
  const texts = [
    ...jsonLines("medical/meqsum.jsonl")
      .slice(0, TRAINING_LETTER_COUNT)
      .map(({ chq }) => chq),
    ...every(QUERY_STEP, jsonLines("training/clinc150.jsonl.gz")).map(({ text }) => text),
    ...every(QUESTION_STEP, jsonLines("medical/rqe_train.jsonl.gz")).map(({ faq }) => faq),
    ...jsonLines("safety/prompt_injection_train.jsonl").flatMap(({ text, label }) =>
      label === 0 ? [text] : [],
    ),
  ].map(String);
  return texts.filter((text) => !isFlagged(text)).map((text) => ({ text, emergency: false, real: true }));
}

/** Everything that the models for urgency and topic learn from. */
export function trainingTexts(random: Seeded, isFlagged: (text: string) => boolean): TrainingText[] {
  return [...fromTemplates(random), ...fromLabelledTexts(random), ...fromPublicData(isFlagged)];
}
