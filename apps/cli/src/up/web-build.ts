import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";
import { paths } from "../paths.ts";

const run = promisify(execFile);
const sources = ["apps/web", "packages", "adapters"].map((folder) => join(paths.repository, folder));
const ignored = new Set(["node_modules", "dist"]);

/** Builds the browser app unless the build is newer than everything it is made of. */
export async function ensureWebBuild(progress: (step: string) => void): Promise<void> {
  const builtAtMs = await stat(join(paths.webBuild, "index.html")).then(
    (entry) => entry.mtimeMs,
    () => 0,
  );
  const newest = await Promise.all(sources.map(newestMs));
  if (builtAtMs > Math.max(...newest)) return;
  progress("web app (built when its sources change)");
  await run(process.execPath, [paths.vite, "build", "--logLevel", "warn"], { cwd: paths.webSource }).catch(
    (cause: unknown) => {
      throw new BaseError("Internal", "WEB_BUILD_FAILED", "the web app could not be built", { cause });
    },
  );
}

async function newestMs(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const times = entries
    .filter((entry) => !ignored.has(entry.name) && !entry.name.includes(".test."))
    .map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newestMs(path) : (await stat(path)).mtimeMs;
    });
  return Math.max(0, ...(await Promise.all(times)));
}
