import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { BaseError } from "@cloister/bytes";
import { createAdaptorServer } from "@hono/node-server";
import { createHttp } from "./http.ts";
import type { ChatService } from "./service.ts";

const stopTimeoutMs = 5_000;

/** An endpoint that listens. */
export interface ChatServer {
  readonly port: number;
  /** Takes no more questions; those under way may end, for 5 s. */
  close(): Promise<void>;
}

/** Listens. Put a reverse proxy with TLS in front. @throws BaseError `LISTEN_FAILED` */
export async function startServer(
  service: ChatService,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ChatServer> {
  const server = createAdaptorServer({ fetch: createHttp(service).fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new BaseError("Usage", "LISTEN_FAILED", `cannot listen on ${host}:${port}; use another port`, {
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const ended = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), stopTimeoutMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
