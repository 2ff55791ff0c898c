import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleAgent } from "./bundle.ts";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-bundle-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The sources and what they depend on, in another folder. */
async function checkout(): Promise<string> {
  const isSource = (path: string) => !/\/(?:dist|node_modules|models|weights)(?:\/|$)/.test(path);
  for (const part of ["packages", "adapters", "apps/agent"]) {
    await cp(join(repository, part), join(folder, part), { recursive: true, filter: isSource });
  }
  for (const file of ["package.json", "tsconfig.base.json"]) {
    await cp(join(repository, file), join(folder, file));
  }
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@cloister"), { recursive: true });
  for (const name of await readdir(join(repository, "node_modules"))) {
    if (name !== "@cloister" && !name.startsWith(".")) {
      await symlink(join(repository, "node_modules", name), join(modules, name));
    }
  }
  for (const room of ["packages", "adapters"]) {
    for (const name of await readdir(join(folder, room))) {
      await symlink(join("..", "..", room, name), join(modules, "@cloister", name));
    }
  }
  return folder;
}

describe("the agent's bundle", () => {
  it("is the same bytes from another folder, and names neither", async () => {
    const here = await bundleAgent();
    expect(await bundleAgent(await checkout())).toBe(here);
    expect(here).not.toContain(repository);
    expect(here).not.toContain(folder);
  });

  it("imports nothing but Node", async () => {
    const code = await bundleAgent();
    const imported = [...code.matchAll(/^import\b.*?["']([^"']+)["'];?$/gm)].map(([, name]) => name);
    expect(imported.length).toBeGreaterThan(0);
    for (const name of imported) expect(builtinModules).toContain(name?.replace(/^node:/, ""));
    expect(code).not.toMatch(/\bimport\(|\brequire\(/);
  });
});
