/**
 * Prints the retrieval figures that README and docs quote, on parts that nothing was fitted on:
 *
 *     node packages/retrieval/eval/run.ts
 */
import { performance } from "node:perf_hooks";
import process from "node:process";
import { areaUnderCurve, ndcg } from "../src/evaluate.ts";
import { buildIndex, composeAnswer, KnowledgeIndex, parseArticle } from "../src/index.ts";
import type { Judged } from "../src/judged.ts";
import { renamed } from "./renamed.ts";
import {
  assistantRequests,
  everyday,
  hasSharedData,
  letters,
  medquad,
  offTopic,
  starterArticles,
} from "./sets.ts";

const print = (name: string, value: string): void => {
  process.stdout.write(`| ${name} | ${value} |\n`);
};
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const idsOf = (index: KnowledgeIndex, query: string, count: number): string[] =>
  index.search(query, count).hits.map(({ article }) => article.id);
const relevances = (index: KnowledgeIndex, texts: readonly string[]): number[] =>
  texts.map((text) => index.search(text, 1).relevance);
const meanNdcg = (index: KnowledgeIndex, judged: readonly Judged[]): number =>
  mean(judged.map(({ query, grades }) => ndcg(idsOf(index, query, 10), grades, 10)));

function citesRight(index: KnowledgeIndex, { query, grades }: Judged): boolean {
  const answer = composeAnswer({ question: query, index });
  return answer.kind === "answer" && answer.citations.some(({ articleId }) => grades.has(articleId));
}

function measureStarter(): void {
  const index = new KnowledgeIndex(buildIndex(starterArticles()));
  const answers = (text: string): boolean => composeAnswer({ question: text, index }).kind === "answer";
  for (const part of ["fitted", "heldOut"] as const) {
    const questions = everyday[part];
    const found = questions.filter(({ query, grades }) =>
      idsOf(index, query, 3).some((id) => grades.has(id)),
    );
    const right = questions.filter((each) => citesRight(index, each));
    const given = questions.filter(({ query }) => answers(query));
    print(`everyday questions, ${part}: right article in three`, `${found.length} of ${questions.length}`);
    print(`everyday questions, ${part}: answered`, `${given.length}, ${right.length} citing a right article`);
  }
  const asked = everyday.heldOut.map(({ query }) => query);
  const curve = areaUnderCurve(relevances(index, asked), relevances(index, offTopic.heldOut));
  print("everyday against off topic, AUC", curve.toFixed(3));
  print("off topic answered", `${offTopic.heldOut.filter(answers).length} of ${offTopic.heldOut.length}`);
  if (!hasSharedData) return;
  const requests = assistantRequests().heldOut;
  print("CLINC150 test answered", `${requests.filter(answers).length} of ${requests.length}`);
}

function measureLarge(): void {
  const { questions, articles } = medquad();
  const index = new KnowledgeIndex(buildIndex(articles));
  const all = letters(questions).heldOut;
  const judged = all.filter(({ grades }) => grades.size > 0);
  const asJudged = (key: "letter" | "summary"): Judged[] =>
    judged.map((each) => ({ query: each[key], grades: each.grades }));
  for (const key of ["letter", "summary"] as const)
    print(`${key} to articles on its condition, nDCG@10`, meanNdcg(index, asJudged(key)).toFixed(3));
  const requests = relevances(index, assistantRequests().heldOut);
  const own = relevances(index, offTopic.heldOut);
  for (const key of ["letter", "summary"] as const) {
    const scores = relevances(
      index,
      all.map((each) => each[key]),
    );
    const figures = [requests, own].map((others) => areaUnderCurve(scores, others).toFixed(3));
    print(`${key} against CLINC150 test / own off topic, AUC`, figures.join(" / "));
  }
  measureRenamed();
  const times = all.map(({ letter }) => {
    const laps = [1, 2, 3].map(() => {
      const start = performance.now();
      index.search(letter);
      return performance.now() - start;
    });
    return Math.min(...laps);
  });
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(share * times.length)] ?? 0).toFixed(2);
  print(`${articles.length} articles, ms p50 / p99`, `${at(0.5)} / ${at(0.99)}`);
}

function measureRenamed(): void {
  const { questions } = medquad();
  const { names, asked } = renamed(questions);
  for (const known of [false, true]) {
    const index = new KnowledgeIndex(
      buildIndex(
        questions.map(({ id, focus, title, text }) =>
          parseArticle({ id, title, text, synonyms: known ? (names.get(focus) ?? []) : [] }),
        ),
      ),
    );
    const found = asked.filter(({ query, grades }) => idsOf(index, query, 5).some((id) => grades.has(id)));
    print(
      `focus replaced by a synonym, ${known ? "given as metadata" : "only in the text"}, recall@5`,
      `${(found.length / asked.length).toFixed(3)} of ${asked.length}`,
    );
  }
}

process.stdout.write("| | |\n|---|---|\n");
measureStarter();
if (hasSharedData) measureLarge();
