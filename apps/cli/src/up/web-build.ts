import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";
import { newestMs, writtenMs } from "../files.ts";
import { paths } from "../paths.ts";

const run = promisify(execFile);
const sources = ["apps/web", "packages", "adapters"].map((folder) => join(paths.repository, folder));

/** A `development` app takes evidence of a development enclave too; a `production` app has no code for that. */
export type WebKind = "production" | "development";

/** Where an app of this kind is. */
export function webFolder(kind: WebKind): string {
  return kind === "production" ? paths.webBuild : `${paths.webBuild}-development`;
}

/** Whether the browser app is there and newer than everything it is made of. */
export async function isWebBuildCurrent(kind: WebKind): Promise<boolean> {
  const builtAtMs = await writtenMs(join(webFolder(kind), "index.html"));
  const newest = await Promise.all(sources.map(newestMs));
  return builtAtMs > Math.max(...newest);
}

/** Builds the browser app unless it is current. */
export async function ensureWebBuild(progress: (step: string) => void, kind: WebKind): Promise<void> {
  if (await isWebBuildCurrent(kind)) return;
  progress("web app (built when its sources change)");
  const args = ["build", "--mode", kind, "--outDir", webFolder(kind), "--logLevel", "warn"];
  await run(process.execPath, [paths.vite, ...args], { cwd: paths.webSource }).catch((cause: unknown) => {
    throw new BaseError("Internal", "WEB_BUILD_FAILED", "the web app could not be built", { cause });
  });
}
