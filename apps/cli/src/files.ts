import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const ignored = new Set(["node_modules", "dist"]);

/** When something in a folder last changed, tests and build results aside. A removed file changes its folder. */
export async function newestMs(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const times = entries
    .filter((entry) => !ignored.has(entry.name) && !entry.name.includes(".test."))
    .map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newestMs(path) : (await stat(path)).mtimeMs;
    });
  return Math.max((await stat(folder)).mtimeMs, ...(await Promise.all(times)));
}

/** When a file was last written; 0 when it is not there. */
export async function writtenMs(path: string): Promise<number> {
  return stat(path).then(
    (entry) => entry.mtimeMs,
    () => 0,
  );
}

/** Whether something is there. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
