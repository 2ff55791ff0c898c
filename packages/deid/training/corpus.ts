import { Seeded } from "../../../tools/training/seeded.ts";
import type { IdentifierLabel, Span } from "../src/labels.ts";
import { type LabelledText, Writer } from "./generate.ts";
import { typo } from "./noise.ts";
import { loadSources, readShared, sharedLines } from "./sources.ts";

interface BenchLine {
  readonly id: string;
  readonly text: string;
  readonly spans: readonly {
    readonly start: number;
    readonly end: number;
    readonly label: IdentifierLabel;
  }[];
}

const TRAINING_SEED = 20_261;
const HELD_OUT_SEED = 77_003;

function hashOf(text: string): number {
  let hash = 17;
  for (const character of text) hash = (hash * 131 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return hash;
}

/** A third of each public development set is kept to look at, never trained on. */
export function isKeptBack(id: string): boolean {
  return hashOf(id) % 3 === 0;
}

const plain = (text: string): LabelledText => ({ text, spans: [] });

/** As people type a question: small letters, and a slip in some words. */
function typed(text: string, random: Seeded): LabelledText {
  return plain(
    text
      .toLowerCase()
      .replaceAll(/[a-z]+/g, (word) => (random.chance(15) ? typo(word, random) : word))
      .replace(/ ?\?$/, random.pick(["", "?", " ?"])),
  );
}

/** Sentences about health in which nobody is named. */
function healthSentences(random: Seeded): { sentences: string[]; questions: string[]; eponyms: string[] } {
  const answers = sharedLines<{ focus: string; question: string; answer: string }>(
    "medical/medquad_answers.jsonl.gz",
  );
  const kept = new Set(sharedLines<BenchLine>("deid/data/sets/dev/medq.jsonl").map(({ text }) => text));
  const sentences = random
    .shuffle(answers.flatMap(({ answer }) => answer.split(/(?<=[.?!])\s+/).slice(0, 6)))
    .filter(
      (sentence) =>
        sentence.length > 20 &&
        sentence.length < 240 &&
        !kept.has(sentence) &&
        !/\d{3}-\d{3}|@|www\.|\d{5}/.test(sentence),
    );
  const questions = answers.map(({ question }) => question).filter((question) => !kept.has(question));
  const eponyms = [...new Set(answers.map(({ focus }) => focus))].filter(
    (focus) => focus.length < 40 && !/[(,]/.test(focus),
  );
  return { sentences, questions: random.shuffle(questions), eponyms };
}

/** Drugs by the names that labels carry. */
function substances(): string[] {
  const rows = readShared("medical/drugbank_vocabulary.csv.gz").split("\n").slice(1);
  return rows
    .map((row) => row.split(",")[2] ?? "")
    .filter((name) => /^[A-Z][a-z]{3,}(?: [A-Za-z][a-z]+)?$/.test(name));
}

/** Questions that lists of questions hold, none of those that the detector is measured on. */
function listedQuestions(): string[] {
  const kept = new Set(sharedLines<BenchLine>("deid/data/sets/dev/medq.jsonl").map(({ text }) => text));
  return sharedLines<{ text: string }>("training/medquad_questions.jsonl.gz")
    .map(({ text }) => text)
    .filter((text, index) => index % 5 !== 0 && !kept.has(text));
}

function letters(): string[] {
  return [
    ...sharedLines<{ chq: string }>("medical/meqsum.jsonl").map(({ chq }) => chq),
    ...sharedLines<{ chq: string }>("medical/rqe_train.jsonl.gz").map(({ chq }) => chq),
  ].filter(
    (text) =>
      text.length < 400 && !/\[|\d{4,}|\bdr\.? [a-z]|my name|\bregards\b|\bthanks?,? [A-Z]/i.test(text),
  );
}

function spans(line: BenchLine): Span[] {
  return line.spans.map(({ start, end, label }) => ({ start, end, label }));
}

function benchLines(name: string, kept: boolean): LabelledText[] {
  return sharedLines<BenchLine>(`deid/data/sets/dev/${name}.jsonl`)
    .filter(({ id }) => isKeptBack(id) === kept)
    .map((line) => ({ text: line.text, spans: spans(line) }));
}

export interface Corpus {
  readonly training: readonly LabelledText[];
  /** Other templates, names that training never saw. */
  readonly heldOut: readonly LabelledText[];
}

/** Everything that the tagger learns from, and what it is held against. The same bytes every time. */
export async function buildCorpus(written: number): Promise<Corpus> {
  const sources = await loadSources();
  const random = new Seeded(5);
  const { sentences, questions, eponyms } = healthSentences(random);
  const terms = { eponyms, substances: substances() };
  const consumer = random.shuffle(letters());
  const fillers = [...sentences.slice(0, 6000), ...consumer.slice(0, 2500)];
  const trainWriter = new Writer({ sources, terms, fillers, seed: TRAINING_SEED, heldOut: false });
  const heldOutWriter = new Writer({
    sources,
    terms,
    fillers: sentences.slice(20_000, 24_000),
    seed: HELD_OUT_SEED,
    heldOut: true,
  });
  const bench = readShared("deid/data/train/dev_templates_5000.jsonl.gz")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as BenchLine)
    .map((line) => ({ text: line.text, spans: spans(line) }));
  const training = [
    ...Array.from({ length: written }, () => trainWriter.write()),
    ...bench,
    ...[1, 2, 3].flatMap(() => benchLines("asq", false)),
    ...[1, 2, 3].flatMap(() => benchLines("asqneg", false)),
    ...[1, 2].flatMap(() => benchLines("presidio", false)),
    ...sentences.slice(0, 14_000).map(plain),
    ...questions.slice(0, 9000).map(plain),
    ...consumer.map(plain),
    ...consumer.slice(0, 2500).map((text) => plain(text.toLowerCase())),
    ...consumer.slice(0, 3500).map((text) => typed(text, random)),
    ...sentences.slice(14_000, 17_000).map((text) => typed(text, random)),
    ...questions.slice(9000, 12_000).map((text) => typed(text, random)),
    ...random.shuffle(listedQuestions()).slice(0, 6000).map(plain),
  ];
  return { training, heldOut: Array.from({ length: 2000 }, () => heldOutWriter.write()) };
}
