import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { BaseError } from "@cloister/bytes";
import type { KnowledgeIndex } from "@cloister/retrieval";
import { type Measures, measure, parseJudgedJsonl } from "@cloister/retrieval/judged";

/**
 * Measures an index on a file of judged questions, after asking them once to warm up.
 * @throws BaseError `KB_SET`, naming the file or the line
 */
export async function evaluateIndex(input: {
  readonly index: KnowledgeIndex;
  readonly set: string;
  readonly k: number;
}): Promise<Measures> {
  const text = await readFile(input.set, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "KB_SET", `${input.set}: cannot be read`, { cause });
  });
  const request = {
    index: input.index,
    judged: parseJudgedJsonl(text),
    k: input.k,
    nowMs: () => performance.now(),
  };
  measure(request);
  return measure(request);
}
