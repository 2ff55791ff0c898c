import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const vite = fileURLToPath(new URL("bin/vite.js", import.meta.resolve("vite/package.json")));
/** With the verifier of evidence (an own decoder, P-384, the appraisal) and the questions of symptom checks. */
const maxGzipBytes = 520_000;
/** The worker that finds identifiers, with its lexicon and weights; it comes when something is first asked. */
const maxWorkerGzipBytes = 3_000_000;

type Files = ReadonlyMap<string, string>;

let folder: string;
let first: Files;
let second: Files;
let development: Files;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-web-"));
  first = await buildInto("first");
  second = await buildInto("second");
  development = await buildInto("development", ["--mode", "development"]);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function buildInto(name: string, options: readonly string[] = []): Promise<Files> {
  const outDir = join(folder, name);
  // As `cloister up` builds it. Vitest's own NODE_ENV must not make another app of it.
  const args = [vite, "build", "--outDir", outDir, "--logLevel", "error", ...options];
  await promisify(execFile)(process.execPath, args, { cwd: root });
  const entries = await readdir(outDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = files.map(async (file) => [relative(outDir, file), await readFile(file, "utf8")] as const);
  return new Map(await Promise.all(texts));
}

function withEnding(ending: string): string {
  return [...first].flatMap(([name, text]) => (name.endsWith(ending) ? [text] : [])).join("\n");
}

describe("the built app", () => {
  it("is the same bytes each time", () => {
    expect(Object.fromEntries(second)).toEqual(Object.fromEntries(first));
  });

  it("has no test client and nobody invented in it", () => {
    for (const [name, text] of first) {
      expect(name).not.toMatch(/fake/i);
      for (const marker of ["FakeClient", "failNext", "Lindenhof", "Amina", "verdictFor"]) {
        expect(text.includes(marker), `${marker} in ${name}`).toBe(false);
      }
    }
  });

  it("has no way to take a development enclave's evidence, as the build for development has", () => {
    const takesDevelopmentRoot = (files: Files) =>
      [...files.values()].some((text) => /backing:\s*["'`]development["'`]/.test(text));
    expect(takesDevelopmentRoot(first)).toBe(false);
    expect(takesDevelopmentRoot(development)).toBe(true);
  });

  it("is React's production build", () => {
    expect(withEnding(".js")).not.toContain("React DevTools");
  });

  it("has nothing inline, so that the policy needs no exception", () => {
    const html = withEnding(".html");
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:|data:/i);
    expect(html).toMatch(/<script type="module"[^>]* src="\.\/assets\/index-[\w-]{8,}\.js">/);
  });

  it("brings no code from text and no dynamic document", () => {
    expect(withEnding(".js")).not.toMatch(/\beval\(|new Function\(|document\.write\(|\.insertAdjacentHTML\(/);
  });

  it("loads nothing from another origin", () => {
    const loading = `${withEnding(".html")}\n${withEnding(".css")}\n${withEnding(".webmanifest")}`;
    expect(loading.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/(https?:)?\/\/[a-z]/i);
    expect(withEnding(".css")).not.toMatch(/@import|url\(/);
  });

  it("names what may be cached for ever by its hash, and ships no source maps", () => {
    for (const name of first.keys()) {
      if (name.startsWith("assets")) expect(name).toMatch(/-[\w-]{8,}\.(js|css)$/);
      expect(name).not.toMatch(/\.map$/);
    }
    expect(withEnding(".js")).not.toContain("sourceMappingURL");
  });

  it("stays small", () => {
    const [worker, page] = [true, false].map((isWorker) =>
      [...first]
        .filter(([name]) => name.startsWith("assets/worker-") === isWorker)
        .reduce((sum, [, text]) => sum + gzipSync(text).length, 0),
    );
    expect(page).toBeLessThan(maxGzipBytes);
    expect(worker).toBeGreaterThan(maxGzipBytes);
    expect(worker).toBeLessThan(maxWorkerGzipBytes);
  });

  it("finds identifiers in the worker, and never in the page", () => {
    const [worker, page] = ["worker-", "index-"].map((start) =>
      [...first].flatMap(([name, text]) => (name.startsWith(`assets/${start}`) ? [text] : [])).join(""),
    );
    expect(worker).toContain("TOPIC_HIV");
    expect(worker?.length).toBeGreaterThan(3_000_000);
    expect(page).not.toContain(worker?.slice(100_000, 100_100));
    expect(page).toMatch(/new Worker\(/);
  });
});
