import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8, toUtf8 } from "@cloister/bytes";
import { type Accept, answerCall, type ChannelStream } from "@cloister/channel";
import { listenForChannels } from "@cloister/channel-node";
import { decodeAttestRequest, enclaveCalls, encodeBootConfig } from "@cloister/contracts/enclave";
import { systemRandom } from "@cloister/crypto/random";
import { readSecret } from "@cloister/keys-file";
import { type HostNetwork, serveNetwork } from "@cloister/net-channel";
import { platformHttp, platformSocket } from "@cloister/net-platform";
import {
  developmentAttester,
  findIsolation,
  type Isolation,
  loadDevelopmentRoot,
  measureFile,
  startDevEnclave,
} from "@cloister/tee-dev";
import type { RunConfig } from "./config.ts";

/** An assistant that runs apart. */
export interface RunningEnclave {
  readonly isolation: Isolation;
  readonly account: string;
  /** Resolves when it ended by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const maxRequestBytes = 4096;

/** Measures the program as it is, starts it, and serves it until it ends. */
export async function runEnclave(config: RunConfig): Promise<RunningEnclave> {
  const isolation = findIsolation();
  const folder = await mkdtemp(join(tmpdir(), "cloister-channel-"));
  const socket = join(folder, "channel");
  let onReady: (account: string) => void = () => undefined;
  const ready = new Promise<string>((resolve) => {
    onReady = resolve;
  });
  const accept = await services(config, { isolation, onReady });
  const server = await listenForChannels({ unix: socket }, (over) => {
    over({ side: "host", accept, onClose: () => undefined });
  });
  const enclave = await startDevEnclave({ program: config.program, socket, isolation });
  // What it logs holds nothing about anybody; see the agent's logger.
  enclave.process.stderr?.pipe(process.stderr, { end: false });
  const ended = new Promise<void>((resolve) => enclave.process.once("exit", () => resolve()));
  const clean = async () => {
    await enclave.stop();
    server.close();
    await rm(folder, { recursive: true, force: true });
  };
  const account = await Promise.race([
    ready,
    ended.then(() => Promise.reject(new Error("the enclave ended while it started"))),
  ]).catch(async (error: unknown) => {
    await clean();
    throw error;
  });
  return { isolation, account, ended, stop: clean };
}

/** All that is answered to what runs inside. */
async function services(
  config: RunConfig,
  { isolation, onReady }: { readonly isolation: Isolation; readonly onReady: (account: string) => void },
): Promise<Accept> {
  const { relayUrl, logUrl } = config;
  const nowMs = () => Date.now();
  const root = await loadDevelopmentRoot(config.root, { random: systemRandom, nowMs: nowMs() });
  const pcrs = await measureFile(config.program, isolation);
  const attest = developmentAttester({ root, pcrs, isolation, random: systemRandom, nowMs });
  const invitation = (await readSecret(config.invitation)).trim();
  const network: HostNetwork = {
    origins: () => [relayUrl, logUrl].map((url) => new URL(url).origin),
    http: platformHttp,
    socket: platformSocket,
  };
  const calls: Readonly<Record<string, (request: Uint8Array) => Promise<Uint8Array>>> = {
    [enclaveCalls.config]: async () => encodeBootConfig({ relayUrl, invitation }),
    [enclaveCalls.knowledge]: async () => readFile(config.index),
    [enclaveCalls.attest]: async (request) => attest(decodeAttestRequest(request)),
    [enclaveCalls.ready]: async (account) => {
      onReady(fromUtf8(account));
      return toUtf8("");
    },
  };
  return (name: string, stream: ChannelStream) => {
    const answer = Object.hasOwn(calls, name) ? calls[name] : undefined;
    return answer ? answerCall(stream, { maxRequestBytes, answer }) : serveNetwork(network, name, stream);
  };
}
