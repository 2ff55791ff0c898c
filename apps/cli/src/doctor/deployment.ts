import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import process from "node:process";
import { exists } from "../files.ts";
import { openIndex } from "../kb/open.ts";
import { isWebBuildCurrent, webFolder } from "../up/web-build.ts";
import { type Finding, fail, ok, warn } from "./check.ts";
import { answersHealth } from "./machine.ts";

const secretFile = /\.(?:key|token|invitation)$/;

/** The browser app's build. */
export async function checkWebBuild(): Promise<Finding> {
  const kind = "development";
  if (!(await exists(join(webFolder(kind), "index.html")))) {
    return warn("the web app is not built yet", "`cloister up` builds it at first start");
  }
  return (await isWebBuildCurrent(kind))
    ? ok("the web app is built")
    : warn("the web app is older than its sources", "`cloister up` builds it again");
}

/** What the assistant answers from. */
export async function checkKnowledge(dataDir: string): Promise<Finding> {
  const file = join(dataDir, "knowledge.index");
  if (!(await exists(file))) return warn("no knowledge index yet", "`cloister up` makes it at first start");
  const { articles, digest } = await openIndex(file);
  return ok(`${articles.length} articles, digest ${digest.slice(0, 16)}…`);
}

/** Whether keys, tokens and invitations are their owner's alone. */
export async function checkSecrets(dataDir: string): Promise<Finding> {
  if (!(await exists(dataDir))) return ok("no data folder yet, so no keys");
  if (process.platform === "win32") return ok("not checked on Windows: the folder's access list decides");
  const names = await readdir(dataDir, { recursive: true });
  const secrets = names.filter((name) => secretFile.test(name)).map((name) => join(dataDir, name));
  const modes = await Promise.all(secrets.map(async (path) => ({ path, mode: (await stat(path)).mode })));
  const exposed = modes.filter(({ mode }) => (mode & 0o077) !== 0).map(({ path }) => relative(dataDir, path));
  return exposed.length === 0
    ? ok(`${secrets.length} key files are readable by their owner only`)
    : fail(
        `others can read ${exposed.join(", ")}`,
        `chmod 600 them in ${dataDir}, and think who has read them`,
      );
}

/** Relay and log of a running organisation. */
export async function checkRunning(input: {
  readonly host: string;
  readonly port: number;
  readonly logPort: number;
}): Promise<Finding> {
  const { host, port, logPort } = input;
  const [relay, log] = await Promise.all(
    [port, logPort].map((each) => answersHealth(`http://${host}:${each}`)),
  );
  if (relay === true && log === true) return ok("relay and log answer that they are well");
  if (relay !== true && log !== true)
    return warn("not running", "start it with `npm start` or `cloister up`");
  const [dead, alive] = relay === true ? ["log", "relay"] : ["relay", "log"];
  return fail(
    `the ${alive} answers, the ${dead} does not`,
    "read cloister.log in the data folder; `up` restarts it",
  );
}
