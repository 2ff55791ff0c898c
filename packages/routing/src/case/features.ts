import { hashOf } from "./hash.ts";

const MAX_GRAM = 4;
const HEAD = 3;
const ENDINGS = ["ing", "ed", "s"];

/** Words that a model knows. */
export interface Vocabulary {
  /** Read as they are. */
  readonly common: ReadonlySet<string>;
  /** Read as a word of medicine or of English, whichever it is. */
  readonly known: ReadonlySet<string>;
}

/** A word that is not common stands as what it may be. */
function shapeOf(word: string, { common, known }: Vocabulary): string {
  if (!/^[a-z]/.test(word)) return /^\p{L}/u.test(word) ? "*" : word;
  if (common.has(word)) return word;
  const ending = ENDINGS.find((end) => word.length > end.length + 2 && word.endsWith(end));
  return `${known.has(word) ? "+" : "*"}${ending ?? ""}`;
}

const isUnnamed = (shape: string): boolean => shape === "*" || shape === "+";

/**
 * A sentence as the classifier sees it: its common words, with everything else (diseases, drugs, places) only by its
 * shape, neighbours of one shape as one, in runs of up to four, and how it begins. What a sentence is about does not tell whether it is somebody's
 * case; how it speaks of it does.
 */
export function featuresOf(words: readonly string[], vocabulary: Vocabulary): Set<number> {
  const shapes: string[] = [];
  for (const word of words) {
    const shape = shapeOf(word, vocabulary);
    if (!isUnnamed(shape) || shapes.at(-1) !== shape) shapes.push(shape);
  }
  const out = new Set<number>();
  const framed = ["^", ...shapes, "$"];
  for (let at = 0; at < framed.length; at += 1) {
    let gram = "";
    for (let length = 1; length <= MAX_GRAM && at + length <= framed.length; length += 1) {
      gram += ` ${framed[at + length - 1] ?? ""}`;
      out.add(hashOf(gram));
    }
  }
  out.add(hashOf(`head ${shapes.slice(0, HEAD).join(" ")}`));
  for (const shape of shapes) out.add(hashOf(`${shapes[0] ?? ""} … ${shape}`));
  return out;
}
