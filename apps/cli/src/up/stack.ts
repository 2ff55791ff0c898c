import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";
import { readSecret, writeAtomically, writeSecretOnce } from "@cloister/keys-file";
import { ensureIndexFile } from "../kb/build.ts";
import { ensureOrganisationKey, invite, organisationFile, readOrganisation } from "../organisation.ts";
import { paths } from "../paths.ts";
import { buildEnclave, enclaveFiles } from "./enclave.ts";
import { type ProcessSpec, type Ready, type RunningProcess, supervise } from "./process.ts";
import { ensureWebBuild, type WebKind, webFolder } from "./web-build.ts";

const run = promisify(execFile);
const dayMs = 86_400_000;
/** A model's weights are read whole before they are trusted; an emulated machine is slow. */
const agentReadyTimeoutMs = 300_000;

export interface StackOptions {
  readonly dataDir: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logPort: number;
  /** What is left out stays as it was, or begins with a default. */
  readonly organisation: {
    readonly name?: string | undefined;
    readonly region?: string | undefined;
    readonly signUp?: "open" | "invitation" | undefined;
  };
  /** Where people reach the relay, behind a reverse proxy. */
  readonly publicUrl?: string;
  /** Where people reach the log, behind a reverse proxy. */
  readonly publicLogUrl?: string;
  /** The reverse proxy is the only way in, and says in X-Forwarded-For who comes. */
  readonly trustedProxy?: boolean;
  /** The data came back from a backup: the relay must void what it may have handed out since. */
  readonly restored?: boolean;
  /** What words the assistant's answers, as options of the agent; answers are quotations without. */
  readonly model?: Readonly<Record<string, string>>;
  /** Serve the web app; tools that need none leave it out. */
  readonly web: boolean;
  /** Where the assistant runs: apart, with development evidence (the default), or as a process like the others. */
  readonly enclave?: "dev" | "none";
  /** An image with the assistant to boot in QEMU instead, and where QEMU is. */
  readonly image?: { readonly file: string; readonly qemu: string } | undefined;
  readonly progress: (step: string) => void;
}

export interface Stack {
  readonly relayUrl: string;
  readonly logUrl: string;
  /** Verifier key of the log. */
  readonly vkey: string;
  readonly readerToken: string;
  stop(): Promise<void>;
}

/** Starts one process and remembers it, so that it is ended with the others. */
type Start = (spec: Omit<ProcessSpec, "onLog">) => Promise<RunningProcess>;

/** Starts log, relay and agent as processes of their own, in that order, each on what the one before says. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, image, progress } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const logs = createWriteStream(join(dataDir, "cloister.log"), { flags: "a", mode: 0o600 });
  const processes: RunningProcess[] = [];
  const start: Start = async (spec) => {
    const running = await supervise({ ...spec, onLog: (line) => void logs.write(`${line}\n`) });
    processes.push(running);
    return running;
  };
  const stop = async () => {
    // Ctrl-C reaches them all at once; that is an end and no crash.
    for (const running of processes) running.expectEnd();
    for (const running of processes.toReversed()) await running.stop();
    await new Promise<void>((resolve) => logs.end(resolve));
  };

  try {
    progress("knowledge index");
    const indexFile = join(dataDir, "knowledge.index");
    await ensureIndexFile({ input: paths.knowledge, file: indexFile });
    if (options.web) await ensureWebBuild(progress, webKind(options));
    const isApart = options.enclave !== "none" && options.model === undefined;
    if (isApart) progress("assistant's bundle");
    const release = isApart ? await buildEnclave({ dataDir, indexFile, image: image?.file }) : undefined;
    progress("transparency log");
    const log = await startLog(options, start);
    progress("relay");
    const relayUrl = await startRelay(options, start, { ...log, release });
    progress("assistant");
    const about = { dataDir, relayUrl, indexFile };
    if (isApart) await startEnclave(start, { ...about, logUrl: log.logUrl, image });
    else await startAgent(start, about, options.model);
    return { relayUrl, ...log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type StartedLog = Pick<Stack, "logUrl" | "vkey" | "readerToken">;

async function startLog(options: StackOptions, start: Start): Promise<StartedLog> {
  const { dataDir, host, logPort } = options;
  const data = join(dataDir, "log");
  const tokenKey = await printed(paths.relayMain, { data: join(dataDir, "relay") }, "--print-token-key");
  const readerTokenFile = join(dataDir, "log-reader.token");
  await writeSecretOnce(readerTokenFile, () => crypto.randomUUID() + crypto.randomUUID());
  const origin = await logOrigin(options);
  const log = await start({
    name: "log",
    file: paths.logMain,
    args: (earlier) =>
      flags({
        data,
        host,
        port: portOf(earlier) ?? logPort,
        origin,
        "token-key": tokenKey,
        "reader-token": readerTokenFile,
        "web-origin": webOrigin(options),
        ...(options.publicLogUrl === undefined ? {} : { "public-url": options.publicLogUrl }),
      }),
    readyField: "listening",
  });
  return {
    logUrl: urlOf(host, log),
    vkey: await printed(paths.logMain, { data, origin }, "--print-vkey"),
    readerToken: (await readSecret(readerTokenFile)).trim(),
  };
}

async function startRelay(
  options: StackOptions,
  start: Start,
  { release, ...log }: StartedLog & { readonly release: string | undefined },
): Promise<string> {
  const { dataDir, host, port } = options;
  const { name, region, signUp } = await settings(options);
  const about = {
    name,
    organisationKey: await ensureOrganisationKey(dataDir),
    signUp,
    region,
    log: { url: options.publicLogUrl ?? log.logUrl, vkey: log.vkey },
    ...(release === undefined ? {} : { release }),
  };
  await writeAtomically(organisationFile(dataDir), `${JSON.stringify(about, null, 2)}\n`);
  const relay = await start({
    name: "relay",
    file: paths.relayMain,
    args: (earlier) => [
      ...flags({
        data: join(dataDir, "relay"),
        host,
        port: portOf(earlier) ?? port,
        organisation: organisationFile(dataDir),
        ...(options.web ? { "web-dir": webFolder(webKind(options)) } : {}),
        ...(options.publicUrl === undefined ? {} : { "web-origin": options.publicUrl }),
      }),
      ...(options.trustedProxy === true ? ["--trusted-proxy"] : []),
      ...(options.restored === true && earlier === undefined ? ["--restored"] : []),
    ],
    readyField: "listening",
  });
  return urlOf(host, relay);
}

interface AgentInput {
  readonly dataDir: string;
  readonly relayUrl: string;
  readonly indexFile: string;
}

/** The assistant's enclave needs it at each start, so it lasts. */
async function agentInvitation(dataDir: string): Promise<string> {
  const file = join(dataDir, "agent.invitation");
  const expiresAtMs = Date.now() + 3650 * dayMs;
  await writeSecretOnce(file, () =>
    invite({ dataDir, role: "agent", name: "Cloister assistant", expiresAtMs }),
  );
  return file;
}

/** The assistant apart from everything, with evidence that clients verify. */
async function startEnclave(
  start: Start,
  input: AgentInput & { readonly logUrl: string } & Pick<StackOptions, "image">,
): Promise<void> {
  const { dataDir, relayUrl, logUrl, indexFile, image } = input;
  const { program, root } = enclaveFiles(dataDir);
  const invitation = await agentInvitation(dataDir);
  const what = image ? { image: image.file, qemu: image.qemu } : { program };
  const values = flags({ ...what, root, index: indexFile, relay: relayUrl, log: logUrl, invitation });
  await start({
    name: "enclave",
    file: paths.enclaveMain,
    args: () => ["run", ...values],
    readyField: "ready",
    ...(image && { readyTimeoutMs: agentReadyTimeoutMs }),
  });
}

/** The assistant as a process like the others, vouched for by the organisation's word alone. */
async function startAgent(
  start: Start,
  { dataDir, relayUrl, indexFile }: AgentInput,
  model: StackOptions["model"],
): Promise<void> {
  const invitationFile = await agentInvitation(dataDir);
  const data = join(dataDir, "agent");
  await start({
    name: "agent",
    file: paths.agentMain,
    args: () => flags({ data, relay: relayUrl, index: indexFile, invitation: invitationFile, ...model }),
    readyField: "ready",
    readyTimeoutMs: agentReadyTimeoutMs,
  });
}

/** Only an app that is built for development takes a development root. */
function webKind({ enclave, model }: StackOptions): WebKind {
  return enclave === "none" || model !== undefined ? "production" : "development";
}

async function settings({ dataDir, organisation }: StackOptions) {
  const earlier = await readOrganisation(dataDir);
  return {
    name: organisation.name ?? earlier?.name ?? "Cloister Clinic",
    region: organisation.region ?? earlier?.region ?? "US",
    signUp: organisation.signUp ?? earlier?.signUp ?? "open",
  };
}

/** A log keeps the name under which it signed its first checkpoint, whatever the organisation is called later. */
async function logOrigin(options: StackOptions): Promise<string> {
  const earlier = await readOrganisation(options.dataDir);
  if (earlier !== undefined) return earlier.log.vkey.split("+")[0] ?? "";
  const { name } = await settings(options);
  const host = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return `${host === "" ? "cloister" : host}.example/log`;
}

/** With any free port the relay's origin is known too late for the log: then any local origin may call it. */
function webOrigin({ publicUrl, host, port }: StackOptions): string {
  if (publicUrl !== undefined) return new URL(publicUrl).origin;
  return port === 0 ? "*" : `http://${urlHost(host)}:${port}`;
}

/** What a program prints under a flag of its own. */
async function printed(
  file: string,
  values: Readonly<Record<string, string>>,
  flag: string,
): Promise<string> {
  const args = ["--disable-warning=ExperimentalWarning", file, ...flags(values), flag];
  return (await run(process.execPath, args)).stdout.trim();
}

function flags(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** A process that is started again keeps its port, also when it was free to take any. */
function portOf(ready: Ready | undefined): number | undefined {
  const port = ready?.["listening"];
  return typeof port === "number" ? port : undefined;
}

function urlOf(host: string, { name, ready }: RunningProcess): string {
  const port = portOf(ready);
  if (port === undefined)
    throw new BaseError("Internal", "PROCESS_NOT_READY", `${name} did not say its port`);
  return `http://${urlHost(host)}:${port}`;
}

/** As this machine reaches what listens on an address. */
function urlHost(host: string): string {
  if (["127.0.0.1", "0.0.0.0", "::"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
