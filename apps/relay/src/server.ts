import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { BaseError } from "@cloister/bytes";
import type { OrganisationInfo } from "@cloister/contracts/http";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed } from "@cloister/keys-file";
import { senderIssuer } from "@cloister/protocol/sealed-sender";
import {
  Buckets,
  type Clock,
  type Rate,
  Relay,
  type RelayLimits,
  type RelayStore,
} from "@cloister/relay-core";
import { openRelayStore, type RelayStoreOptions } from "@cloister/store-sqlite/relay";
import { createAdaptorServer } from "@hono/node-server";
import type { Door } from "./door.ts";
import { createHttp } from "./http.ts";
import { faultOf, type Log } from "./log.ts";
import { routes } from "./routes.ts";
import { type SocketLimits, Sockets } from "./sockets.ts";
import { loadWebFiles } from "./web-files.ts";

const requestTimeoutMs = 10_000;
const stopTimeoutMs = 3000;
const defaultHost = "127.0.0.1";

/** Bounds of the network side: sockets, and requests per address where there is no session yet. */
export interface NetworkLimits extends SocketLimits {
  readonly sweepMs: number;
  readonly publicRate: Rate;
  /** Registrations, whose signatures cost time. */
  readonly registrationRate: Rate;
  /** Sealed mail: many devices may be behind one address. */
  readonly sealedRate: Rate;
  readonly upgradeRate: Rate;
}

const defaultNetwork: NetworkLimits = {
  helloMs: 5000,
  heartbeatMs: 30_000,
  maxConnectionsCount: 10_000,
  sweepMs: 300_000,
  publicRate: { burstCount: 300, everyMs: 200 },
  sealedRate: { burstCount: 2000, everyMs: 10 },
  registrationRate: { burstCount: 60, everyMs: 1000 },
  upgradeRate: { burstCount: 120, everyMs: 100 },
};

/** Everything a relay can be told. */
export interface RelayServerConfig {
  readonly dataDir: string;
  readonly organisation: OrganisationInfo;
  readonly log: Log;
  /** The disk failed: the process must end. */
  readonly onFatal: (error: BaseError) => void;
  readonly host?: string;
  /** 0 takes any. */
  readonly port?: number;
  readonly webDir?: string;
  /** Origins whose pages may open a mailbox. With any, requests must name one of them or this machine. */
  readonly webOrigins?: readonly string[];
  /** Every request comes through one reverse proxy that appends to X-Forwarded-For. */
  readonly trustedProxy?: boolean;
  /** The data came back from a backup. */
  readonly restored?: boolean;
  readonly limits?: Partial<RelayLimits>;
  readonly network?: Partial<NetworkLimits>;
  readonly store?: Pick<RelayStoreOptions, "ballastBytes" | "lowWaterBytes" | "maxBytes">;
}

export interface RelayServer {
  readonly port: number;
  /** Says goodbye, finishes what is under way, keeps everything. */
  close(): Promise<void>;
}

const clock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** The file of the seed that signs append tokens. */
export function tokenKeyFile(dataDir: string): string {
  return join(dataDir, "relay-token.key");
}

/** The file of the seed whose keys certify senders of sealed mail. */
function senderKeyFile(dataDir: string): string {
  return join(dataDir, "relay-sender.key");
}

/**
 * Opens the store and listens.
 * @throws BaseError `STORE_LOCKED`, `STORE_VERSION`, `STORE_FAILED`, `WEB_DIR_INVALID`, `LISTEN_FAILED`,
 * `KEY_FILE_INVALID`, `KEY_FILE_EXPOSED`
 */
export async function createRelayServer(config: RelayServerConfig): Promise<RelayServer> {
  const tokenSeed = await loadSeed(tokenKeyFile(config.dataDir));
  const issuer = senderIssuer(await loadSeed(senderKeyFile(config.dataDir)), systemRandom);
  const logUrl = config.organisation.log.url;
  const web = config.webDir === undefined ? undefined : await loadWebFiles(config.webDir, { logUrl });
  const parts: { sockets?: Sockets } = {};
  const store = await openRelayStore({
    ...config.store,
    dir: config.dataDir,
    onFatal: (error) => {
      config.log({ event: "storage-failed", code: error.code, fault: faultOf(error) });
      parts.sockets?.abort();
      config.onFatal(error);
    },
  });
  try {
    if (config.restored === true) await restore(store, config.log);
    const relay = await openRelay(config, store);
    const network = { ...defaultNetwork, ...config.network };
    const webOrigins = config.webOrigins ?? [];
    const door: Door = {
      hosts: {
        listensOn: config.host ?? defaultHost,
        publicHosts: webOrigins.map((origin) => new URL(origin).host),
      },
      trustedProxy: config.trustedProxy ?? false,
    };
    const http = createHttp({
      relay,
      door,
      routes: routes({ relay, tokenSeed, senderIssuer: issuer }),
      log: config.log,
      publicRate: new Buckets(network.publicRate, clock),
      costlyRate: new Buckets(network.registrationRate, clock),
      sealedRate: new Buckets(network.sealedRate, clock),
      ...(web && { web }),
    });
    const server = createAdaptorServer({
      fetch: http.fetch,
      serverOptions: { requestTimeout: requestTimeoutMs },
    }) as Server;
    const sockets = new Sockets({
      relay,
      door,
      limits: network,
      webOrigins,
      rate: new Buckets(network.upgradeRate, clock),
    });
    parts.sockets = sockets;
    sockets.attach(server);
    const port = await listen(server, config);
    const sweeping = setInterval(() => void sweep(relay, config.log), network.sweepMs);
    const close = async () => {
      clearInterval(sweeping);
      await Promise.all([stopHttp(server), sockets.stop("UNAVAILABLE")]);
      await sweep(relay, config.log);
      await store.close();
    };
    return { port, close };
  } catch (error) {
    parts.sockets?.abort();
    await store.close();
    throw error;
  }
}

function openRelay(config: RelayServerConfig, store: RelayStore): Promise<Relay> {
  return Relay.open({
    store,
    clock,
    random: systemRandom,
    organisation: config.organisation,
    ...(config.limits && { limits: config.limits }),
    onFault: (error) => config.log({ event: "fault", route: "mailbox", fault: faultOf(error) }),
  });
}

async function restore(store: RelayStore, log: Log): Promise<void> {
  const epoch = Buffer.from(systemRandom(6)).readUIntBE(0, 6);
  await store.markRestored(epoch);
  log({ event: "restored" });
}

async function sweep(relay: Relay, log: Log): Promise<void> {
  try {
    await relay.sweep();
  } catch (error) {
    log({ event: "fault", route: "sweep", fault: faultOf(error) });
  }
}

function listen(server: Server, { host = defaultHost, port = 0 }: RelayServerConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new BaseError("Usage", "LISTEN_FAILED", `cannot listen on ${host}:${port} (${error.code})`));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function stopHttp(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), stopTimeoutMs);
  await closed;
  clearTimeout(timer);
}
