import { BaseError } from "@cloister/bytes";
import { areaUnderCurve, ndcg, recallAt } from "./evaluate.ts";
import type { KnowledgeIndex } from "./knowledge.ts";

/** A question with what each relevant article is worth; without any, it should stay unanswered. */
export interface Judged {
  readonly query: string;
  /** Article id to grade, 1 to 10. */
  readonly grades: ReadonlyMap<string, number>;
}

const MAX_GRADE = 10;
const MAX_QUERY_LENGTH = 100_000;

function isGrade(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_GRADE;
}

function gradesOf(relevant: unknown): Map<string, number> | undefined {
  if (Array.isArray(relevant)) {
    return relevant.every((id) => typeof id === "string")
      ? new Map(relevant.map((id) => [id, 1]))
      : undefined;
  }
  if (typeof relevant !== "object" || relevant === null) return undefined;
  const entries: [string, unknown][] = Object.entries(relevant);
  return entries.every((entry): entry is [string, number] => isGrade(entry[1]))
    ? new Map(entries)
    : undefined;
}

function parseLine(line: string): Judged | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { query, relevant } = value as { readonly [field: string]: unknown };
  const grades = gradesOf(relevant);
  const isQuery = typeof query === "string" && query.trim() !== "" && query.length <= MAX_QUERY_LENGTH;
  return isQuery && grades !== undefined ? { query, grades } : undefined;
}

/**
 * Questions from JSON lines: `{"query","relevant":["id",…]}` or, graded, `{"query","relevant":{"id":3}}`. An
 * empty `relevant` says that no article should answer. Empty lines are skipped.
 * @throws BaseError `KB_SET`, naming the line
 */
export function parseJudgedJsonl(jsonl: string): Judged[] {
  return jsonl.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const judged = parseLine(line);
    if (judged === undefined) {
      const shape = '{"query": text, "relevant": ["id"] or {"id": grade 1 to 10}}';
      throw new BaseError("Decode", "KB_SET", `line ${i + 1}: write ${shape}`);
    }
    return [judged];
  });
}

/** How well an index does on a set. What has no basis in the set is left out. */
export interface Measures {
  readonly answerableCount: number;
  readonly outOfScopeCount: number;
  /** Mean nDCG of the first ten over the answerable questions, 0 to 1. */
  readonly ndcgAt10?: number;
  /** Mean share of the relevant articles among the first `k`, 0 to 1. */
  readonly recallAtK?: number;
  /** Share of answerable questions with a relevant article among the first `k`, 0 to 1. */
  readonly successAtK?: number;
  /** Relevance of answerable against out-of-scope questions, area under the ROC curve. */
  readonly auc?: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
}

const NDCG_DEPTH = 10;

/** What to measure with. */
export interface MeasureRequest {
  readonly index: KnowledgeIndex;
  /** At least one. */
  readonly judged: readonly Judged[];
  /** Depth of recall and success, 1 to 1000. */
  readonly k: number;
  /** A clock in milliseconds with fractions. */
  readonly nowMs: () => number;
}

interface Outcome {
  readonly ranked: readonly string[];
  readonly relevance: number;
  readonly tookMs: number;
  readonly grades: ReadonlyMap<string, number>;
}

/**
 * Asks every question of a set once.
 * @throws BaseError `KB_SET` when the set is empty; `KB_COUNT`
 */
export function measure({ index, judged, k, nowMs }: MeasureRequest): Measures {
  if (judged.length === 0) throw new BaseError("Usage", "KB_SET", "the set holds no question");
  const outcomes = judged.map(({ query, grades }): Outcome => {
    const start = nowMs();
    const { hits, relevance } = index.search(query, Math.max(k, NDCG_DEPTH));
    return { ranked: hits.map(({ article }) => article.id), relevance, tookMs: nowMs() - start, grades };
  });
  const answerable = outcomes.filter(({ grades }) => grades.size > 0);
  const others = outcomes.filter(({ grades }) => grades.size === 0);
  const times = outcomes.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const timeAt = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0;
  const latency = { latencyP50Ms: timeAt(0.5), latencyP99Ms: timeAt(0.99) };
  const counts = { answerableCount: answerable.length, outOfScopeCount: others.length };
  if (answerable.length === 0) return { ...counts, ...latency };
  const mean = (value: (outcome: Outcome) => number): number =>
    answerable.reduce((sum, outcome) => sum + value(outcome), 0) / answerable.length;
  const recall = ({ ranked, grades }: Outcome): number => recallAt(ranked, new Set(grades.keys()), k);
  const relevances = (some: readonly Outcome[]): number[] => some.map(({ relevance }) => relevance);
  return {
    ...counts,
    ndcgAt10: mean(({ ranked, grades }) => ndcg(ranked, grades, NDCG_DEPTH)),
    recallAtK: mean(recall),
    successAtK: mean((outcome) => (recall(outcome) > 0 ? 1 : 0)),
    ...(others.length === 0 ? {} : { auc: areaUnderCurve(relevances(answerable), relevances(others)) }),
    ...latency,
  };
}
