import { createHash } from "node:crypto";
import { Seeded } from "../../../tools/training/seeded.ts";
import { type Example, scoreOf, type Trained, train } from "../../../tools/training/svm.ts";
import { featuresOf } from "../src/case/features.ts";
import type { StoredModel } from "../src/case/linear.ts";
import { readSentences } from "../src/case/sentences.ts";
import { wordsOf } from "../src/text/words.ts";
import { type TrainingText, trainingTexts } from "./texts.ts";

const roundsCount = 10;

const SEED = 20_260_311;
const BUCKETS = 2 ** 16;
const COMMON_WORDS = 2000;
const KNOWN_WORDS = 6000;
/** Holds names: what is only there is no word to know. */
const NAMING_SOURCE = "clinical";
const COST = 0.4;
/** A case that is called public costs more than a question that stays inside. */
const CASE_COST = 0.5;

interface ReadText extends TrainingText {
  readonly sentences: readonly (readonly string[])[];
}

function readText(text: TrainingText): ReadText {
  const sentences = readSentences(text.text, wordsOf(text.text)).map(({ words }) => words);
  return Object.assign({}, text, { sentences });
}

interface Words {
  readonly common: string;
  readonly known: string;
}

/** The words that most texts share, each source counting the same; then those that come next. */
function wordsIn(texts: readonly ReadText[]): Words {
  const counts = new Map<string, number>();
  const times = new Map<string, number>();
  const sizes = new Map<string, number>();
  for (const { source } of texts) sizes.set(source, (sizes.get(source) ?? 0) + 1);
  for (const { source, sentences } of texts) {
    const share = 1 / (sizes.get(source) ?? 1);
    for (const word of new Set(sentences.flat().filter((each) => /^[a-z]+$/.test(each)))) {
      counts.set(word, (counts.get(word) ?? 0) + share);
      if (source !== NAMING_SOURCE) times.set(word, (times.get(word) ?? 0) + 1);
    }
  }
  const byCount = (list: ReadonlyMap<string, number>): string[] =>
    [...list].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([word]) => word);
  const common = byCount(counts).slice(0, COMMON_WORDS);
  const isCommon = new Set(common);
  const known = byCount(times).filter((word) => !isCommon.has(word) && (times.get(word) ?? 0) > 1);
  return { common: common.join(" "), known: known.slice(0, KNOWN_WORDS).join(" ") };
}

/** Any sentence makes a case; all of a general text must be general. Which sentence it is, the model itself says. */
function examplesOf(
  texts: readonly (TrainingText & { readonly sets: readonly ReadonlySet<number>[] })[],
  before: Trained | undefined,
): Example[] {
  return texts.flatMap(({ isCase, sets }): Example[] => {
    if (!isCase) return sets.map((features) => ({ features, positive: false, cost: COST }));
    if (before === undefined) return sets.map((features) => ({ features, positive: true, cost: CASE_COST }));
    const best = sets.toSorted((a, b) => scoreOf(before, b) - scoreOf(before, a)).slice(0, 1);
    return best.map((features) => ({ features, positive: true, cost: CASE_COST }));
  });
}

function stored({ weights, bias }: Trained, { common, known }: Words): StoredModel {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const step = largest / 127;
  const bytes = Buffer.from(Int8Array.from(weights, (weight) => Math.round(weight / step)).buffer);
  const digest = createHash("sha256").update(bytes).update(common).update(known).digest("hex");
  return { step, bias, digest, common, known, weights: bytes.toString("base64") };
}

/** Trains the classifier; the same texts give the same digest on every machine. */
export function trainCase(): StoredModel {
  const random = new Seeded(SEED);
  const read = trainingTexts(random).map(readText);
  const words = wordsIn(read);
  const vocabulary = { common: new Set(words.common.split(" ")), known: new Set(words.known.split(" ")) };
  const texts = read.map((text) =>
    Object.assign({}, text, { sets: text.sentences.map((each) => featuresOf(each, vocabulary)) }),
  );
  let model: Trained | undefined;
  for (let pass = 0; pass < 3; pass += 1)
    model = train(examplesOf(texts, model), BUCKETS, { random, roundsCount });
  if (model === undefined) throw new Error("nothing was trained");
  return stored(model, words);
}
