import type { Ranked } from "../src/ranker.ts";
import { featureNames, type SubjectFeatures } from "../src/subjects.ts";

/** What a search offered, and what each document is worth. */
export interface Candidates {
  readonly ranked: readonly Ranked[];
  readonly grades: ReadonlyMap<number, number>;
}

interface Example {
  /** ln BM25, then the features. */
  readonly inputs: readonly number[];
  readonly gain: number;
}

const STEPS = 60;
const RATE = 0.3;
const SHRINKAGE = 1e-3;
const DEPTH = 10;
/** Swaps below the first ten still count, so that what is far down can rise. */
const BELOW = 0.3;

const start = [1, ...featureNames.map(() => 0)];

function examplesOf({ ranked, grades }: Candidates): Example[] {
  return ranked.map(({ document, bm25, features }) => ({
    inputs: [Math.log(bm25), ...featureNames.map((name) => features[name])],
    gain: 2 ** (grades.get(document) ?? 0) - 1,
  }));
}

function discount(rank: number): number {
  return (rank < DEPTH ? 1 : BELOW) / Math.log2(rank + 2);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

/** Places of the examples when sorted by their scores, best first. */
function placesOf(scores: readonly number[]): number[] {
  const places: number[] = [];
  const order = scores.map((_, i) => i).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  for (const [place, i] of order.entries()) places[i] = place;
  return places;
}

/** Adds the gradient of one search: each pair in the wrong order by what its swap would gain (LambdaRank). */
function addGradient(examples: readonly Example[], weights: readonly number[], gradient: number[]): void {
  const scores = examples.map(({ inputs }) => dot(weights, inputs));
  const places = placesOf(scores);
  const gains = examples.map(({ gain }) => gain).sort((a, b) => b - a);
  const ideal = gains.slice(0, DEPTH).reduce((sum, gain, i) => sum + gain * discount(i), 0);
  if (ideal === 0) return;
  for (const [i, better] of examples.entries()) {
    if (better.gain === 0) continue;
    for (const [j, worse] of examples.entries()) {
      if (worse.gain >= better.gain) continue;
      const swap = discount(places[i] ?? 0) - discount(places[j] ?? 0);
      const worth = (Math.abs(swap) * (better.gain - worse.gain)) / ideal;
      const pull = worth / (1 + Math.exp((scores[i] ?? 0) - (scores[j] ?? 0)));
      for (let k = 0; k < gradient.length; k += 1)
        gradient[k] = (gradient[k] ?? 0) - pull * ((better.inputs[k] ?? 0) - (worse.inputs[k] ?? 0));
    }
  }
}

/** Fits the log-linear model that reorders BM25's candidates (Burges, 2010; steps by Adagrad). */
export function fitRanking(searches: readonly Candidates[]): Record<keyof SubjectFeatures, number> {
  const all = searches.map(examplesOf);
  const weights = [...start];
  const squares = weights.map(() => 1e-8);
  for (let step = 0; step < STEPS; step += 1) {
    const gradient = weights.map(() => 0);
    for (const examples of all) addGradient(examples, weights, gradient);
    for (const [k, sum] of gradient.entries()) {
      const slope = sum / all.length + SHRINKAGE * (weights[k] ?? 0);
      squares[k] = (squares[k] ?? 0) + slope ** 2;
      weights[k] = (weights[k] ?? 0) - (RATE * slope) / Math.sqrt(squares[k] ?? 1);
    }
  }
  const [bm25 = 1, ...rest] = weights;
  return Object.fromEntries(featureNames.map((name, i) => [name, (rest[i] ?? 0) / bm25])) as Record<
    keyof SubjectFeatures,
    number
  >;
}
