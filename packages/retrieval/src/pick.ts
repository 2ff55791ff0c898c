import type { Article } from "./article.ts";
import { isMedicine } from "./clinical.ts";
import { intentOf, isDefinition, isProcedure, tellsWhenToGetHelp } from "./intents.ts";
import type { Findings, KnowledgeIndex } from "./knowledge.ts";
import { type Passage, splitPassages } from "./passages.ts";
import { isIn, type WeighedWord } from "./ranker.ts";
import type { SentenceSpan } from "./sentences.ts";

/** A sentence chosen for an answer. */
export interface Pick {
  readonly article: Article;
  readonly passage: Passage;
  readonly sentence: SentenceSpan;
}

/** The words of a picked sentence, as its passage has them. */
export function textOf({ passage, sentence }: Pick): string {
  return passage.text.slice(sentence.start, sentence.end);
}

export interface PickRequest {
  readonly question: string;
  readonly index: KnowledgeIndex;
  readonly findings: Findings;
  /** Documents that may answer, best first. */
  readonly covering: readonly number[];
  readonly maxSentences: number;
}

interface Candidate extends Pick {
  readonly score: number;
  readonly terms: ReadonlySet<string>;
  /** Place in reading order: document rank, passage, sentence. */
  readonly order: readonly [number, number, number];
  readonly tellsHelp: boolean;
}

/** What makes a sentence fit; each from 0 to 1 times its weight. */
const weights = { words: 1.2, headingWords: 0.4, intentHeading: 0.8, intentSentence: 0.25, opening: 0.6 };
/** What a sentence loses for each further document, and for its place in the passage. */
const LATER_DOCUMENT = 0.35;
const LATER_SENTENCE = 0.03;
/** The first steps of a procedure may be this many more than other sentences. */
const EXTRA_STEPS = 2;
/** Sentences that share more than this of their words say the same. */
const MAX_OVERLAP = 0.6;
/** Sentences this far below the best one are left out. */
const MIN_RELATIVE_SCORE = 0.5;
const SENTENCE_LENGTH = { min: 20, max: 420 };

/** The sentence on getting help that is shown first: it names the signs of an emergency. */
const EMERGENCY = /\bemergency\b/i;

/** Begins by pointing back at a sentence that the reader would not see. */
const DANGLING =
  /^(?:it|its|they|their|them|this|that|these|those|he|she|his|her|however|but|also|then|instead|otherwise|such|both|so|therefore|in addition|for example|another|other|others)\b/i;

/** Words of the title say nothing about which sentence fits: the whole article is about them. */
const TITLE_FACTOR = 0.4;

type Masses = readonly (readonly [word: WeighedWord, mass: number])[];

function massesFor(words: readonly WeighedWord[], title: ReadonlySet<string>): Masses {
  return words.map((word) => [word, isIn(title, word) ? word.mass * TITLE_FACTOR : word.mass]);
}

function covered(masses: Masses, terms: ReadonlySet<string>): number {
  let share = 0;
  let total = 0;
  for (const [word, mass] of masses) {
    total += mass;
    if (isIn(terms, word)) share += mass;
  }
  return total === 0 ? 0 : share / total;
}

function termsOf(index: KnowledgeIndex, text: string): ReadonlySet<string> {
  return new Set(index.ranker.concepts.analyse(text).terms);
}

function lengthFits(text: string): boolean {
  return text.length >= SENTENCE_LENGTH.min && text.length <= SENTENCE_LENGTH.max && !text.endsWith("?");
}

/** The sentences of one document with how well each fits. */
function candidatesOf({ question, index, findings, covering }: PickRequest, rank: number): Candidate[] {
  const article = index.articles[covering[rank] ?? -1];
  if (article === undefined) return [];
  const intent = intentOf(question, findings.words.filter(isMedicine).length);
  const masses = massesFor(findings.words, termsOf(index, article.title));
  const out: Candidate[] = [];
  for (const [p, passage] of splitPassages(article).entries()) {
    const heading = passage.heading ?? "";
    const base =
      weights.headingWords * covered(masses, termsOf(index, heading)) +
      (intent.heading.test(heading) ? weights.intentHeading : 0) +
      (p === 0 && isDefinition(intent) ? weights.opening : 0) -
      LATER_DOCUMENT * rank;
    for (const [s, sentence] of passage.sentences.entries()) {
      const text = textOf({ article, passage, sentence });
      if (!lengthFits(text) && !isProcedure(heading)) continue;
      const terms = termsOf(index, text);
      const fit =
        weights.words * covered(masses, terms) + (intent.sentence.test(text) ? weights.intentSentence : 0);
      out.push({
        article,
        passage,
        sentence,
        score: base + fit - LATER_SENTENCE * s,
        terms,
        order: [rank, p, s],
        tellsHelp: tellsWhenToGetHelp(heading),
      });
    }
  }
  return out;
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const term of a) if (b.has(term)) shared += 1;
  return shared / Math.max(1, Math.min(a.size, b.size));
}

function follows(before: Candidate, after: Candidate): boolean {
  const [rank, passage, sentence] = before.order;
  return rank === after.order[0] && passage === after.order[1] && sentence + 1 === after.order[2];
}

/** Whether a sentence stands by itself, or its predecessor is there too. */
function isClear(candidate: Candidate, chosen: readonly Candidate[]): boolean {
  if (!DANGLING.test(textOf(candidate))) return true;
  return chosen.some((other) => follows(other, candidate));
}

function byOrder(a: Candidate, b: Candidate): number {
  return a.order[0] - b.order[0] || a.order[1] - b.order[1] || a.order[2] - b.order[2];
}

function choose(candidates: readonly Candidate[], count: number): Candidate[] {
  const chosen: Candidate[] = [];
  const sorted = [...candidates].sort((a, b) => b.score - a.score || byOrder(a, b));
  const least = (sorted[0]?.score ?? 0) * MIN_RELATIVE_SCORE;
  for (const candidate of sorted) {
    if (chosen.length === count || candidate.score < least) break;
    if (chosen.some((other) => overlap(candidate.terms, other.terms) > MAX_OVERLAP)) continue;
    if (isClear(candidate, chosen)) chosen.push(candidate);
  }
  return chosen.sort(byOrder);
}

/** When most of what was chosen are steps of one procedure: its first steps without a gap instead. */
function withWholeSteps(
  chosen: readonly Candidate[],
  candidates: readonly Candidate[],
  count: number,
): Candidate[] {
  const steps = chosen.filter(({ passage }) => isProcedure(passage.heading));
  const [first] = steps;
  if (first === undefined || steps.length * 2 < chosen.length)
    return chosen.filter((one) => !steps.includes(one));
  return candidates.filter(({ passage }) => passage === first.passage).slice(0, count + EXTRA_STEPS);
}

/**
 * The sentences of an answer in reading order: the best fitting ones without repetition, then one on when to
 * get help from the same article, unless that is what they already say.
 */
export function pickSentences(request: PickRequest): Pick[] {
  const candidates = request.covering.flatMap((_, rank) => candidatesOf(request, rank));
  const chosen = withWholeSteps(choose(candidates, request.maxSentences), candidates, request.maxSentences);
  const first = chosen[0];
  if (first === undefined || chosen.some(({ tellsHelp }) => tellsHelp)) return chosen;
  const help = candidates.filter((one) => one.tellsHelp && one.article === first.article && isClear(one, []));
  const emergency = help.find((one) => EMERGENCY.test(textOf(one)));
  return [...chosen, ...[emergency ?? help[0]].filter((one) => one !== undefined)];
}
