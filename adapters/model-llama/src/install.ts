import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";

const run = promisify(execFile);
/** Which packages, each with its digest: package.json and package-lock.json. */
const pinned = fileURLToPath(new URL("../engine/", import.meta.url));
const installTimeoutMs = 600_000;
const module = "node_modules/node-llama-cpp";

/**
 * The installed engine, for `llamaModel`.
 * @throws BaseError `MODEL_ENGINE` when it is not there or of another version
 */
export async function engineEntry(folder: string): Promise<string> {
  const [wanted, found] = await Promise.all([
    readFile(join(pinned, "package-lock.json"), "utf8"),
    readFile(join(folder, "package-lock.json"), "utf8").catch(() => ""),
  ]);
  const entry = join(folder, module, "dist/index.js");
  const isThere = await stat(entry).then(
    () => true,
    () => false,
  );
  if (isThere && wanted === found) return entry;
  throw new BaseError("Usage", "MODEL_ENGINE", "the engine is not installed: cloister model install");
}

/**
 * Installs the engine: about 55 MB to fetch, 103 MB on disk, from whatever registry npm is configured for. Each
 * package must have the digest of the lockfile, none runs a script, and the folder is there as a whole or not
 * at all. Does nothing when it is there already.
 * @throws BaseError `MODEL_INSTALL`
 */
export async function installEngine(folder: string): Promise<string> {
  if (await isInstalled(folder)) return engineEntry(folder);
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const partial = await mkdtemp(`${folder}.`);
  try {
    await cp(pinned, partial, { recursive: true });
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const shell = process.platform === "win32";
    await run(npm, options, { cwd: partial, timeout: installTimeoutMs, shell });
    await rename(partial, folder).catch(async () => {
      // What is there is another's who was faster, and perhaps in use already; or another version.
      if (await isInstalled(folder)) return;
      await rm(folder, { recursive: true, force: true });
      await rename(partial, folder);
    });
  } catch (cause) {
    throw new BaseError(
      "Unavailable",
      "MODEL_INSTALL",
      "npm could not install the engine; can it reach a registry?",
      {
        cause,
      },
    );
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return engineEntry(folder);
}

async function isInstalled(folder: string): Promise<boolean> {
  return engineEntry(folder).then(
    () => true,
    () => false,
  );
}
