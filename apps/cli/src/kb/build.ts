import { join } from "node:path";
import { writeAtomically } from "@cloister/keys-file";
import { buildIndex, KnowledgeIndex } from "@cloister/retrieval";
import { newestMs, writtenMs } from "../files.ts";
import { paths } from "../paths.ts";
import { readArticles } from "./read.ts";

/** What was built. */
export interface BuiltIndex {
  readonly file: string;
  readonly articlesCount: number;
  readonly bytesCount: number;
  /** Names this knowledge in receipts; hex. */
  readonly digest: string;
}

/**
 * Makes an index file from a folder of Markdown articles or a `.jsonl[.gz]` file. The file is replaced as a
 * whole or not at all.
 * @throws BaseError `KB_INPUT`, `KB_ARTICLE`, `KB_EMPTY`, `KB_DUPLICATE`
 */
export async function buildIndexFile(input: {
  readonly input: string;
  readonly file: string;
}): Promise<BuiltIndex> {
  const articles = await readArticles(input.input);
  const bytes = buildIndex(articles);
  const { digest } = new KnowledgeIndex(bytes);
  await writeAtomically(input.file, bytes);
  return { file: input.file, articlesCount: articles.length, bytesCount: bytes.length, digest };
}

/** Builds the index of a folder unless it is newer than the articles and than what builds it. */
export async function ensureIndexFile(input: {
  readonly input: string;
  readonly file: string;
}): Promise<void> {
  const madeOf = [input.input, join(paths.repository, "packages/retrieval/src"), join(paths.cliSource, "kb")];
  const newest = await Promise.all(madeOf.map(newestMs));
  if ((await writtenMs(input.file)) <= Math.max(...newest)) await buildIndexFile(input);
}
