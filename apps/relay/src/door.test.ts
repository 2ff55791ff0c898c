import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { json } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { RelayServerConfig } from "./server.ts";
import { removeDir, startTestRelay, type TestRelay } from "./testing/relay.ts";

let relay: TestRelay;

afterEach(async () => {
  await relay.close();
  await removeDir(relay.dir);
});

async function start(config: Partial<RelayServerConfig> = {}): Promise<void> {
  relay = await startTestRelay(config);
}

/** fetch() would set Host by itself. */
async function get(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const asking = request(relay.url + path, { headers }).end();
  const [response] = (await once(asking, "response")) as [IncomingMessage];
  return response;
}

async function statusFor(headers: Record<string, string>, path = "/healthz"): Promise<number | undefined> {
  const response = await get(path, headers);
  response.resume();
  return response.statusCode;
}

/** 101, or the status and body of the refusal. */
async function upgrade(headers: Record<string, string>): Promise<readonly unknown[]> {
  const socket = new WebSocket(`${relay.url.replace("http", "ws")}/v1/mailbox`, { headers });
  socket.on("error", () => undefined);
  const opened = once(socket, "open").then(() => [101]);
  const refused = once(socket, "unexpected-response").then(async ([, response]) => {
    const { statusCode } = response as IncomingMessage;
    return [statusCode, await json(response as IncomingMessage)];
  });
  const outcome = await Promise.race([opened, refused]);
  socket.terminate();
  return outcome;
}

describe("a request's Host", () => {
  const refusal = { error: "FORBIDDEN", message: expect.stringContaining("--web-origin") };

  it("is this machine's own name and port, or the request is refused", async () => {
    await start();
    for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
      const headers = { Host: `${name}:${relay.port}` };
      expect(await statusFor(headers)).toBe(200);
      expect(await upgrade(headers)).toEqual([101]);
    }
    const rebound = { Host: `evil.example:${relay.port}`, Origin: `http://evil.example:${relay.port}` };
    const response = await get("/v1/organisation", rebound);
    expect([response.statusCode, await json(response)]).toEqual([403, refusal]);
    expect(await upgrade(rebound)).toEqual([403, refusal]);
    expect(await statusFor({ Host: "localhost:1" })).toBe(403);
  });

  it("may be that of a web origin", async () => {
    await start({ webOrigins: ["https://chat.example"] });
    const headers = { Host: "chat.example", Origin: "https://chat.example" };
    expect(await statusFor(headers)).toBe(200);
    expect(await upgrade(headers)).toEqual([101]);
    expect(await statusFor({ Host: `localhost:${relay.port}` })).toBe(200);
    expect(await statusFor({ Host: "evil.example" })).toBe(403);
    expect(await upgrade({ Host: "evil.example" })).toEqual([403, refusal]);
  });
});

describe("limits by address", () => {
  const oneEach = { publicRate: { burstCount: 1, everyMs: 1_000_000 } };
  const from = (forwarded: string) => statusFor({ "X-Forwarded-For": forwarded }, "/v1/organisation");

  it("go by the connection, whatever the request says", async () => {
    await start({ network: oneEach });
    expect(await from("192.0.2.1")).toBe(200);
    expect(await from("192.0.2.2")).toBe(429);
  });

  it("go by what a trusted proxy added last, and never by what came before", async () => {
    await start({ network: { ...oneEach, upgradeRate: oneEach.publicRate }, trustedProxy: true });
    expect(await from("192.0.2.1")).toBe(200);
    expect(await from("198.51.100.7, 192.0.2.1")).toBe(429);
    expect(await from("192.0.2.2")).toBe(200);
    expect(await from("2001:db8:1:1::1")).toBe(200);
    expect(await from("2001:db8:1:1::2")).toBe(429);
    expect(await from("2001:db8::1")).toBe(200);
    expect(await from("2001:db8::2")).toBe(429);
    expect(await from("not an address")).toBe(200);
    expect(await statusFor({}, "/v1/organisation")).toBe(429);
    expect(await upgrade({ "X-Forwarded-For": "192.0.2.1" })).toEqual([101]);
    expect(await upgrade({ "X-Forwarded-For": "198.51.100.7, 192.0.2.1" })).toMatchObject([
      429,
      { error: "RATE_LIMITED" },
    ]);
    expect(await upgrade({ "X-Forwarded-For": "192.0.2.2" })).toEqual([101]);
  });
});
