/// <reference types="node" />
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadSeed } from "./keys.ts";

describe("log.key", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cloister-log-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is made once, for its owner only", async () => {
    const seeds = await Promise.all([1, 2, 3].map(() => loadSeed(folder)));
    const [first] = seeds;
    expect(first).toHaveLength(32);
    for (const seed of seeds) expect(seed).toEqual(first);
    expect(await loadSeed(folder)).toEqual(first);
    expect(await readdir(folder)).toEqual(["log.key"]);
    if (process.platform !== "win32") expect((await stat(join(folder, "log.key"))).mode & 0o777).toBe(0o600);
  });

  it("is refused when it is damaged or open to others", async () => {
    const path = join(folder, "log.key");
    await writeFile(path, "not a key", { mode: 0o600 });
    await expect(loadSeed(folder)).rejects.toMatchObject({ code: "LOG_KEY_INVALID" });
    if (process.platform === "win32") return;
    await chmod(path, 0o644);
    await expect(loadSeed(folder)).rejects.toMatchObject({ code: "LOG_KEY_EXPOSED" });
  });
});
