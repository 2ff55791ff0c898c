import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { BaseError } from "@cloister/bytes";
import { type Article, parseJsonlArticles, parseMarkdownArticle } from "@cloister/retrieval";
import { parse as parseYaml } from "yaml";

/** How each kind of file is read, by its extension. */
const readers: Readonly<Record<string, (path: string) => Promise<Article[]>>> = {
  ".md": async (path) => [parseMarkdown(await readFile(path, "utf8"))],
  ".jsonl": async (path) => parseJsonlArticles(await textOf(path)),
  ".gz": async (path) => parseJsonlArticles(await textOf(path)),
  ".xml": async (path) => {
    const { parseMedlinePlus } = await import("./medlineplus.ts");
    return parseMedlinePlus(await textOf(path));
  },
  ".json": async (path) => {
    const { parseFhir } = await import("./fhir.ts");
    return parseFhir(await textOf(path));
  },
  ".pdf": async (path) => {
    const { parsePdf } = await import("./pdf.ts");
    return [await parsePdf(path, await readFile(path))];
  },
};

/**
 * Articles from one file or a folder of them: Markdown with YAML front matter, JSON lines (`.jsonl`,
 * `.jsonl.gz`), MedlinePlus health topics (`.xml`), FHIR resources (`.json`), PDF.
 * @throws BaseError `KB_INPUT`, `KB_ARTICLE`, naming the file
 */
export async function readArticles(input: string): Promise<Article[]> {
  const entry = await stat(input).catch((cause: unknown) => {
    throw new BaseError("Usage", "KB_INPUT", `${input}: no such file or folder`, { cause });
  });
  const files = entry.isDirectory() ? await filesIn(input) : [input];
  return (await Promise.all(files.map(readOne))).flat();
}

async function filesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => extname(name) in readers && name !== "README.md");
  if (names.length === 0) throw new BaseError("Usage", "KB_INPUT", `${folder}: no articles in it`);
  return names.toSorted().map((name) => join(folder, name));
}

async function readOne(path: string): Promise<Article[]> {
  const read = readers[extname(path)];
  if (read === undefined) {
    const kinds = Object.keys(readers).join(", ");
    throw new BaseError("Usage", "KB_INPUT", `${path}: name a folder or a file of one of ${kinds}`);
  }
  try {
    return await read(path);
  } catch (cause) {
    if (cause instanceof BaseError && cause.code !== "KB_ARTICLE") throw cause;
    const why = cause instanceof BaseError ? cause.message : "cannot be read";
    throw new BaseError("Decode", "KB_ARTICLE", `${basename(path)}: ${why}`, { cause });
  }
}

async function textOf(path: string): Promise<string> {
  const file = createReadStream(path);
  const content = path.endsWith(".gz") ? text(file.pipe(createGunzip())) : text(file);
  return content.catch((cause: unknown) => {
    throw new BaseError("Decode", "KB_INPUT", `${path}: cannot be read`, { cause });
  });
}

function parseMarkdown(file: string): Article {
  const match = /^---\r?\n(.*?)\r?\n---\r?\n(.*)$/s.exec(file);
  if (match === null) {
    throw new BaseError("Decode", "KB_ARTICLE", "begin with front matter between two lines of ---");
  }
  try {
    return parseMarkdownArticle({ frontMatter: parseYaml(match[1] ?? ""), body: match[2] ?? "" });
  } catch (cause) {
    if (cause instanceof BaseError) throw cause;
    throw new BaseError("Decode", "KB_ARTICLE", "front matter is not YAML", { cause });
  }
}
