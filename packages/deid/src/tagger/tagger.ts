import { fromBase64 } from "@cloister/bytes";
import type { IdentifierLabel, Span } from "../labels.ts";
import { caseOf, lineStates } from "./features.ts";
import { TAG_COUNT } from "./tags.ts";
import { tokenise } from "./tokens.ts";
import { bestTags, emissions, type Weights } from "./viterbi.ts";
import { rowWeights, transitionWeights, weightStep } from "./weights.ts";

const labelOf: readonly (IdentifierLabel | undefined)[] = [
  undefined,
  "NAME",
  "NAME",
  "LOCATION",
  "LOCATION",
  "OTHER_ID",
  "DATE",
  "AGE90",
];

let loaded: Weights | undefined;

function weights(): Weights {
  if (loaded === undefined) {
    const bytes = fromBase64(rowWeights.join(""));
    loaded = { rows: new Int8Array(bytes.buffer), transitions: Float32Array.from(transitionWeights) };
  }
  return loaded;
}

/**
 * What a linear model over words, word lists and neighbours takes for identifiers in what the rules left.
 * `caution` is taken from the score of "no identifier": the higher, the more is found, and the more wrongly.
 */
export function tag(text: string, found: readonly Span[], caution: number): Span[] {
  const tokens = tokenise(text, found);
  const scores = emissions({ tokens, states: lineStates(tokens, text), textCase: caseOf(text) }, weights());
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at]?.label === undefined) (scores[at * TAG_COUNT] as number) -= caution / weightStep;
  }
  const path = bestTags(scores, weights().transitions);
  const spans: Span[] = [];
  tokens.forEach((token, at) => {
    const label = labelOf[path[at] ?? 0];
    if (label === undefined || token.label !== undefined) return;
    const last = spans.at(-1);
    const inside = path[at] === 2 || path[at] === 4 || (path[at] === path[at - 1] && (path[at] ?? 0) > 4);
    if (inside && last !== undefined && last.label === label)
      spans[spans.length - 1] = { ...last, end: token.end };
    else spans.push({ start: token.start, end: token.end, label });
  });
  return spans.filter(({ start, end }) => /[\p{L}\p{N}]/u.test(text.slice(start, end)));
}
