import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WireErrorCode, wireErrors } from "@cloister/contracts/errors";
import { maxFrameBytes } from "@cloister/contracts/frames";
import {
  type Buckets,
  type Connection,
  type Relay,
  RelayError,
  type Transport,
  toRelayError,
} from "@cloister/relay-core";
import { type WebSocket, WebSocketServer } from "ws";
import { addressOf, type Door, requireHost } from "./door.ts";

const mailboxPath = "/v1/mailbox";
/** A frame comes whole or in a few pieces; thousands of tiny ones only cost memory. */
const maxFragments = 64;
/** How long the other side may take to read the goodbye. */
const closeTimeoutMs = 2000;

/** Bounds of the network side. */
export interface SocketLimits {
  /** From the upgrade to `hello`. */
  readonly helloMs: number;
  /** Between pings; a connection that answers none in this time is taken for dead. */
  readonly heartbeatMs: number;
  readonly maxConnectionsCount: number;
}

interface OpenSocket {
  readonly ws: WebSocket;
  readonly connection: Connection;
  isAlive: boolean;
}

/** The mailbox WebSockets of one HTTP server. */
export class Sockets {
  readonly #context: {
    readonly relay: Relay;
    readonly door: Door;
    readonly limits: SocketLimits;
    readonly webOrigins: readonly string[];
    /** Upgrades per address. */
    readonly rate: Buckets;
  };
  readonly #server: WebSocketServer;
  readonly #open = new Set<OpenSocket>();
  readonly #heartbeat: NodeJS.Timeout;
  #isStopping = false;

  constructor(context: {
    readonly relay: Relay;
    readonly door: Door;
    readonly limits: SocketLimits;
    readonly webOrigins: readonly string[];
    readonly rate: Buckets;
  }) {
    this.#context = context;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: maxFrameBytes,
      maxFragments,
      perMessageDeflate: false,
      clientTracking: false,
    });
    this.#heartbeat = setInterval(() => this.#beat(), context.limits.heartbeatMs);
  }

  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      try {
        this.#admit(request);
      } catch (error) {
        refuseUpgrade(socket, toRelayError(error));
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, socket));
    });
  }

  /** Says goodbye to everyone; resolves once all are gone. */
  async stop(code: WireErrorCode): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#heartbeat);
    const closed = [...this.#open].map(({ ws }) => new Promise((resolve) => ws.once("close", resolve)));
    for (const { connection } of this.#open) connection.end(code);
    await Promise.all(closed);
  }

  /** Ends everything without a word: nothing that is said can be relied on any more. */
  abort(): void {
    this.#isStopping = true;
    clearInterval(this.#heartbeat);
    for (const { ws } of this.#open) ws.terminate();
  }

  #admit(request: IncomingMessage): void {
    const { door, limits, rate } = this.#context;
    requireHost(door, request);
    const path = (request.url ?? "").split("?", 1)[0];
    if (path !== mailboxPath || request.method !== "GET") throw new RelayError("NOT_FOUND");
    if (!this.#isSameOrigin(request)) throw new RelayError("FORBIDDEN");
    if (this.#isStopping || this.#open.size >= limits.maxConnectionsCount)
      throw new RelayError("UNAVAILABLE");
    if (rate.take(addressOf(door, request)) > 0) throw new RelayError("RATE_LIMITED");
  }

  /** Only browsers send an Origin, and a page of another site may not use this person's connection. */
  #isSameOrigin({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    if (origin === undefined || this.#context.webOrigins.includes(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }

  #accept(ws: WebSocket, socket: Duplex): void {
    const { relay, limits } = this.#context;
    const connection = relay.connect(transportOf(ws, socket, () => connection.drained()));
    const open: OpenSocket = { ws, connection, isAlive: true };
    this.#open.add(open);
    const hello = setTimeout(() => {
      if (!connection.isAuthenticated) connection.end("UNAUTHENTICATED");
    }, limits.helloMs);
    ws.on("message", (data, isBinary) => {
      open.isAlive = true;
      if (isBinary && data instanceof Uint8Array) connection.receive(data);
      else connection.end("FRAME_INVALID");
    });
    ws.on("pong", () => {
      open.isAlive = true;
    });
    // The WebSocket layer found a violation (too large, too many fragments) and closes by itself.
    ws.on("error", () => connection.end("FRAME_INVALID"));
    ws.on("close", () => {
      clearTimeout(hello);
      this.#open.delete(open);
      connection.closed();
    });
  }

  /** A half-open TCP connection swallows what it is sent; only a missing pong tells. */
  #beat(): void {
    for (const open of this.#open) {
      if (open.isAlive) {
        open.isAlive = false;
        open.ws.ping();
      } else open.ws.terminate();
    }
    this.#context.relay.endExpiredSessions();
  }
}

/** Frames of one turn of the event loop leave in one write. */
function transportOf(ws: WebSocket, socket: Duplex, onDrained: () => void): Transport {
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
  };
  return {
    send: (frame) => {
      if (!corked) {
        corked = true;
        socket.cork();
        setImmediate(uncork);
      }
      ws.send(frame, onDrained);
    },
    bufferedBytes: () => ws.bufferedAmount,
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    close: () => {
      ws.resume();
      ws.close(1000);
      setTimeout(() => ws.terminate(), closeTimeoutMs).unref();
    },
    terminate: () => ws.terminate(),
  };
}

function refuseUpgrade(socket: Duplex, { code, message }: RelayError): void {
  const status = wireErrors[code];
  const body = JSON.stringify({ error: code, message });
  socket.on("error", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
