import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { attestationRules } from "@cloister/attestation";
import { wireErrors } from "@cloister/contracts/errors";
import { listRules } from "@cloister/protocol";
import { transparencyRules } from "@cloister/transparency";
import { paths } from "../paths.ts";

/** A code with what it stands for, and where that is written. */
export interface CodeEntry {
  readonly code: string;
  readonly rule: string;
  /** A clause of a standard, or the files that throw it. */
  readonly source: string;
  /** Under which it travels over HTTP, where it does. */
  readonly httpStatus?: number;
}

/**
 * Every error and reason code, by name. Protocol, transparency and attestation keep tables; for the rest the sources are
 * the table, since they run as they are: a code is followed by the sentence that people see.
 */
export async function listCodes(): Promise<CodeEntry[]> {
  const entries = new Map<string, CodeEntry>();
  for (const entry of await codesInSources()) {
    const known = entries.get(entry.code);
    entries.set(entry.code, known === undefined ? entry : joined(known, entry));
  }
  for (const { id: code, sentence: rule, clause: source } of listRules())
    entries.set(code, { code, rule, source });
  for (const [code, { rule, source }] of Object.entries({ ...transparencyRules, ...attestationRules })) {
    entries.set(code, { code, rule, source });
  }
  for (const [code, httpStatus] of Object.entries(wireErrors)) {
    const entry = entries.get(code);
    if (entry !== undefined) entries.set(code, { ...entry, httpStatus });
  }
  return [...entries.values()].toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

/** One code that several places throw. */
function joined(a: CodeEntry, b: CodeEntry): CodeEntry {
  const both = (one: string, other: string, by: string) => (one.includes(other) ? one : one + by + other);
  return { code: a.code, rule: both(a.rule, b.rule, "; or: "), source: both(a.source, b.source, ", ") };
}

/** `"CODE", "sentence"` where it is thrown, or `CODE: ["Family", "sentence"]` in a table. */
const code = "([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)";
const sentence = '(?:"((?:[^"\\\\]|\\\\.)+)"|`((?:[^`\\\\]|\\\\.)+)`)';
const notations = [
  new RegExp(`"${code}",\\s*${sentence}`, "g"),
  new RegExp(`^ {2}([A-Z][A-Z0-9_]+): \\["[A-Z][a-z]+", ${sentence}\\]`, "gm"),
];

async function codesInSources(): Promise<CodeEntry[]> {
  const files = (await Promise.all(["packages", "adapters", "apps"].map(sourceFiles))).flat().toSorted();
  const found = await Promise.all(files.map(codesInFile));
  return found.flat();
}

async function sourceFiles(folder: string): Promise<string[]> {
  const root = join(paths.repository, folder);
  const rooms = (await readdir(root)).filter((room) => room !== "testkit");
  const found = rooms.map(async (room) => {
    const src = join(root, room, "src");
    const names = await readdir(src, { recursive: true }).catch((): string[] => []);
    return names
      .filter((name) => /(?<!\.test)\.tsx?$/.test(name) && !name.startsWith(`testing${sep}`))
      .map((name) => join(src, name));
  });
  return (await Promise.all(found)).flat();
}

async function codesInFile(path: string): Promise<CodeEntry[]> {
  const text = await readFile(path, "utf8");
  const source = relative(paths.repository, path).replaceAll(sep, "/");
  return notations.flatMap((notation) =>
    [...text.matchAll(notation)]
      .map(([, found = "", plain, template]) => ({
        code: found,
        rule: readable(plain ?? template ?? ""),
        source,
      }))
      // A sentence that is put together elsewhere says nothing here.
      .filter(({ rule }) => /\p{L}{3}/u.test(rule)),
  );
}

function readable(literal: string): string {
  return literal.replaceAll(/\$\{[^}]*\}/g, "…").replaceAll(/\\(.)/g, "$1");
}
