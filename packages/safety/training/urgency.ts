import { Seeded } from "../../../tools/training/seeded.ts";
import { type Example, meanOf, type Trained, train } from "../../../tools/training/svm.ts";
import { windowsOf } from "../src/model/features.ts";
import { readText } from "../src/reading.ts";
import { firedRules } from "../src/red-flags.ts";
import { emergencyKinds } from "../src/rules/kinds.ts";
import { stored, type UnencodedModel } from "./stored.ts";
import { type TrainingText, trainingTexts } from "./texts.ts";

const roundsCount = 12;

const SEED = 20_260_101;
const URGENCY_BUCKETS = 2 ** 16;
const TOPIC_BUCKETS = 2 ** 11;
/** Chosen on the development set: see `eval`. */
const THRESHOLD = 0.05;
const MODEL_COUNT = 5;
const COST = 0.3;
/** Of the harmless texts, every so many-th shows the topics what they are not. */
const HARMLESS_STEP = 5;
const REAL_COST = 3;

function isFlagged(text: string): boolean {
  return firedRules(readText(text)).some(({ rule }) => rule.urgency === "emergency");
}

function featureSets(text: string): ReadonlySet<number>[] {
  const reading = readText(text);
  return windowsOf(reading.tokens, reading).map(({ features }) => features);
}

function widest(sets: readonly ReadonlySet<number>[]): ReadonlySet<number>[] {
  const [first, ...others] = sets;
  if (first === undefined) return [];
  return [others.reduce((best, set) => (set.size > best.size ? set : best), first)];
}

interface ReadText extends TrainingText {
  readonly sets: readonly ReadonlySet<number>[];
}

function readTexts(random: Seeded): ReadText[] {
  return trainingTexts(random, isFlagged).map((text) =>
    Object.assign({}, text, { sets: featureSets(text.text) }),
  );
}

function trainEmergency(texts: readonly ReadText[], random: Seeded): Trained {
  // All of an emergency speaks for it; each part of a harmless text must be harmless.
  const examples = texts.flatMap(({ emergency, real, sets }): Example[] =>
    (emergency ? widest(sets) : sets).map((features) => ({
      features,
      positive: emergency,
      cost: real === true ? REAL_COST : COST,
    })),
  );
  return train(examples, URGENCY_BUCKETS, { random, roundsCount });
}

function trainTopics(texts: readonly ReadText[], random: Seeded): UnencodedModel[] {
  const told = texts.flatMap(({ kind, emergency, sets }, at) =>
    kind === undefined && (emergency || at % HARMLESS_STEP !== 0)
      ? []
      : widest(sets).map((features) => ({ kind, features })),
  );
  return emergencyKinds.map((kind) => {
    const ofKind = told.map(({ kind: is, features }) => ({ features, positive: is === kind, cost: COST }));
    return stored(train(ofKind, TOPIC_BUCKETS, { random, roundsCount }), 0);
  });
}

/** The models for urgency (the mean of several, each from other texts of the templates) and for the topics. */
export function trainUrgency(): { urgency: UnencodedModel; topic: UnencodedModel[] } {
  const random = new Seeded(SEED);
  let topic: UnencodedModel[] = [];
  const models = Array.from({ length: MODEL_COUNT }, (_, at) => {
    const texts = readTexts(random);
    if (at === 0) topic = trainTopics(texts, random);
    return trainEmergency(texts, random);
  });
  return { urgency: stored(meanOf(models), THRESHOLD), topic };
}
