import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** What the house promises about every room in it (CONTRIBUTING.md). */
const root = join(import.meta.dirname, "..");
const manifests = globSync("{packages,adapters,apps}/*/package.json", { cwd: root }).toSorted();

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
}

/** Exported names without a docstring, as `file: name`. */
function undocumented(entries: readonly string[]): string[] {
  const program = ts.createProgram(entries, {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    jsx: ts.JsxEmit.ReactJSX,
  });
  const checker = program.getTypeChecker();
  const missing = new Set<string>();
  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) continue;
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? entry;
      const documented =
        symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags().length > 0;
      if (!documented) missing.add(`${relative(root, file)}: ${symbol.name}`);
    }
  }
  return [...missing].toSorted();
}

describe("every workspace", () => {
  it.each(manifests)("%s has a README of a screenful", (manifest) => {
    const readme = join(root, dirname(manifest), "README.md");
    expect(existsSync(readme)).toBe(true);
    const lines = readFileSync(readme, "utf8").split("\n").length;
    expect(lines).toBeGreaterThan(10);
    expect(lines).toBeLessThan(120);
  });

  it("documents what its packages and adapters export", () => {
    const entries = manifests
      .filter((path) => !path.startsWith("apps/"))
      .flatMap((path) =>
        Object.values(readManifest(path).exports ?? {}).map((file) => join(root, dirname(path), file)),
      );
    expect(undocumented(entries)).toEqual([]);
  }, 60_000);
});

describe("the repository", () => {
  const files = globSync("**/*.{ts,tsx,md,json,yml,js}", {
    cwd: root,
    exclude: (name) => ["node_modules", "dist", ".cloister", ".git"].includes(name),
  });

  it("names no machine's paths and no registry's host", () => {
    // Spelled so that this file does not match itself.
    const forbidden = new RegExp(`(?<!\\w)/(${["root", "home"].join("|")})/|registry\\.npm[j]s`);
    const found = files.filter((file) => forbidden.test(readFileSync(join(root, file), "utf8")));
    expect(found).toEqual([]);
  });

  it("links to files that are there", () => {
    const broken = files
      .filter((file) => file.endsWith(".md"))
      .flatMap((file) => {
        const text = readFileSync(join(root, file), "utf8");
        return [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
          .map((match) => match[1] ?? "")
          .filter((target) => !existsSync(join(root, dirname(file), target)))
          .map((target) => `${file}: ${target}`);
      });
    expect(broken).toEqual([]);
  });
});
