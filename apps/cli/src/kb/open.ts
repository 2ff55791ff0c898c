import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { BaseError } from "@cloister/bytes";
import { KnowledgeIndex } from "@cloister/retrieval";

/** The index inside the folder that `kb build --out` names. */
export const indexFileName = "knowledge.index";

/**
 * Opens an index by its file, or by the folder that it was built into.
 * @throws BaseError `KB_INDEX`, or `KB_FORMAT`, `KB_DIGEST`, `KB_ARTICLE` when it is damaged
 */
export async function openIndex(path: string): Promise<KnowledgeIndex> {
  return new KnowledgeIndex(await read(path));
}

async function read(path: string): Promise<Uint8Array> {
  try {
    const entry = await stat(path);
    return await readFile(entry.isDirectory() ? join(path, indexFileName) : path);
  } catch (cause) {
    throw new BaseError("Usage", "KB_INDEX", `${path}: no index here; make one with \`cloister kb build\``, {
      cause,
    });
  }
}
