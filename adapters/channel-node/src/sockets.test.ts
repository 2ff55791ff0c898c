/// <reference types="node" />
import { mkdtemp, rm, stat } from "node:fs/promises";
import { type AddressInfo, createServer, connect as netConnect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel, StreamHandlers } from "@cloister/channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ChannelAddress, connectChannel, listenForChannels } from "./index.ts";

let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-channel-"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await rm(folder, { recursive: true, force: true });
});

const idle: StreamHandlers = { onData: () => undefined, onEnd: () => undefined, onClose: () => undefined };

/** An enclave that sends back whatever a stream brings. */
async function listen(address: Exclude<ChannelAddress, { vsock: string }>): Promise<Channel[]> {
  const channels: Channel[] = [];
  const server = await listenForChannels(address, (over) => {
    channels.push(
      over({
        side: "enclave",
        accept: (_name, stream) => ({
          onData: (bytes) => stream.send(bytes),
          onEnd: () => stream.end(),
          onClose: () => undefined,
        }),
        onClose: () => undefined,
      }),
    );
  });
  servers.push(server);
  return channels;
}

async function echo(address: ChannelAddress, bytes: Uint8Array): Promise<Uint8Array> {
  const channel = await connectChannel(address, {
    side: "host",
    accept: () => undefined,
    onClose: () => undefined,
  });
  const parts: Uint8Array[] = [];
  return new Promise((resolve) => {
    const stream = channel.open("echo", {
      ...idle,
      onData: (part) => void parts.push(part),
      onEnd: () => {
        channel.close();
        resolve(Buffer.concat(parts));
      },
    });
    void stream.send(bytes).then(() => stream.end());
  });
}

const fourMiB = Buffer.alloc(4 << 20, "cloister");

describe("a channel over sockets", () => {
  it("carries 4 MiB there and back over a Unix socket, which is this user's alone", async () => {
    const unix = join(folder, "s");
    await listen({ unix });
    expect((await stat(unix)).mode & 0o777).toBe(0o600);
    expect(Buffer.compare(await echo({ unix }, fourMiB), fourMiB)).toBe(0);
  });

  it("carries it over TCP", async () => {
    await listen({ host: "127.0.0.1", port: 0 });
    const port = (servers[0]?.address() as AddressInfo | undefined)?.port ?? 0;
    expect(Buffer.compare(await echo({ host: "127.0.0.1", port }, fourMiB), fourMiB)).toBe(0);
  });

  it("enters a virtual machine through its vsock's Unix socket", async () => {
    const inside = join(folder, "inside");
    await listen({ unix: inside });
    const vsock = join(folder, "vsock");
    const device = createServer((socket) => {
      socket.once("data", (line) => {
        if (line.toString() !== "CONNECT 5000\n") return void socket.end("NO\n");
        socket.write("OK 1073741824\n");
        socket.pipe(netConnect(inside)).pipe(socket);
      });
    });
    servers.push(device);
    await new Promise<void>((resolve) => device.listen(vsock, resolve));
    expect(Buffer.compare(await echo({ vsock, port: 5000 }, fourMiB), fourMiB)).toBe(0);
    const refusal = { code: "CHANNEL_UNREACHABLE" };
    await expect(echo({ vsock, port: 5001 }, fourMiB)).rejects.toMatchObject(refusal);
    await expect(echo({ unix: join(folder, "nothing") }, fourMiB)).rejects.toMatchObject(refusal);
  });

  it("starts anew on a new connection", async () => {
    const unix = join(folder, "s");
    const channels = await listen({ unix });
    const closed: (string | undefined)[] = [];
    const first = await connectChannel(
      { unix },
      {
        side: "host",
        accept: () => undefined,
        onClose: (code) => closed.push(code),
      },
    );
    const over = new Promise<void>((resolve) => {
      first.open("echo", { ...idle, onClose: (code) => resolve(void closed.push(code)) });
    });
    await expect.poll(() => channels.length).toBe(1);
    channels[0]?.close();
    await over;
    await expect.poll(() => closed).toEqual(["CHANNEL_LOST", "CHANNEL_LOST"]);
    expect(Buffer.compare(await echo({ unix }, fourMiB.subarray(0, 99)), fourMiB.subarray(0, 99))).toBe(0);
  });
});
