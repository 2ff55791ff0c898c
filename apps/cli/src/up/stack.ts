import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";
import { writeAtomically, writeSecretOnce } from "@cloister/keys-file";
import { ensureIndexFile } from "../kb/build.ts";
import { ensureOrganisationKey, invite } from "../organisation.ts";
import { paths } from "../paths.ts";
import { type Ready, type RunningProcess, supervise } from "./process.ts";
import { ensureWebBuild } from "./web-build.ts";

const run = promisify(execFile);
const dayMs = 86_400_000;

export interface StackOptions {
  readonly dataDir: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logPort: number;
  readonly organisationName: string;
  readonly region: string;
  readonly signUp: "open" | "invitation";
  /** Serve the web app; tools that need none leave it out. */
  readonly web: boolean;
  readonly progress: (step: string) => void;
}

export interface Stack {
  readonly relayUrl: string;
  readonly logUrl: string;
  readonly logDir: string;
  readonly logsFile: string;
  readonly readerToken: string;
  readonly processes: readonly RunningProcess[];
  stop(): Promise<void>;
}

/** Starts log, relay and agent as processes of their own, in that order, each on what the one before says. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, host, progress } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const logsFile = join(dataDir, "cloister.log");
  const logs = createWriteStream(logsFile, { flags: "a", mode: 0o600 });
  const onLog = (line: string) => void logs.write(`${line}\n`);
  const relayDir = join(dataDir, "relay");
  const logDir = join(dataDir, "log");
  const processes: RunningProcess[] = [];
  const stop = async () => {
    for (const running of processes.toReversed()) await running.stop();
    await new Promise<void>((resolve) => logs.end(resolve));
  };

  try {
    progress("organisation key");
    const organisationKey = await ensureOrganisationKey(dataDir);
    progress("knowledge index");
    const indexFile = join(dataDir, "knowledge.index");
    await ensureIndexFile({ input: paths.knowledge, file: indexFile });
    if (options.web) await ensureWebBuild(progress);

    progress("transparency log");
    const tokenKey = await printed(paths.relayMain, ["--data", relayDir, "--print-token-key"]);
    const readerTokenFile = join(dataDir, "log-reader.token");
    await writeSecretOnce(readerTokenFile, () => crypto.randomUUID() + crypto.randomUUID());
    const origin = `${originName(options.organisationName)}.example/log`;
    const log = await supervise({
      name: "log",
      file: paths.logMain,
      args: (earlier) =>
        flags({
          data: logDir,
          host,
          port: portOf(earlier) ?? options.logPort,
          origin,
          "token-key": tokenKey,
          "reader-token": readerTokenFile,
          "web-origin": webOrigin(options),
        }),
      readyField: "listening",
      onLog,
    });
    processes.push(log);
    const logUrl = `http://${urlHost(host)}:${readyPort(log)}`;
    const vkey = await printed(paths.logMain, ["--data", logDir, "--origin", origin, "--print-vkey"]);

    progress("relay");
    const organisationFile = join(dataDir, "organisation.json");
    const { organisationName: name, signUp, region } = options;
    await writeAtomically(
      organisationFile,
      `${JSON.stringify({ name, organisationKey, signUp, region, log: { url: logUrl, vkey } }, null, 2)}\n`,
    );
    const relay = await supervise({
      name: "relay",
      file: paths.relayMain,
      args: (earlier) =>
        flags({
          data: relayDir,
          host,
          port: portOf(earlier) ?? options.port,
          organisation: organisationFile,
          ...(options.web ? { "web-dir": paths.webBuild } : {}),
        }),
      readyField: "listening",
      onLog,
    });
    processes.push(relay);
    const relayUrl = `http://${urlHost(host)}:${readyPort(relay)}`;

    progress("assistant");
    const invitationFile = join(dataDir, "agent.invitation");
    await writeSecretOnce(invitationFile, () =>
      invite({ dataDir, role: "agent", name: "Cloister assistant", expiresAtMs: Date.now() + 30 * dayMs }),
    );
    const agent = await supervise({
      name: "agent",
      file: paths.agentMain,
      args: () =>
        flags({
          data: join(dataDir, "agent"),
          relay: relayUrl,
          index: indexFile,
          invitation: invitationFile,
        }),
      readyField: "ready",
      onLog,
    });
    processes.push(agent);
    const readerToken = (await readFile(readerTokenFile, "utf8")).trim();
    return { relayUrl, logUrl, logDir, logsFile, readerToken, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function printed(file: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ["--disable-warning=ExperimentalWarning", file, ...args]);
  return stdout.trim();
}

function flags(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** A process that is started again keeps its port, also when it was free to take any. */
function portOf(ready: Ready | undefined): number | undefined {
  const port = ready?.["listening"];
  return typeof port === "number" ? port : undefined;
}

function readyPort(running: RunningProcess): number {
  const port = portOf(running.ready);
  if (port !== undefined) return port;
  throw new BaseError("Internal", "PROCESS_NOT_READY", `${running.name} did not say its port`);
}

function urlHost(host: string): string {
  return host === "127.0.0.1" ? "localhost" : host;
}

/** With any free port the relay's origin is known too late for the log: then any local origin may call it. */
function webOrigin(options: StackOptions): string {
  return options.port === 0 ? "*" : `http://${urlHost(options.host)}:${options.port}`;
}

function originName(organisation: string): string {
  const name = organisation
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "cloister" : name;
}
