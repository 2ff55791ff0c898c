import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reissueDocument } from "@cloister/attestation/development";
import type { Accept } from "@cloister/channel";
import { connectChannel, listenForChannels } from "@cloister/channel-node";
import { decodeAttestRequest, enclaveCalls } from "@cloister/contracts/enclave";
import { systemRandom } from "@cloister/crypto/random";
import {
  developmentAttester,
  findIsolation,
  loadDevelopmentRoot,
  measureFile,
  startDevEnclave,
} from "@cloister/tee-dev";
import { findQemu, startQemu } from "@cloister/tee-qemu";
import type { RunConfig } from "./config.ts";
import { type Calls, services } from "./services.ts";

/** An assistant that runs apart. */
export interface RunningEnclave {
  /** What keeps it apart. */
  readonly place: string;
  readonly account: string;
  /** Resolves when it ended by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** A place that was started: what vouches for what runs there, and how its channel comes about. */
interface Place {
  readonly name: string;
  readonly vouching: Calls;
  readonly ended: Promise<void>;
  /** Answers whatever is asked from inside; for good. */
  serve(accept: Accept): Promise<void>;
  stop(): Promise<void>;
}

const nowMs = () => Date.now();

/** Starts the assistant, and serves it until it ends. */
export async function runEnclave(config: RunConfig): Promise<RunningEnclave> {
  const place = await ("image" in config.start
    ? bootImage(config.start, config.root)
    : startProgram(config.start, config.root));
  let onReady: (account: string) => void = () => undefined;
  const ready = new Promise<string>((resolve) => {
    onReady = resolve;
  });
  const failed = place.ended.then(() => Promise.reject(new Error("the enclave ended while it started")));
  try {
    const accept = await services(config, { vouching: place.vouching, onReady });
    const account = await Promise.race([place.serve(accept).then(() => ready), failed]);
    return { place: place.name, account, ended: place.ended, stop: () => place.stop() };
  } catch (error) {
    await place.stop();
    throw error;
  }
}

/** Measures the program as it is, and starts it in a sandbox; it connects by itself. */
async function startProgram({ program }: { readonly program: string }, root: string): Promise<Place> {
  const isolation = findIsolation();
  const folder = await mkdtemp(join(tmpdir(), "cloister-channel-"));
  const socket = join(folder, "channel");
  let serve: (accept: Accept) => void = () => undefined;
  const accepting = new Promise<Accept>((resolve) => {
    serve = resolve;
  });
  const server = await listenForChannels({ unix: socket }, (over) => {
    void accepting.then((accept) => over({ side: "host", accept, onClose: () => undefined }));
  });
  const issuer = await loadDevelopmentRoot(root, { random: systemRandom, nowMs: nowMs() });
  const pcrs = await measureFile(program, isolation);
  const attest = developmentAttester({ root: issuer, pcrs, isolation, random: systemRandom, nowMs });
  const enclave = await startDevEnclave({ program, socket, isolation });
  // What it logs holds nothing about anybody; see the agent's logger.
  enclave.process.stderr?.pipe(process.stderr, { end: false });
  return {
    name: isolation,
    vouching: { [enclaveCalls.attest]: async (request) => attest(decodeAttestRequest(request)) },
    ended: new Promise<void>((resolve) => enclave.process.once("exit", () => resolve())),
    serve: async (accept) => serve(accept),
    stop: async () => {
      await enclave.stop();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Boots an image, and comes in; what its security module says is signed here, as QEMU signs nothing. */
async function bootImage(
  { image, qemu }: { readonly image: string; readonly qemu: string },
  root: string,
): Promise<Place> {
  const issuer = await loadDevelopmentRoot(root, { random: systemRandom, nowMs: nowMs() });
  const machine = await startQemu({ eifFile: image, tools: await findQemu(qemu) });
  const { vsock, port } = machine;
  const { measurement } = machine.image;
  return {
    name: machine.machine,
    vouching: {
      [enclaveCalls.vouch]: async (document) =>
        reissueDocument(document, { root: issuer, measurement, random: systemRandom, nowMs: nowMs() }),
    },
    ended: machine.ended,
    serve: async (accept) => {
      // The end of this channel is the end inside, and so of the machine.
      await connectChannel({ vsock, port }, { side: "host", accept, onClose: () => void machine.stop() });
    },
    stop: () => machine.stop(),
  };
}
