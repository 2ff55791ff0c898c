/// <reference types="node" />
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { paths } from "../paths.ts";
import { buildIndexFile, ensureIndexFile } from "./build.ts";
import { indexFileName, openIndex } from "./open.ts";
import { readArticles } from "./read.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-kb-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const gout = {
  id: "gout",
  title: "Gout",
  text: "Gout causes sudden joint pain.",
  source: "A leaflet",
  url: "https://example.org/gout",
};
const croup = { id: "croup", title: "Croup", text: "Croup gives a small child a barking cough." };
const jsonl = [gout, croup].map((each) => JSON.stringify(each)).join("\n");

async function writeArticle(name: string, text: string): Promise<string> {
  await mkdir(join(folder, "in"), { recursive: true });
  await writeFile(join(folder, "in", name), text);
  return join(folder, "in");
}

describe("kb build", () => {
  it("reads JSON lines, plain or compressed, into the same index", async () => {
    const [plain, packed] = [join(folder, "a.jsonl"), join(folder, "a.jsonl.gz")];
    await writeFile(plain, jsonl);
    await writeFile(packed, gzipSync(jsonl));
    const built = await buildIndexFile({ input: plain, file: join(folder, "out", indexFileName) });
    const again = await buildIndexFile({ input: packed, file: join(folder, "again") });
    expect(again.digest).toBe(built.digest);
    expect(built).toMatchObject({ articlesCount: 2, bytesCount: (await stat(built.file)).size });
    const index = await openIndex(join(folder, "out"));
    expect(index.digest).toBe(built.digest);
    expect(index.search("barking cough").hits[0]?.article.id).toBe("croup");
    expect(index.article("gout")?.sources).toEqual([{ name: "A leaflet", url: "https://example.org/gout" }]);
  });

  it("reads a folder of Markdown, without its README", async () => {
    await writeArticle("README.md", "no article");
    const input = await writeArticle(
      "gout.md",
      "---\nid: gout\ntitle: Gout\n---\nGout causes sudden joint pain.",
    );
    expect(await readArticles(input)).toMatchObject([
      { id: "gout", title: "Gout", clinicallyReviewed: false },
    ]);
  });

  it.each([
    ["a.md", "no front matter", "KB_ARTICLE"],
    ["a.md", "---\n[: broken\n---\ntext", "KB_ARTICLE"],
    ["a.md", "---\ntitle: Gout\n---\ntext", "KB_ARTICLE"],
    ["a.txt", "no article", "KB_INPUT"],
  ])("refuses %s: %j and names the file", async (name, text, code) => {
    const input = await writeArticle(name, text);
    await expect(readArticles(input)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(code === "KB_ARTICLE" ? name : input),
    });
  });

  it("refuses broken lines, streams and paths, and leaves the index that was there", async () => {
    const [input, file] = [join(folder, "a.jsonl"), join(folder, indexFileName)];
    await writeFile(input, jsonl);
    await buildIndexFile({ input, file });
    const before = await readFile(file);
    await writeFile(input, `${jsonl}\n{"id":"x"}`);
    await expect(buildIndexFile({ input, file })).rejects.toMatchObject({
      code: "KB_ARTICLE",
      message: expect.stringContaining("line 3"),
    });
    await writeFile(join(folder, "b.jsonl.gz"), "not compressed");
    for (const broken of [join(folder, "b.jsonl.gz"), join(folder, "missing")]) {
      await expect(buildIndexFile({ input: broken, file })).rejects.toMatchObject({ code: "KB_INPUT" });
    }
    expect(await readFile(file)).toEqual(before);
    expect((await readdir(folder)).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it("builds again only when something changed", async () => {
    const input = await writeArticle(
      "gout.md",
      "---\nid: gout\ntitle: Gout\n---\nGout causes sudden joint pain.",
    );
    const file = join(folder, "index");
    await ensureIndexFile({ input, file });
    const { digest } = await openIndex(file);
    const { mtimeMs } = await stat(file);
    await ensureIndexFile({ input, file });
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
    const later = new Date(Date.now() + 5000);
    await utimes(
      await writeArticle("croup.md", "---\nid: croup\ntitle: Croup\n---\nA barking cough.").then((in_) =>
        join(in_, "croup.md"),
      ),
      later,
      later,
    );
    await ensureIndexFile({ input, file });
    expect((await openIndex(file)).digest).not.toBe(digest);
  });
});

describe("an index that is opened", () => {
  it("is refused when missing, damaged or no index", async () => {
    await expect(openIndex(join(folder, "none"))).rejects.toMatchObject({ code: "KB_INDEX" });
    await expect(openIndex(folder)).rejects.toMatchObject({ code: "KB_INDEX" });
    await writeFile(join(folder, "other"), "something else");
    await expect(openIndex(join(folder, "other"))).rejects.toMatchObject({ code: "KB_FORMAT" });
    const file = join(folder, "index");
    await writeFile(join(folder, "a.jsonl"), jsonl);
    await buildIndexFile({ input: join(folder, "a.jsonl"), file });
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(file, bytes);
    await expect(openIndex(file)).rejects.toMatchObject({ code: "KB_DIGEST" });
  });
});

/** What README and interface promise about the starter knowledge. */
describe("the starter knowledge", async () => {
  const names = (await readdir(paths.knowledge)).filter(
    (name) => name.endsWith(".md") && name !== "README.md",
  );
  const articles = await readArticles(paths.knowledge);

  it("has at least 80 articles, each with an id of its own", () => {
    expect(articles.length).toBeGreaterThanOrEqual(80);
    expect(new Set(articles.map(({ id }) => id)).size).toBe(articles.length);
  });

  it.each(names)("%s has complete front matter", async (name) => {
    const file = await readFile(join(paths.knowledge, name), "utf8");
    const front = parseYaml(/^---\n(.*?)\n---\n/s.exec(file)?.[1] ?? "") as Record<string, unknown>;
    expect(Object.keys(front).sort()).toEqual(
      ["clinicallyReviewed", "date", "id", "sources", "synonyms", "title", "topics"].sort(),
    );
    expect(front["id"]).toBe(name.replace(/\.md$/, ""));
    expect(front["clinicallyReviewed"]).toBe(false);
    const article = articles.find(({ id }) => id === front["id"]);
    expect(article?.topics.length).toBeGreaterThan(0);
    expect(article?.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(article?.sources.length).toBeGreaterThan(0);
    for (const source of article?.sources ?? []) expect(source.url).toMatch(/^https:\/\//);
    expect(article?.text.length).toBeGreaterThan(200);
  });
});
