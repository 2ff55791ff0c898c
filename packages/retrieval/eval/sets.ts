/**
 * What retrieval is fitted and measured on. The public data lies beside the repository; every list is split,
 * and the parts called `heldOut` are read by the measurement only.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Article, parseArticle, parseMarkdownArticle } from "../src/index.ts";
import { type Judged, parseJudgedJsonl } from "../src/judged.ts";
import { gradesFor, type QuestionArticle } from "./grades.ts";

/** The part that models are fitted on, and the part that they are measured on. */
export interface Split<T> {
  readonly fitted: readonly T[];
  readonly heldOut: readonly T[];
}

const root = new URL("../../../", import.meta.url);
const shared = new URL("../shared/data/", root);

export const hasSharedData = existsSync(shared);

function jsonLines(file: URL): Readonly<Record<string, unknown>>[] {
  const bytes = readFileSync(file);
  const text = (file.pathname.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Seven of ten to fit on. */
function split<T>(values: readonly T[]): Split<T> {
  return {
    fitted: values.filter((_, i) => i % 10 < 7),
    heldOut: values.filter((_, i) => i % 10 >= 7),
  };
}

/** The front matter's few lines that search needs; the product reads it with a YAML parser. */
function frontMatterOf(header: string): Readonly<Record<string, unknown>> {
  const field = (name: string): string => new RegExp(`^${name}: *(.*)$`, "m").exec(header)?.[1] ?? "";
  const list = (name: string): string[] =>
    field(name)
      .replace(/^\[|\]$/g, "")
      .split(", ")
      .filter((item) => item !== "");
  const text = (name: string): string => field(name).replace(/^"(.*)"$/, "$1");
  return { id: text("id"), title: text("title"), topics: list("topics"), synonyms: list("synonyms") };
}

/** The project's own articles. */
export function starterArticles(): Article[] {
  const folder = new URL("knowledge/", root);
  const names = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md");
  return names.sort().map((name) => {
    const file = readFileSync(new URL(name, folder), "utf8");
    const [, header = "", body = ""] = /^---\n(.*?)\n---\n(.*)$/s.exec(file) ?? [];
    return parseMarkdownArticle({ frontMatter: frontMatterOf(header), body });
  });
}

function ownQuestions(name: string): Judged[] {
  return parseJudgedJsonl(readFileSync(new URL(`${name}.jsonl`, import.meta.url), "utf8"));
}

/** Everyday questions to the starter knowledge. */
export const everyday: Split<Judged> = {
  fitted: [...ownQuestions("everyday-dev"), ...ownQuestions("everyday-tune")],
  heldOut: ownQuestions("everyday-held-out"),
};

/** Everyday questions that have nothing to do with health. */
export const offTopic: Split<string> = {
  fitted: ownQuestions("out-of-scope-dev").map(({ query }) => query),
  heldOut: ownQuestions("out-of-scope-held-out").map(({ query }) => query),
};

const rows = (name: string): Readonly<Record<string, unknown>>[] => jsonLines(new URL(name, shared));

/** MedQuAD: 15,848 answers, each titled by its question. */
export function medquad(): { questions: readonly QuestionArticle[]; articles: Article[] } {
  const questions = rows("medical/medquad_answers.jsonl.gz").map((row, i) => ({
    id: `${i}`,
    focus: String(row["focus"]),
    type: String(row["type"]),
    title: String(row["question"]),
    text: String(row["answer"]),
  }));
  return { questions, articles: questions.map(({ id, title, text }) => parseArticle({ id, title, text })) };
}

/** Letters to a medical library with a summary by an expert (MeQSum), and the articles of `questions` on it. */
export function letters(
  questions: readonly QuestionArticle[],
): Split<{ letter: string; summary: string; grades: ReadonlyMap<string, number> }> {
  const gradesOf = gradesFor(questions);
  return split(
    rows("medical/meqsum.jsonl").map(({ chq, sum }) => ({
      letter: String(chq),
      summary: String(sum),
      grades: gradesOf(String(sum)),
    })),
  );
}

/** What people tell assistants about banks, cars and kitchens (CLINC150), every twentieth to fit on. */
export function assistantRequests(): Split<string> {
  const all = rows("training/clinc150.jsonl.gz");
  const part = (name: RegExp): string[] =>
    all.filter((row) => name.test(String(row["split"]))).map((row) => String(row["text"]));
  return {
    fitted: part(/train|oos_val/).filter((_, i) => i % 20 === 0),
    heldOut: part(/test/),
  };
}
