import { join, resolve } from "node:path";
import type { Command } from "commander";
import { wholeNumber } from "../options.ts";
import { progress, report } from "../output.ts";

interface BuildOptions {
  readonly in: string;
  readonly out: string;
  readonly json: boolean;
}

interface EvalOptions {
  readonly index: string;
  readonly set: string;
  readonly k: number;
  readonly json: boolean;
}

interface SearchOptions {
  readonly index: string;
  readonly k: number;
  readonly json: boolean;
}

export function addKbCommand(program: Command): void {
  const kb = program.command("kb").description("make an index of knowledge, and try it");
  kb.command("build")
    .description("make an index from articles: Markdown, JSON lines, MedlinePlus XML, FHIR JSON, PDF")
    .requiredOption(
      "--in <path>",
      "a folder of articles, or one .md, .jsonl, .jsonl.gz, .xml, .json or .pdf file",
    )
    .requiredOption("--out <dir>", "folder for the index")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExample:\n  cloister kb build --in knowledge --out my-index")
    .action(build);
  kb.command("search")
    .description("show what an index finds")
    .argument("<query...>", "a question or a whole letter")
    .requiredOption("--index <path>", "folder or file of the index")
    .option("-k <number>", "how many articles to show, 1 to 1000", wholeNumber(1, 1000), 10)
    .option("--json", "print JSON", false)
    .addHelpText("after", '\nExample:\n  cloister kb search --index my-index "when is a cough dangerous?"')
    .action(search);
  kb.command("eval")
    .description("measure an index on questions of which you know the right articles")
    .requiredOption("--index <path>", "folder or file of the index")
    .requiredOption("--set <file>", 'JSON lines {"query","relevant":["id",…]}; none relevant: out of scope')
    .option("-k <number>", "depth of recall, 1 to 1000", wholeNumber(1, 1000), 5)
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExample:\n  cloister kb eval --index my-index --set questions.jsonl")
    .action(evaluate);
}

async function evaluate(options: EvalOptions): Promise<void> {
  const [{ evaluateIndex }, { openIndex }] = await Promise.all([
    import("../kb/evaluate.ts"),
    import("../kb/open.ts"),
  ]);
  const index = await openIndex(options.index);
  const measures = await evaluateIndex({ index, set: options.set, k: options.k });
  const share = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(3));
  report({
    json: options.json,
    value: { ...measures, k: options.k, digest: index.digest },
    lines: [
      `${measures.answerableCount} questions, ${measures.outOfScopeCount} out of scope`,
      `nDCG@10 ${share(measures.ndcgAt10)}`,
      `recall@${options.k} ${share(measures.recallAtK)}, any right article ${share(measures.successAtK)}`,
      `in scope against out of scope, AUC ${share(measures.auc)}`,
      `${measures.latencyP50Ms.toFixed(2)} ms p50, ${measures.latencyP99Ms.toFixed(2)} ms p99`,
    ],
  });
}

async function build(options: BuildOptions): Promise<void> {
  const [{ buildIndexFile }, { indexFileName }] = await Promise.all([
    import("../kb/build.ts"),
    import("../kb/open.ts"),
  ]);
  progress(`reading ${options.in} …`);
  const built = await buildIndexFile({ input: options.in, file: join(resolve(options.out), indexFileName) });
  report({
    json: options.json,
    value: built,
    lines: [
      `${built.articlesCount} articles, ${(built.bytesCount / 1024).toFixed(0)} KiB, written to ${built.file}`,
      `digest ${built.digest}`,
    ],
  });
}

async function search(words: readonly string[], options: SearchOptions): Promise<void> {
  const { openIndex } = await import("../kb/open.ts");
  const index = await openIndex(options.index);
  const { hits, relevance } = index.search(words.join(" "), options.k);
  report({
    json: options.json,
    value: {
      relevance,
      hits: hits.map(({ article: { id, title, sources }, score }) => ({ doc: id, title, score, sources })),
    },
    lines: [
      `relevance ${relevance.toFixed(2)}: the chance that this knowledge covers the question`,
      ...hits.map(({ article, score }) => `${score.toFixed(3)}  ${article.id}  ${article.title}`),
    ],
  });
}
