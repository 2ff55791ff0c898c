/// <reference types="node" />
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Socket } from "@cloister/client";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { platformHttp, platformSocket, systemClock } from "./index.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("platformHttp", () => {
  const request = { method: "GET", headers: {}, timeoutMs: 2000 } as const;

  it("sends method, headers and body, and gives back status and body whatever they are", async () => {
    const server = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const { authorization, cookie } = incoming.headers;
        response.statusCode = 418;
        response.end(
          JSON.stringify([incoming.method, authorization, cookie, Buffer.concat(chunks).toString()]),
        );
      });
    });
    const host = await listen(server);
    const { status, body } = await platformHttp({
      ...request,
      method: "PUT",
      url: `http://${host}/x`,
      headers: { Authorization: "Bearer t" },
      body: new TextEncoder().encode("hello"),
    });
    expect(status).toBe(418);
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual(["PUT", "Bearer t", null, "hello"]);
  });

  it("gives back an empty body where there is none", async () => {
    const host = await listen(
      createServer((_incoming, response) => {
        response.statusCode = 204;
        response.end();
      }),
    );
    expect(await platformHttp({ ...request, url: `http://${host}/` })).toEqual({
      status: 204,
      body: new Uint8Array(),
    });
  });

  it("follows no redirect, waits no longer than asked, and reads no endless answer", async () => {
    const host = await listen(
      createServer(({ url }, response) => {
        if (url === "/redirect") response.writeHead(302, { Location: "/elsewhere" }).end();
        else if (url === "/endless") {
          const more = () => {
            while (!response.destroyed && response.write(Buffer.alloc(1_000_000)));
          };
          response.on("drain", more);
          more();
        }
      }),
    );
    await expect(platformHttp({ ...request, url: `http://${host}/redirect` })).rejects.toThrow(TypeError);
    await expect(platformHttp({ ...request, url: `http://${host}/silent`, timeoutMs: 50 })).rejects.toThrow(
      /timeout/i,
    );
    await expect(
      platformHttp({ ...request, url: `http://${host}/endless`, timeoutMs: 20_000 }),
    ).rejects.toThrow(RangeError);
    await expect(platformHttp({ ...request, url: "http://127.0.0.1:1/" })).rejects.toThrow(TypeError);
  });
});

describe("platformSocket", () => {
  function open(url: string) {
    const seen: string[] = [];
    const parts: { socket?: Socket } = {};
    const closed = new Promise<void>((resolve) => {
      parts.socket = platformSocket(url, {
        onOpen: () => {
          seen.push("open");
          parts.socket?.send(Uint8Array.of(1, 2, 3));
        },
        onMessage: (bytes) => {
          seen.push(`message ${bytes.join(",")}`);
          parts.socket?.close();
        },
        onClose: () => {
          seen.push("close");
          resolve();
        },
      });
    });
    return { seen, closed, parts };
  }

  async function serve(connected: (socket: WebSocket) => void): Promise<string> {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", connected);
    cleanups.push(() => sockets.close());
    return `ws://${await listen(server)}`;
  }

  it("carries bytes both ways and closes once", async () => {
    const url = await serve((socket) => socket.on("message", (data) => socket.send(data)));
    const { seen, closed, parts } = open(url);
    await closed;
    parts.socket?.send(Uint8Array.of(9));
    parts.socket?.close();
    expect(seen).toEqual(["open", "message 1,2,3", "close"]);
  });

  it("closes what is not binary, what cannot be reached and what is no address", async () => {
    const url = await serve((socket) => socket.send("text"));
    const texted = open(url);
    await texted.closed;
    expect(texted.seen).toEqual(["open", "close"]);
    for (const nowhere of ["ws://127.0.0.1:1/", "not an address"]) {
      const { seen, closed } = open(nowhere);
      await closed;
      expect(seen).toEqual(["close"]);
    }
  });
});

describe("systemClock", () => {
  it("calls back once, not before its time, unless it is cancelled", async () => {
    const startMs = systemClock.nowMs();
    let cancelledCount = 0;
    const cancel = systemClock.after(5, () => (cancelledCount += 1));
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(20, resolve);
    });
    // A timer may be early by the part of a millisecond that nowMs() does not show.
    expect(systemClock.nowMs() - startMs).toBeGreaterThanOrEqual(19);
    expect(cancelledCount).toBe(0);
  });

  it("does not fire at once for a time beyond a timer's range", async () => {
    let firedCount = 0;
    const cancel = systemClock.after(2 ** 40, () => (firedCount += 1));
    await new Promise<void>((resolve) => {
      systemClock.after(20, resolve);
    });
    cancel();
    expect(firedCount).toBe(0);
  });
});
