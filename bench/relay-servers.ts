/**
 * The servers that bench/relay.ts compares, each in a process of its own:
 * `cloister` is the real relay with its rate limits out of the way, `insert` the least that could be called
 * durable (WebSocket, one SQLite row in a group commit, echo), `echo` the WebSocket alone.
 */
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { createRelayServer } from "@cloister/relay";
import { testOrganisation } from "@cloister/testkit/relay-device";
import { type WebSocket, WebSocketServer } from "ws";

const unlimited = { burstCount: 1_000_000_000, everyMs: 0.000_001 };
const dir = mkdtempSync(join(tmpdir(), "cloister-bench-"));

const servers: Record<string, () => Promise<number>> = {
  cloister: async () => {
    const { port } = await createRelayServer({
      dataDir: dir,
      organisation: testOrganisation,
      log: () => undefined,
      onFatal: () => process.exit(1),
      store: { ballastBytes: 0 },
      limits: { sendRate: unlimited, sessionRate: unlimited },
      network: { publicRate: unlimited, registrationRate: unlimited, upgradeRate: unlimited },
    });
    return port;
  },
  insert: () => serve(groupCommit()),
  echo: () => serve((ws, data) => ws.send(data)),
};

function serve(onMessage: (ws: WebSocket, data: Buffer) => void): Promise<number> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", (ws) => ws.on("message", (data: Buffer) => onMessage(ws, data)));
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** Whatever came in one turn of the event loop is one commit. */
function groupCommit(): (ws: WebSocket, data: Buffer) => void {
  const database = new DatabaseSync(join(dir, "insert.db"));
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (data BLOB NOT NULL)",
  );
  const insert = database.prepare("INSERT INTO row VALUES (?)");
  let waiting: { readonly ws: WebSocket; readonly data: Buffer }[] = [];
  const commit = () => {
    const batch = waiting;
    waiting = [];
    database.exec("BEGIN");
    for (const { data } of batch) insert.run(data);
    database.exec("COMMIT");
    for (const { ws, data } of batch) ws.send(data);
  };
  return (ws, data) => {
    if (waiting.length === 0) setImmediate(commit);
    waiting.push({ ws, data });
  };
}

const start = servers[process.argv[2] ?? ""];
if (!start) throw new Error("name a server: cloister, insert or echo");
const port = await start();
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.on("disconnect", () => process.exit(0));
process.send?.({ port, dir });
