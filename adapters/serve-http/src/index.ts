import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { BaseError } from "@cloister/bytes";
import { createAdaptorServer } from "@hono/node-server";

const stopTimeoutMs = 5_000;

/** What listens, and where. */
export interface ServeInput {
  /** Web-standard handler, as Hono's `app.fetch`. */
  readonly fetch: Parameters<typeof createAdaptorServer>[0]["fetch"];
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** For a whole request to arrive. Default 10 s. */
  readonly requestTimeoutMs?: number;
}

/** A server that listens. */
export interface HttpServer {
  readonly port: number;
  /** For what HTTP does not cover, such as upgrades to WebSocket. */
  readonly server: Server;
  /** Takes no more requests; those under way may end, for 5 s. */
  close(): Promise<void>;
}

/** Listens over plain HTTP: put TLS in front. @throws BaseError `LISTEN_FAILED` */
export async function serveHttp(input: ServeInput): Promise<HttpServer> {
  const { fetch, host, port, requestTimeoutMs = 10_000 } = input;
  const server = createAdaptorServer({
    fetch,
    serverOptions: { requestTimeout: requestTimeoutMs },
  }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `cannot listen on ${host}:${port}; use another port`;
      reject(new BaseError("Usage", "LISTEN_FAILED", message, { cause }));
    });
    server.listen(port, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, server, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const ended = new Promise((resolve) => server.close(resolve));
  // A connection that is kept alive ends when its last request did.
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const deadline = setTimeout(() => server.closeAllConnections(), stopTimeoutMs);
  await ended;
  clearInterval(idle);
  clearTimeout(deadline);
}

/** Resolves at SIGTERM or SIGINT. */
export async function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
}
