import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";

/** What a broken deployment does instead: true when it has answered by itself. */
export type Sabotage = (asked: IncomingMessage, answer: ServerResponse) => boolean;

/** A reverse proxy in front of a relay that misbehaves on purpose; it passes WebSockets on. */
export async function startProxy(url: string, sabotage: Sabotage) {
  const { hostname, port, host } = new URL(url);
  const server = createServer((asked, answer) => {
    if (sabotage(asked, answer)) return;
    const { method, url: path } = asked;
    const headers = { ...asked.headers, host };
    const onwards = request({ hostname, port, method, path, headers }, (answered) => {
      const { statusCode = 502 } = answered;
      answer.writeHead(statusCode, Object.fromEntries(keptHeaders(answered, answer)));
      answered.pipe(answer);
    });
    onwards.on("error", () => answer.destroy());
    asked.pipe(onwards);
  });
  server.on("upgrade", ({ url: path, headers }, socket) => {
    const onwards = connect(Number(port), hostname, () => {
      const lines = Object.entries({ ...headers, host }).map(([name, value]) => `${name}: ${String(value)}`);
      onwards.write(`GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      socket.pipe(onwards).pipe(socket);
    });
    for (const each of [socket, onwards]) each.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Names that the sabotage removed beforehand stay away. */
function keptHeaders({ headers }: IncomingMessage, answer: ServerResponse) {
  const removed = String(answer.getHeader("x-removed") ?? "");
  return Object.entries(headers).filter(([name]) => name !== removed);
}
