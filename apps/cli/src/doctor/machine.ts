import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { exists } from "../files.ts";
import { paths } from "../paths.ts";
import { type Finding, fail, ok, warn } from "./check.ts";

const run = promisify(execFile);
const leastNodeMajor = 24;
const mebibyte = 1024 * 1024;
const slowCommitMs = 50;

/** The Node that this runs on, against the one that the lockfile pins for this platform. */
export async function checkNode(): Promise<Finding> {
  const running = process.versions.node;
  if (Number.parseInt(running, 10) < leastNodeMajor) {
    return fail(`Node ${running}`, "run `npm ci` in the repository: it brings Node 24");
  }
  const manifest = JSON.parse(await readFile(join(paths.repository, "package.json"), "utf8")) as {
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  };
  const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const pins = manifest.optionalDependencies ?? {};
  const pinned = pins[`node-${platform}`] ?? pins[`node-bin-${platform}`];
  if (pinned === running) return ok(`Node ${running}, the pinned one`);
  if (pinned === undefined)
    return warn(`Node ${running}; none is pinned for ${platform}`, "keep it at 24 yourself");
  return warn(`Node ${running}; ${pinned} is pinned`, "start through `npx cloister`, after `npm ci`");
}

/** node:sqlite, its version. */
export async function checkSqlite(): Promise<Finding> {
  const database = new DatabaseSync(":memory:");
  const row = database.prepare("SELECT sqlite_version() AS version").get();
  database.close();
  return ok(`node:sqlite ${String(row?.["version"])}`);
}

/** Whether a write-ahead log and durable commits work where the data will be. */
export async function checkDurability(dataDir: string): Promise<Finding> {
  const folder = await mkdtemp(join(await nearestFolder(dataDir), ".cloister-doctor-"));
  try {
    const database = new DatabaseSync(join(folder, "probe.sqlite"));
    const mode = database.prepare("PRAGMA journal_mode=WAL").get()?.["journal_mode"];
    database.exec("PRAGMA synchronous=FULL; CREATE TABLE probe (n INTEGER)");
    const insert = database.prepare("INSERT INTO probe VALUES (?)");
    const times = Array.from({ length: 9 }, (_, n) => {
      const startMs = performance.now();
      insert.run(n);
      return performance.now() - startMs;
    });
    database.close();
    const medianMs = times.toSorted((a, b) => a - b)[4] ?? 0;
    const detail = `write-ahead log works; a durable commit takes ${medianMs.toFixed(1)} ms`;
    if (mode !== "wal")
      return fail("no write-ahead log here", "put --data on a local disk, not a network share");
    return medianMs > slowCommitMs ? warn(detail, "put --data on a faster disk") : ok(detail);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Free space where the data will be. */
export async function checkDisk(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestFolder(dataDir));
  const freeMebibytes = Math.floor((bavail * bsize) / mebibyte);
  const detail = `${freeMebibytes} MiB free`;
  if (freeMebibytes < 100) return fail(detail, "free some space: nothing can be acknowledged on a full disk");
  return freeMebibytes < 1024 ? warn(detail, "free some space before it runs out") : ok(detail);
}

/** Whether a port can be had, or is held by what should hold it. */
export async function checkPort(input: {
  readonly host: string;
  readonly port: number;
  readonly flag: string;
}): Promise<Finding> {
  const { host, port, flag } = input;
  if (await answersHealth(`http://${host}:${port}`)) return ok(`${port} is held by a running Cloister`);
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  return code === undefined
    ? ok(`${port} is free`)
    : fail(`${port} cannot be had (${code})`, `stop what holds it, or start with ${flag} NUMBER`);
}

/** Whether relay or log answers that it is well. */
export async function answersHealth(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) })
    .then(
      async (answer) => {
        const body: unknown = await answer.json();
        return (
          answer.ok && typeof body === "object" && body !== null && "status" in body && body.status === "ok"
        );
      },
      () => false,
    )
    .catch(() => false);
}

/** A browser for `npm test`. Looked for by the tests' own code, in a process of its own. */
export async function checkChromium(): Promise<Finding> {
  const module = JSON.stringify(pathToFileURL(join(paths.repository, "tools/chromium.ts")).href);
  const script = `const { chromiumPath } = await import(${module}); process.stdout.write(chromiumPath() ?? "");`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]).catch(() => ({
    stdout: "",
  }));
  return stdout === ""
    ? warn("none found; only the tests need it", "`npm test` installs one, or set CLOISTER_CHROMIUM")
    : ok(stdout);
}

async function nearestFolder(path: string): Promise<string> {
  return (await exists(path)) ? path : nearestFolder(dirname(path));
}
