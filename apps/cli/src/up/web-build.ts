import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";
import { newestMs, writtenMs } from "../files.ts";
import { paths } from "../paths.ts";

const run = promisify(execFile);
const sources = ["apps/web", "packages", "adapters"].map((folder) => join(paths.repository, folder));

/** Whether the browser app is there and newer than everything it is made of. */
export async function isWebBuildCurrent(): Promise<boolean> {
  const builtAtMs = await writtenMs(join(paths.webBuild, "index.html"));
  const newest = await Promise.all(sources.map(newestMs));
  return builtAtMs > Math.max(...newest);
}

/** Builds the browser app unless it is current. */
export async function ensureWebBuild(progress: (step: string) => void): Promise<void> {
  if (await isWebBuildCurrent()) return;
  progress("web app (built when its sources change)");
  await run(process.execPath, [paths.vite, "build", "--logLevel", "warn"], { cwd: paths.webSource }).catch(
    (cause: unknown) => {
      throw new BaseError("Internal", "WEB_BUILD_FAILED", "the web app could not be built", { cause });
    },
  );
}
