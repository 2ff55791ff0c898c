import { requireMessage } from "../limits.ts";
import { LinearModel } from "../model/linear.ts";
import { override as storedOverride, task as storedTask } from "../model/weights-injection.ts";
import { Matcher } from "../patterns.ts";
import { type Token, tokenise } from "../tokens.ts";
import { sentenceFeatures } from "./features.ts";
import { judgeSentences } from "./judge.ts";
import { injectionClasses, injectionPatterns } from "./patterns.ts";
import { type InjectionReason, reasonWeights } from "./reasons.ts";
import { type Sentence, sentencesIn } from "./sentences.ts";

/** A first signal, no boundary: untrusted text must have no tools and no way to other data anyway. */
export interface InjectionSignal {
  readonly injection: boolean;
  /** 0 to 1; reasons that come together weigh more. */
  readonly score: number;
  readonly reasons: readonly InjectionReason[];
}

const THRESHOLD = 0.7;

const matcher = new Matcher<InjectionReason>(
  Object.entries(injectionPatterns).flatMap(([reason, texts]) =>
    texts.map((text) => [reason as InjectionReason, text] as const),
  ),
  injectionClasses,
);
const override = new LinearModel(storedOverride);
const task = new LinearModel(storedTask);

/** Turn marks of common chat templates; no patient writes them. */
const CONTROL_MARKS =
  /<\|[a-z_]{2,20}\|>|\[\/?(?:INST|SYS)\]|<<\/?SYS>>|<\/?(?:system|assistant|user|instructions?)>|^[ \t]{0,9}#{2,9}[ \t]{0,9}(?:system|instruction|response|assistant|human|user)\b|^[ \t]{0,9}(?:system|assistant|human)[ \t]{0,9}:/im;
/** Zero-width runs, tag characters and direction overrides hide text from people but not from models. */
const HIDDEN_CHARACTERS = /[\u{E0000}-\u{E007F}]|[\u202A-\u202E\u2066-\u2069]|[\u200B\u2060\uFEFF]{3}/u;

/** A sentence with what the models see of it. */
interface ReadSentence extends Sentence {
  readonly features: ReadonlySet<number>;
}

/** The sentences of a text, and the reasons that its wordings give. */
export function readSentences(text: string): { sentences: ReadSentence[]; reasons: Set<InjectionReason> } {
  const tokens: readonly Token[] = tokenise(text);
  const matches = matcher.match(tokens);
  let next = 0;
  const sentences = sentencesIn(text, tokens).map((sentence) => {
    const reasons = new Set<InjectionReason>();
    for (
      let hit = matches[next];
      hit !== undefined && hit.from <= sentence.to;
      next += 1, hit = matches[next]
    ) {
      reasons.add(hit.name);
    }
    return Object.assign({}, sentence, { features: sentenceFeatures(tokens, sentence, [...reasons]) });
  });
  return { sentences, reasons: new Set(matches.map(({ name }) => name)) };
}

/**
 * Looks for instructions to the assistant in text that should only inform it: wordings first, then two linear
 * models sentence by sentence, so that one sentence in a document is found.
 * @param text up to 100,000 UTF-16 code units
 * @throws BaseError `SAFETY_TEXT`
 */
export function detectInjection(text: string): InjectionSignal {
  requireMessage(text);
  const { sentences, reasons: found } = readSentences(text);
  if (CONTROL_MARKS.test(text)) found.add("control-marks");
  if (HIDDEN_CHARACTERS.test(text)) found.add("hidden-characters");
  const judged = judgeSentences(
    sentences.map(({ features, isPersonal }) => ({
      override: override.score(features),
      task: task.score(features),
      isPersonal,
    })),
  );
  if (judged.override) found.add("reads-like-override");
  if (judged.task) found.add("reads-like-task");
  const reasons = [...found].sort();
  const score = 1 - reasons.reduce((rest, reason) => rest * (1 - reasonWeights[reason]), 1);
  return { injection: score >= THRESHOLD, score, reasons };
}
