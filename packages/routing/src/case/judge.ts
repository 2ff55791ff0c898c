import type { ReasonCode } from "../reasons.ts";
import type { Word } from "../text/words.ts";
import { featuresOf } from "./features.ts";
import { LinearModel } from "./linear.ts";
import { type Manner, mannerOf } from "./pointing.ts";
import { caseReasons } from "./rules.ts";
import { readSentences } from "./sentences.ts";
import { storedCase } from "./weights.ts";

const model = new LinearModel(storedCase);

/**
 * From here on the model says "case", and from {@link UNSURE} below on it cannot tell. A sentence that points at nobody
 * needs more to be somebody's. Set on the development sets.
 */
const LIKELY: Readonly<Record<Manner, number>> = { telling: -0.3, pointing: 0, bare: 0.5, asking: 1.2 };
const UNSURE = 0.3;

/** Whether a word is one of medicine or of everyday English, as far as the training texts go. */
export function isKnownWord(word: string): boolean {
  return model.vocabulary.common.has(word) || model.vocabulary.known.has(word);
}

/** Why a text is somebody's case; nothing for a general question. Linear in the text. */
export function judgeCase(text: string, words: readonly Word[]): ReadonlySet<ReasonCode> {
  const sentences = readSentences(text, words);
  const out = caseReasons(text, sentences);
  if (out.size === 0) {
    const surest = sentences.reduce(
      (most, { words: each }) =>
        Math.max(most, model.score(featuresOf(each, model.vocabulary)) - LIKELY[mannerOf(each)]),
      -Infinity,
    );
    if (surest >= 0) out.add("CASE_LIKELY");
    else if (surest >= -UNSURE) out.add("CASE_UNSURE");
  }
  if (out.size === 0 && sentences.some(({ isDescribed }) => isDescribed)) out.add("DESCRIBED_PATIENT");
  return out;
}
