import { mix32 } from "../lexicon/words.ts";
import { FEATURE_COUNT, featuresAt, type lineStates } from "./features.ts";
import { mayFollow, TAG_COUNT } from "./tags.ts";
import type { Token } from "./tokens.ts";

/** Weights of features (rows of {@link TAG_COUNT}) and of one tag after another. */
export interface Weights {
  readonly rows: Int8Array | Float32Array;
  readonly transitions: Int8Array | Float32Array;
}

export interface Sequence {
  readonly tokens: readonly Token[];
  readonly states: ReturnType<typeof lineStates>;
  readonly textCase: number;
}

/** A score that no tag comes back from. */
export const IMPOSSIBLE = -1e9;

/** From this many tokens on, scores are kept by what they depend on: long texts repeat themselves. */
const LONG = 2000;

/** All that the features of a token look at, as one number of 52 bits. */
function windowKey({ tokens, states }: Sequence, at: number): number {
  let a = (states[at]?.head ?? 0) ^ (states[at]?.depth ?? 0);
  let b = 17;
  for (let near = at - 3; near <= at + 3; near += 1) {
    const token = tokens[near];
    a = mix32(Math.imul(a, 31) + (token?.word ?? 5));
    b = mix32(Math.imul(b, 37) ^ (token?.word ?? 7) ^ Math.imul(token?.shape ?? 3, 0x2545f491));
  }
  return a * 0x10_0000 + (b & 0xf_ffff);
}

/** Scores of every tag at every token. */
export function emissions(sequence: Sequence, { rows }: Weights): Float64Array {
  const count = sequence.tokens.length;
  const scores = new Float64Array(count * TAG_COUNT);
  const features = new Int32Array(FEATURE_COUNT);
  const known = count > LONG ? new Map<number, number>() : undefined;
  for (let at = 0; at < count; at += 1) {
    const base = at * TAG_COUNT;
    if (sequence.tokens[at]?.label !== undefined) {
      scores.fill(IMPOSSIBLE, base + 1, base + TAG_COUNT);
      continue;
    }
    if (known !== undefined) {
      const key = windowKey(sequence, at);
      const same = known.get(key);
      if (same !== undefined) {
        scores.copyWithin(base, same, same + TAG_COUNT);
        continue;
      }
      known.set(key, base);
    }
    featuresAt(sequence, at, features);
    addRows(features, rows, { scores, base });
  }
  return scores;
}

/** Adds the weights of some features to the scores of one token; features below 0 are left out. */
export function addRows(
  features: Int32Array,
  rows: Weights["rows"],
  { scores, base }: { readonly scores: Float64Array; readonly base: number },
): void {
  for (let index = 0; index < FEATURE_COUNT; index += 1) {
    const from = (features[index] as number) * TAG_COUNT;
    if (from < 0) continue;
    for (let tag = 0; tag < TAG_COUNT; tag += 1) (scores[base + tag] as number) += rows[from + tag] as number;
  }
}

/** Weights of one tag after another; what may not follow can never win. Starts as after "outside". */
function allowed(transitions: Weights["transitions"]): Float64Array {
  return Float64Array.from({ length: TAG_COUNT * TAG_COUNT }, (_, index) => {
    const before = Math.floor(index / TAG_COUNT);
    return mayFollow(before, index % TAG_COUNT) ? (transitions[index] as number) : IMPOSSIBLE * 2;
  });
}

/** The best sequence of tags for these scores. */
export function bestTags(scores: Float64Array, transitions: Weights["transitions"]): Uint8Array {
  const count = scores.length / TAG_COUNT;
  const path = new Uint8Array(count);
  if (count === 0) return path;
  const follow = allowed(transitions);
  const from = new Uint8Array(scores.length);
  let best = new Float64Array(TAG_COUNT);
  let next = new Float64Array(TAG_COUNT);
  for (let tag = 0; tag < TAG_COUNT; tag += 1) best[tag] = (follow[tag] as number) + (scores[tag] as number);
  for (let base = TAG_COUNT; base < scores.length; base += TAG_COUNT) {
    for (let tag = 0; tag < TAG_COUNT; tag += 1) {
      let top = IMPOSSIBLE * 3;
      for (let before = 0; before < TAG_COUNT; before += 1) {
        const score = (best[before] as number) + (follow[before * TAG_COUNT + tag] as number);
        if (score > top) {
          top = score;
          from[base + tag] = before;
        }
      }
      next[tag] = top + (scores[base + tag] as number);
    }
    [best, next] = [next, best];
  }
  let tag = 0;
  for (let other = 1; other < TAG_COUNT; other += 1)
    if ((best[other] as number) > (best[tag] as number)) tag = other;
  for (let at = count - 1; at >= 0; at -= 1) {
    path[at] = tag;
    tag = from[at * TAG_COUNT + tag] as number;
  }
  return path;
}
