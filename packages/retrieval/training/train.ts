/**
 * Fits the two small models of this package and writes them to `src/model/weights.ts`, always the same for the
 * same data:
 *
 *     node packages/retrieval/training/train.ts
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import process from "node:process";
import {
  assistantRequests,
  everyday,
  hasSharedData,
  letters,
  medquad,
  offTopic,
  starterArticles,
} from "../eval/sets.ts";
import { buildIndex, KnowledgeIndex, parseArticle } from "../src/index.ts";
import { evidenceOf } from "../src/relevance.ts";
import { type Candidates, fitRanking } from "./ranking.ts";
import { fitRelevance, type Labelled } from "./relevance.ts";

const CANDIDATES = 100;
/** What an expert's own summary of a letter is worth among 17,000 questions. */
const EXACT = 3;

if (!hasSharedData) {
  process.stderr.write("training needs the public data in ../shared/data beside the repository\n");
  process.exit(1);
}

const { questions, articles } = medquad();
const fitted = letters(questions).fitted;
const large = new KnowledgeIndex(buildIndex(articles));
const small = new KnowledgeIndex(buildIndex(starterArticles()));

/** Letters and summaries to articles, and letters to their own summary among all questions. */
function searches(): Candidates[] {
  const texts = [
    ...new Set([...fitted.map(({ summary }) => summary), ...questions.map(({ title }) => title)]),
  ];
  const pool = new KnowledgeIndex(
    buildIndex(texts.map((text, i) => parseArticle({ id: `${i}`, title: text, text }))),
  );
  return fitted.flatMap(({ letter, summary, grades }) => {
    const byNumber = new Map([...grades].map(([id, grade]) => [Number(id), grade]));
    return [
      { ranked: large.ranker.rank(letter, CANDIDATES).ranked, grades: byNumber },
      { ranked: large.ranker.rank(summary, CANDIDATES).ranked, grades: byNumber },
      {
        ranked: pool.ranker.rank(letter, CANDIDATES).ranked,
        grades: new Map([[texts.indexOf(summary), EXACT]]),
      },
    ];
  });
}

/** Questions with whether the knowledge covers them; each side of each corpus counts the same. */
function labelled(): Labelled[] {
  const others = [...offTopic.fitted, ...assistantRequests().fitted];
  const asked = everyday.fitted.map(({ query }) => query);
  const sides: [KnowledgeIndex, boolean, readonly string[]][] = [
    [small, true, asked],
    [small, false, others],
    [large, true, [...fitted.flatMap(({ letter, summary }) => [letter, summary]), ...asked]],
    [large, false, others],
  ];
  return sides.flatMap(([{ ranker }, isCovered, texts]) =>
    texts.flatMap((text) => {
      const evidence = evidenceOf(ranker.rank(text, 1), ranker);
      return evidence === undefined ? [] : [{ evidence, isCovered, weight: 1000 / texts.length }];
    }),
  );
}

function rounded<T extends string>(weights: Record<T, number>): Record<T, number> {
  const entries = Object.entries<number>(weights).map(([name, value]) => [name, Number(value.toFixed(3))]);
  return Object.fromEntries(entries) as Record<T, number>;
}

const ranking = rounded(fitRanking(searches()));
const { bias, weights } = fitRelevance(labelled());
const relevance = { bias: Number(bias.toFixed(3)), weights: rounded(weights) };
const digest = createHash("sha256").update(JSON.stringify({ ranking, relevance })).digest("hex");
const source = `// Written by packages/retrieval/training/train.ts; run it again after a change to the features or the lexicon.

/** How a document's subject raises or lowers its score. */
export const rankingModel = ${JSON.stringify(ranking)};

/** The chance that the corpus covers a question. */
export const relevanceModel = ${JSON.stringify(relevance)};

/** Hex SHA-256 over both as JSON, in the order \`{ ranking, relevance }\`. */
export const modelDigest = "${digest}";
`;
writeFileSync(new URL("../src/model/weights.ts", import.meta.url), source);
process.stdout.write(source);
