/**
 * Asks the assistant many questions over an index and counts: every answer must have verified citations or
 * abstain. With a model of `cloister model pull` its words are held to the same:
 *
 *     node apps/agent/eval/run.ts QUESTIONS.jsonl INDEX [MODEL DATA] [COUNT]
 *
 * A line of the questions is {"query": "…"}, as for `cloister kb eval`.
 */
import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { BaseError } from "@cloister/bytes";
import { storedModel } from "@cloister/model-llama";
import { KnowledgeIndex } from "@cloister/retrieval";
import { ground } from "./grounding.ts";

const [questionsFile, indexFile, name, data, count = "500"] = process.argv.slice(2);
if (questionsFile === undefined || indexFile === undefined) {
  throw new BaseError("Usage", "EVAL_USAGE", "give a file of questions and an index");
}
const lines = (await readFile(questionsFile, "utf8")).trim().split("\n");
const questions = lines.map((line) => (JSON.parse(line) as { readonly query: string }).query);
const index = new KnowledgeIndex(await readFile(indexFile));
const model = name === undefined || data === undefined ? undefined : await storedModel({ name, data });
const startedAtMs = performance.now();
const result = await ground(questions.slice(0, Number(count)), index, model);
const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
process.stdout.write(`${JSON.stringify({ ...result, seconds }, undefined, 2)}\n`);
await model?.close();
process.exitCode = result.unfounded.length === 0 ? 0 : 1;
