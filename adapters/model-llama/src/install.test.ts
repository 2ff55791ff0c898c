/// <reference types="node" />
import { appendFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { engineEntry, installEngine } from "./install.ts";

let base = "";
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "cloister-engine-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(base, { recursive: true, force: true });
});

/** An npm that is found before the real one. */
async function fakeNpm(script: string): Promise<void> {
  await writeFile(join(base, "npm"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${base}:${process.env["PATH"]}`);
}

const works = [
  'echo "$@" >> "$(dirname "$0")/calls"',
  "mkdir -p node_modules/node-llama-cpp/dist",
  "touch node_modules/node-llama-cpp/dist/index.js",
].join("; ");

describe("installing the engine", () => {
  it("happens once, without scripts, by the lockfile", async () => {
    await fakeNpm(works);
    const folder = join(base, "data/engine");
    await expect(engineEntry(folder)).rejects.toMatchObject({ code: "MODEL_ENGINE" });
    const entry = await installEngine(folder);
    expect(entry).toBe(join(folder, "node_modules/node-llama-cpp/dist/index.js"));
    expect(await installEngine(folder)).toBe(entry);
    expect(await readdir(join(base, "data"))).toEqual(["engine"]);
    expect((await readdir(folder)).sort()).toEqual([
      "absent",
      "node_modules",
      "package-lock.json",
      "package.json",
    ]);
  });

  it("happens again when another version is pinned", async () => {
    await fakeNpm(works);
    const folder = join(base, "engine");
    await installEngine(folder);
    await appendFile(join(folder, "package-lock.json"), " ");
    await expect(engineEntry(folder)).rejects.toMatchObject({ code: "MODEL_ENGINE" });
    await installEngine(folder);
    expect(await engineEntry(folder)).toContain("node-llama-cpp");
  });

  it("leaves one engine when two do it at once", async () => {
    await fakeNpm(works);
    const folder = join(base, "data/engine");
    const [first, second] = await Promise.all([installEngine(folder), installEngine(folder)]);
    expect(first).toBe(second);
    expect(await readdir(join(base, "data"))).toEqual(["engine"]);
  });

  it("leaves nothing when npm fails", async () => {
    await fakeNpm("exit 1");
    const folder = join(base, "data/engine");
    await expect(installEngine(folder)).rejects.toMatchObject({
      code: "MODEL_INSTALL",
      family: "Unavailable",
    });
    expect(await readdir(join(base, "data"))).toEqual([]);
  });
});
