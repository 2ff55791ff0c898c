import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { BaseError } from "@cloister/bytes";
import { createAdaptorServer } from "@hono/node-server";
import { createHttp, type HttpPorts } from "./http.ts";

/** A service that listens. */
export interface KeyServiceServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens. Put TLS in front, unless the enclave is on this machine. @throws BaseError `LISTEN_FAILED` */
export async function startKeyService(
  ports: HttpPorts,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<KeyServiceServer> {
  const server = createAdaptorServer({ fetch: createHttp(ports).fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `cannot listen on ${host}:${port}; use another port`;
      reject(new BaseError("Usage", "LISTEN_FAILED", message, { cause }));
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}
