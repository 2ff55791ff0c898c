import { toUtf8 } from "@cloister/bytes";
import { Channel, call } from "@cloister/channel";
import { type HttpRequest, type OpenSocket, type SocketHandlers } from "@cloister/client";
import { describe, expect, it } from "vitest";
import { channelHttp, channelSocket, serveNetwork } from "./index.ts";

const relay = "https://chat.example";

/** An enclave and its host, joined without a delay. */
function joined(socket: OpenSocket = () => ({ send: () => undefined, close: () => undefined })) {
  const requests: HttpRequest[] = [];
  const network = {
    origins: () => [relay],
    http: async (request: HttpRequest) => {
      requests.push(request);
      if (request.url.endsWith("/down")) throw new Error("no route");
      return { status: 201, body: request.body ?? toUtf8("empty") };
    },
    socket,
  };
  const transport = (other: () => Channel) => ({
    write: (bytes: Uint8Array) => queueMicrotask(() => other().receive(bytes)),
    close: () => queueMicrotask(() => other().close()),
  });
  const onClose = () => undefined;
  const host: Channel = new Channel({
    side: "host",
    transport: transport(() => inside),
    accept: (name, stream) => serveNetwork(network, name, stream),
    onClose,
  });
  const inside: Channel = new Channel({
    side: "enclave",
    transport: transport(() => host),
    accept: () => undefined,
    onClose,
  });
  return { host, inside, requests };
}

const request: HttpRequest = { method: "GET", url: `${relay}/x`, headers: {}, timeoutMs: 1000 };

describe("HTTP through the host", () => {
  it("carries a request and its answer, whatever the status", async () => {
    const { inside, requests } = joined();
    const http = channelHttp(() => inside);
    const asked = {
      ...request,
      method: "PUT",
      headers: { Authorization: "Bearer t" },
      body: toUtf8("hi"),
    } as const;
    expect(await http(asked)).toEqual({ status: 201, body: toUtf8("hi") });
    expect(await http(request)).toEqual({ status: 201, body: toUtf8("empty") });
    expect(requests).toEqual([asked, request]);
  });

  it.each([
    "https://elsewhere.example/x",
    "https://chat.example.evil.example/",
    "http://chat.example/",
    "file:///etc/passwd",
    "nonsense",
  ])("reaches nothing but what is allowed: not %s", async (url) => {
    const { inside, requests } = joined();
    await expect(channelHttp(() => inside)({ ...request, url })).rejects.toMatchObject({
      code: "CHANNEL_CALL",
    });
    expect(requests).toEqual([]);
  });

  it("fails where the host cannot reach it, or is asked for something else", async () => {
    const { inside } = joined();
    const failure = { code: "CHANNEL_CALL" };
    await expect(channelHttp(() => inside)({ ...request, url: `${relay}/down` })).rejects.toMatchObject(
      failure,
    );
    for (const bad of [new Uint8Array(), toUtf8("no CBOR")]) {
      await expect(call(inside, "net/http", { request: bad, maxAnswerBytes: 9 })).rejects.toMatchObject(
        failure,
      );
    }
    await expect(call(inside, "files", { request: toUtf8("x"), maxAnswerBytes: 9 })).rejects.toMatchObject(
      failure,
    );
  });
});

describe("sockets through the host", () => {
  const settle = async () => {
    for (let round = 0; round < 100; round += 1) await Promise.resolve();
  };

  function open(url: string) {
    const remote: { handlers?: SocketHandlers; sent: Uint8Array[]; url?: string; isClosed?: boolean } = {
      sent: [],
    };
    const { inside, host } = joined((address, handlers) => {
      remote.handlers = handlers;
      remote.url = address;
      queueMicrotask(handlers.onOpen);
      return {
        send: (bytes) => void remote.sent.push(bytes),
        close: () => {
          if (!remote.isClosed) handlers.onClose();
          remote.isClosed = true;
        },
      };
    });
    const seen: string[] = [];
    const socket = channelSocket(() => inside)(url, {
      onOpen: () => void seen.push("open"),
      onMessage: (bytes) => void seen.push(`message ${bytes.length}`),
      onClose: () => void seen.push("close"),
    });
    return { remote, seen, socket, inside, host };
  }

  it("carry messages as they are, both ways, and close", async () => {
    const { remote, seen, socket } = open("wss://chat.example/v1/mailbox");
    await settle();
    socket.send(Uint8Array.of(1, 2));
    remote.handlers?.onMessage(new Uint8Array(50_000));
    remote.handlers?.onMessage(new Uint8Array(1));
    await settle();
    expect(remote).toMatchObject({ url: "wss://chat.example/v1/mailbox", sent: [Uint8Array.of(1, 2)] });
    expect(seen).toEqual(["open", "message 50000", "message 1"]);
    socket.close();
    await settle();
    expect(remote.isClosed).toBe(true);
    expect(seen.at(-1)).toBe("close");
  });

  it("close when the other end does, when the channel is lost, and when the address is not allowed", async () => {
    const ended = open("wss://chat.example/");
    await settle();
    ended.remote.handlers?.onClose();
    await settle();
    expect(ended.seen).toEqual(["open", "close"]);
    const lost = open("wss://chat.example/");
    await settle();
    lost.host.close();
    await settle();
    expect(lost.seen).toEqual(["open", "close"]);
    const refused = open("wss://elsewhere.example/");
    await settle();
    expect(refused.seen).toEqual(["close"]);
    expect(refused.remote.url).toBeUndefined();
  });
});
