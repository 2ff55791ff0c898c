import { createHash } from "node:crypto";
import { featuresOf } from "../src/case/features.ts";
import type { StoredModel } from "../src/case/linear.ts";
import { readSentences } from "../src/case/sentences.ts";
import { wordsOf } from "../src/text/words.ts";
import { Seeded } from "./random.ts";
import { type Example, scoreOf, type Trained, train } from "./svm.ts";
import { type TrainingText, trainingTexts } from "./texts.ts";

const SEED = 20_260_311;
const BUCKETS = 2 ** 16;
const COMMON_WORDS = 1000;
const COST = 0.25;
/** A case that is called public costs more than a question that stays inside. */
const CASE_COST = 0.4;

interface ReadText extends TrainingText {
  readonly sentences: readonly (readonly string[])[];
}

function readText(text: TrainingText): ReadText {
  const sentences = readSentences(text.text, wordsOf(text.text)).map(({ words }) => words);
  return Object.assign({}, text, { sentences });
}

/** The words that most texts share, each source counting the same. */
function commonWords(texts: readonly ReadText[]): string[] {
  const counts = new Map<string, number>();
  const sizes = new Map<string, number>();
  for (const { source } of texts) sizes.set(source, (sizes.get(source) ?? 0) + 1);
  for (const { source, sentences } of texts) {
    const share = 1 / (sizes.get(source) ?? 1);
    for (const word of new Set(sentences.flat().filter((each) => /^[a-z]+$/.test(each))))
      counts.set(word, (counts.get(word) ?? 0) + share);
  }
  return [...counts]
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, COMMON_WORDS)
    .map(([word]) => word);
}

/** Any sentence makes a case; all of a general text must be general. Which sentence it is, the model itself says. */
function examplesOf(
  texts: readonly (TrainingText & { readonly sets: readonly ReadonlySet<number>[] })[],
  before: Trained | undefined,
): Example[] {
  return texts.flatMap(({ isCase, sets }) => {
    if (!isCase) return sets.map((features) => ({ features, positive: false, cost: COST }));
    if (before === undefined) return sets.map((features) => ({ features, positive: true, cost: CASE_COST }));
    const best = sets.toSorted((a, b) => scoreOf(before, b) - scoreOf(before, a)).slice(0, 1);
    return best.map((features) => ({ features, positive: true, cost: CASE_COST }));
  });
}

function stored({ weights, bias }: Trained, common: string): StoredModel {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const step = largest / 127;
  const bytes = Buffer.from(Int8Array.from(weights, (weight) => Math.round(weight / step)).buffer);
  const digest = createHash("sha256").update(bytes).update(common).digest("hex");
  return { step, bias, digest, common, weights: bytes.toString("base64") };
}

/** Trains the classifier; the same texts give the same digest on every machine. */
export function trainCase(): StoredModel {
  const random = new Seeded(SEED);
  const read = trainingTexts(random).map(readText);
  const common = commonWords(read).join(" ");
  const words = new Set(common.split(" "));
  const texts = read.map((text) => Object.assign({}, text, { sets: text.sentences.map((each) => featuresOf(each, words)) }));
  let model: Trained | undefined;
  for (let pass = 0; pass < 3; pass += 1) model = train(examplesOf(texts, model), BUCKETS, random);
  if (model === undefined) throw new Error("nothing was trained");
  return stored(model, common);
}
