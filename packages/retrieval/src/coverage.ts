import type { Article } from "./article.ts";
import { hasClinicalShape, isMedical, isMedicineName, mattersByName } from "./clinical.ts";
import type { Findings, KnowledgeIndex } from "./knowledge.ts";
import { isIn, type Ranker, type WeighedWord } from "./ranker.ts";
import { editDistance } from "./spelling.ts";

/** Share of the question, by rarity, that an article must cover. */
const MIN_COVERAGE = 0.4;
/** Share of the question that an article must name in its title, synonyms or topics: its subject, not an aside. */
const MIN_FOCUS = 0.2;
/** Documents this far below the best one are about something else. */
const MIN_RELATIVE_SCORE = 0.6;
const MAX_DOCUMENTS = 3;
/**
 * Where it happened and who was there (stove, colleagues, lawn) matters less than what is wrong; more so when
 * the question names no condition or medicine, for then it is a story.
 */
const TOLD_FACTOR = { named: 0.6, story: 0.3 };
/** Letters tell stories: beyond this many words, only the heaviest are asked to be covered. */
const MAX_KEY_WORDS = 8;
/** Share of the heaviest word's mass from which a named word may not be missing. */
const KEY_SHARE = 0.5;

/** Names of medicines differ by few letters; only one wrong letter is forgiven. */
function isRiskyGuess({ term, corrected }: WeighedWord): boolean {
  if (corrected === undefined) return false;
  const named = isMedicineName(corrected) || hasClinicalShape(corrected) || hasClinicalShape(term);
  return named && editDistance(term, corrected, 1) > 1;
}

/** What each word weighs in a question. */
function massesIn(words: readonly WeighedWord[]): (word: WeighedWord) => number {
  const told = words.some(mattersByName) ? TOLD_FACTOR.named : TOLD_FACTOR.story;
  return (word) => (isMedical(word) || mattersByName(word) ? word.mass : word.mass * told);
}

/**
 * The documents that may answer, best first: each covers enough of what was asked, and between them no
 * medicine or condition that was named is missing. Empty when the question turns on something else.
 */
export function checkCoverage({ ranked, words }: Findings, { ranker, articles }: KnowledgeIndex): number[] {
  const keys = [...words].sort((a, b) => b.mass - a.mass).slice(0, MAX_KEY_WORDS);
  const heaviest = keys[0]?.mass ?? 0;
  const massOf = massesIn(keys);
  const total = keys.reduce((sum, word) => sum + massOf(word), 0);
  const share = (covered: (word: WeighedWord) => boolean): number =>
    keys.reduce((sum, word) => sum + (covered(word) ? massOf(word) : 0), 0) / total;
  const covers = (document: number, word: WeighedWord): boolean =>
    !isRiskyGuess(word) && ranker.covers(document, word);
  const best = ranked[0]?.score ?? 0;
  const candidates = ranked
    .filter(({ score }) => score >= MIN_RELATIVE_SCORE * best)
    .slice(0, MAX_DOCUMENTS)
    .map(({ document }) => document);
  const named = keys.filter((word) => mattersByName(word) && word.mass >= KEY_SHARE * heaviest);
  if (!named.every((word) => candidates.some((document) => covers(document, word)))) return [];
  return candidates.filter((document) => {
    const focus = focusOf(articles[document], ranker);
    return (
      share((word) => covers(document, word)) >= MIN_COVERAGE &&
      share((word) => covers(document, word) && isIn(focus, word)) >= MIN_FOCUS
    );
  });
}

function focusOf(article: Article | undefined, ranker: Ranker): ReadonlySet<string> {
  if (article === undefined) return new Set();
  const { title, synonyms, topics } = article;
  return new Set(ranker.concepts.analyse([title, ...synonyms, ...topics].join("\n")).terms);
}
