import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadSeed, readSecret, writeAtomically, writeSecretOnce } from "./index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-keys-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("keys in files", () => {
  it("makes a seed once, for its owner only, whoever is first", async () => {
    const path = join(folder, "deep", "a.key");
    const seeds = await Promise.all([1, 2, 3, 4].map(() => loadSeed(path)));
    expect(seeds[0]).toHaveLength(32);
    for (const seed of seeds) expect(seed).toEqual(seeds[0]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, "deep"))).toEqual(["a.key"]);
  });

  it("refuses a key that others can read, that is broken, or that is not there", async () => {
    const path = join(folder, "a.key");
    await expect(readSecret(path)).rejects.toMatchObject({ code: "KEY_FILE_MISSING" });
    await loadSeed(path);
    await chmod(path, 0o644);
    await expect(loadSeed(path)).rejects.toMatchObject({ code: "KEY_FILE_EXPOSED" });
    await writeFile(join(folder, "b.key"), "00", { mode: 0o600 });
    await expect(loadSeed(join(folder, "b.key"))).rejects.toMatchObject({ code: "KEY_FILE_INVALID" });
  });

  it("never replaces a secret, and replaces a file as a whole", async () => {
    const path = join(folder, "token");
    await writeSecretOnce(path, () => "first");
    await writeSecretOnce(path, () => "second");
    expect(await readFile(path, "utf8")).toBe("first");
    await writeAtomically(path, "third");
    expect(await readFile(path, "utf8")).toBe("third");
    expect(await readdir(folder)).toEqual(["token"]);
  });
});
