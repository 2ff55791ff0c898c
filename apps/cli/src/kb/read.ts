import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { BaseError } from "@cloister/bytes";
import { type Article, parseJsonlArticles, parseMarkdownArticle } from "@cloister/retrieval";
import { parse as parseYaml } from "yaml";

/**
 * Articles from a folder of Markdown files with YAML front matter, or from one `.jsonl` or `.jsonl.gz` file.
 * @throws BaseError `KB_INPUT`, `KB_ARTICLE`, naming the file
 */
export async function readArticles(input: string): Promise<Article[]> {
  const entry = await stat(input).catch((cause: unknown) => {
    throw new BaseError("Usage", "KB_INPUT", `${input}: no such file or folder`, { cause });
  });
  return entry.isDirectory() ? readFolder(input) : readJsonl(input);
}

async function readJsonl(path: string): Promise<Article[]> {
  const file = createReadStream(path);
  const content = path.endsWith(".gz") ? text(file.pipe(createGunzip())) : text(file);
  const lines = await content.catch((cause: unknown) => {
    throw new BaseError("Decode", "KB_INPUT", `${path}: cannot be read`, { cause });
  });
  return parseJsonlArticles(lines);
}

async function readFolder(folder: string): Promise<Article[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md") && name !== "README.md");
  if (names.length === 0) throw new BaseError("Usage", "KB_INPUT", `${folder}: no Markdown articles in it`);
  return Promise.all(names.toSorted().map(async (name) => readMarkdown(join(folder, name))));
}

async function readMarkdown(path: string): Promise<Article> {
  const file = await readFile(path, "utf8");
  const match = /^---\r?\n(.*?)\r?\n---\r?\n(.*)$/s.exec(file);
  const name = basename(path);
  if (match === null) {
    throw new BaseError("Decode", "KB_ARTICLE", `${name}: begin with front matter between two lines of ---`);
  }
  try {
    return parseMarkdownArticle({ frontMatter: parseYaml(match[1] ?? ""), body: match[2] ?? "" });
  } catch (cause) {
    const why = cause instanceof BaseError ? cause.message : "front matter is not YAML";
    throw new BaseError("Decode", "KB_ARTICLE", `${name}: ${why}`, { cause });
  }
}
