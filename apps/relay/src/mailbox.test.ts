import { connect } from "node:net";
import { deliveryWindowCount, encodeClientFrame, maxFrameBytes } from "@cloister/contracts/frames";
import { systemRandom } from "@cloister/crypto/random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { TestDevice } from "./testing/device.ts";
import { removeDir, startTestRelay, type TestRelay } from "./testing/relay.ts";
import { TestSocket, testEnvelope } from "./testing/socket.ts";

let relay: TestRelay;
/** One that waits two seconds where the other waits half a minute. */
let impatient: TestRelay;
let alice: TestDevice;
let bob: TestDevice;

beforeAll(async () => {
  relay = await startTestRelay();
  impatient = await startTestRelay({ network: { helloMs: 500, heartbeatMs: 2000 } });
  alice = await TestDevice.signUp(relay.url);
  bob = await TestDevice.signUp(relay.url);
});
afterAll(async () => {
  for (const started of [relay, impatient]) {
    await started.close();
    await removeDir(started.dir);
  }
});

/** Reads everything that waits and acknowledges it. */
async function empty(device: TestDevice): Promise<void> {
  const socket = await TestSocket.open(device);
  const { epoch } = socket.frames.find((frame) => frame.type === "ready") ?? { epoch: 0 };
  await socket.next("queueEmpty");
  socket.send({ type: "ack", epoch, seq: Number.MAX_SAFE_INTEGER });
  socket.close();
  await socket.closed;
}

async function sendMany(from: TestDevice, to: TestDevice, input: { count: number; bytesCount?: number }) {
  const socket = await TestSocket.open(from);
  for (let sendId = 1; sendId <= input.count; sendId += 1) {
    const envelope = testEnvelope(to.address, systemRandom(input.bytesCount ?? 256));
    socket.send({ type: "send", sendId, envelopes: [envelope] });
  }
  for (let n = 0; n < input.count; n += 1) await socket.next("accept");
  socket.close();
  await socket.closed;
}

describe("a mailbox connection", () => {
  it("takes an envelope from one device to another", async () => {
    const [from, to] = [await TestSocket.open(alice), await TestSocket.open(bob)];
    await to.next("queueEmpty");
    const envelope = testEnvelope(bob.address);
    from.send({ type: "send", sendId: 7, envelopes: [envelope] });
    expect((await from.next("accept")).sendId).toBe(7);
    const delivered = await to.next("deliver");
    expect(delivered).toMatchObject({ from: alice.address });
    expect(delivered.id).toEqual(envelope.id);
    expect(delivered.payload).toEqual(envelope.payload);
    from.close();
    to.close();
    await empty(bob);
  });

  it("delivers again until acknowledged, then never", async () => {
    await sendMany(alice, bob, { count: 3 });
    const first = await TestSocket.open(bob);
    const { epoch } = first.frames.find((frame) => frame.type === "ready") ?? { epoch: 0 };
    await first.next("queueEmpty");
    const seqs = first.frames.flatMap((frame) => (frame.type === "deliver" ? [frame.seq] : []));
    expect(seqs).toHaveLength(3);
    first.send({ type: "ack", epoch: epoch + 1, seq: seqs[2] ?? 0 });
    first.send({ type: "ack", epoch, seq: seqs[1] ?? 0 });
    first.close();
    await first.closed;
    const second = await TestSocket.open(bob);
    await second.next("queueEmpty");
    const again = second.frames.flatMap((frame) => (frame.type === "deliver" ? [frame.seq] : []));
    expect(again).toEqual([seqs[2]]);
    second.close();
    await second.closed;
    await empty(bob);
  });

  it("takes a repeated SEND once", async () => {
    const from = await TestSocket.open(alice);
    const envelopes = [testEnvelope(bob.address)];
    for (let sendId = 1; sendId <= 5; sendId += 1) from.send({ type: "send", sendId, envelopes });
    for (let n = 0; n < 5; n += 1) await from.next("accept");
    const to = await TestSocket.open(bob);
    await to.next("queueEmpty");
    expect(to.frames.filter(({ type }) => type === "deliver")).toHaveLength(1);
    from.close();
    to.close();
    await empty(bob);
  });

  it("says whose devices changed, and that there is no such account", async () => {
    const from = await TestSocket.open(alice);
    const stray = { account: bob.address.account, device: 9 };
    from.send({ type: "send", sendId: 1, envelopes: [testEnvelope(stray)] });
    const changed = { code: "DEVICES_CHANGED", account: bob.address.account };
    expect(await from.next("reject")).toMatchObject(changed);
    from.send({ type: "send", sendId: 2, envelopes: [testEnvelope({ account: "A".repeat(22), device: 1 })] });
    expect(await from.next("reject")).toMatchObject({ sendId: 2, code: "ACCOUNT_UNKNOWN" });
    from.send({ type: "send", sendId: 3, envelopes: [] });
    expect(await from.next("reject")).toMatchObject({ sendId: 3, code: "REQUEST_INVALID" });
    from.close();
  });

  it("is displaced by the device's next one", async () => {
    const first = await TestSocket.open(bob);
    const second = await TestSocket.open(bob);
    expect((await first.next("goodbye")).code).toBe("DISPLACED");
    expect(await first.closed).toBe(true);
    expect(second.ws.readyState).toBe(WebSocket.OPEN);
    second.close();
  });

  it("must say hello in time, with a good token", async () => {
    const silent = new TestSocket(impatient.url);
    expect((await silent.next("goodbye")).code).toBe("UNAUTHENTICATED");
    await silent.closed;
    const stranger = new TestSocket(relay.url);
    await stranger.opened();
    stranger.send({ type: "hello", token: "stranger" });
    expect((await stranger.next("goodbye")).code).toBe("UNAUTHENTICATED");
    await stranger.closed;
  });

  it("asks for prekeys when they run low", async () => {
    const socket = await TestSocket.open(alice);
    expect(await socket.next("preKeysLow")).toEqual({ type: "preKeysLow" });
    socket.close();
  });

  it("opens for no page of another origin", async () => {
    const foreign = new TestSocket(relay.url, { Origin: "https://evil.example" });
    await expect(foreign.opened()).rejects.toThrow("403");
    const own = new TestSocket(relay.url, { Origin: relay.url });
    await own.opened();
    own.close();
    const elsewhere = new WebSocket(`${relay.url.replace("http", "ws")}/v1/other`);
    await expect(new Promise((_, reject) => elsewhere.once("error", reject))).rejects.toThrow("404");
  });
});

describe("flow control", () => {
  it("stops at the window until something is acknowledged", async () => {
    await sendMany(alice, bob, { count: deliveryWindowCount + 10 });
    const to = await TestSocket.open(bob);
    const { epoch } = to.frames.find((frame) => frame.type === "ready") ?? { epoch: 0 };
    const seqs: number[] = [];
    for (let n = 0; n < deliveryWindowCount; n += 1) seqs.push((await to.next("deliver")).seq);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(to.frames.filter(({ type }) => type === "deliver")).toHaveLength(deliveryWindowCount);
    to.send({ type: "ack", epoch, seq: seqs[4] ?? 0 });
    for (let n = 0; n < 5; n += 1) seqs.push((await to.next("deliver")).seq);
    to.send({ type: "ack", epoch, seq: seqs.at(-1) ?? 0 });
    for (let n = 0; n < 5; n += 1) seqs.push((await to.next("deliver")).seq);
    await to.next("queueEmpty");
    expect(seqs).toEqual(seqs.map((_, at) => (seqs[0] ?? 0) + at));
    to.send({ type: "ack", epoch, seq: seqs.at(-1) ?? 0 });
    to.close();
    await to.closed;
  });

  it("cuts a reader off that reads nothing, and keeps its queue", async () => {
    const [from, reader] = [await TestDevice.signUp(impatient.url), await TestDevice.signUp(impatient.url)];
    await sendMany(from, reader, { count: 100, bytesCount: 65_536 });
    const rssBefore = process.memoryUsage().rss;
    const stalled = await TestSocket.open(reader);
    stalled.ws.pause();
    const alive = await TestSocket.open(from);
    await sendMany(await from.addDevice(), reader, { count: 20, bytesCount: 65_536 });
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(100_000_000);
    expect(alive.ws.readyState).toBe(WebSocket.OPEN);
    stalled.ws.resume();
    expect(await stalled.closed).toBe(true);
    const to = await TestSocket.open(reader);
    const { epoch } = to.frames.find((frame) => frame.type === "ready") ?? { epoch: 0 };
    let count = 0;
    while (count < 120) {
      const { seq } = await to.next("deliver");
      count += 1;
      to.send({ type: "ack", epoch, seq });
    }
    await to.next("queueEmpty");
    to.close();
    alive.close();
    await to.closed;
  });

  it("notices a half-open connection", async () => {
    const device = await TestDevice.signUp(impatient.url);
    const socket = await TestSocket.open(device);
    // Answers no ping, as if the cable were cut.
    Reflect.set(socket.ws, "_autoPong", false);
    const code = await new Promise((resolve) => socket.ws.once("close", resolve));
    expect(code).toBe(1006);
  });
});

describe("hostile input", () => {
  const hostile: readonly (readonly [string, (socket: TestSocket) => void])[] = [
    ["text", ({ ws }) => ws.send("hello")],
    ["an empty frame", ({ ws }) => ws.send(new Uint8Array(0))],
    ["another version", ({ ws }) => ws.send(Uint8Array.of(2, 1, 0xa0))],
    ["an unknown type", ({ ws }) => ws.send(Uint8Array.of(1, 99, 0xa0))],
    ["a second hello", (socket) => socket.send({ type: "hello", token: alice.token })],
    [
      "trailing bytes",
      ({ ws }) => ws.send(Uint8Array.of(...encodeClientFrame({ type: "ack", epoch: 1, seq: 1 }), 0)),
    ],
    [
      "an envelope of a length that is no bucket",
      (socket) => {
        const envelope = testEnvelope(bob.address, new Uint8Array(257));
        socket.send({ type: "send", sendId: 1, envelopes: [envelope] });
      },
    ],
    ["too large a frame", ({ ws }) => ws.send(new Uint8Array(maxFrameBytes + 1))],
    [
      "thousands of fragments",
      ({ ws }) => {
        for (let n = 0; n < 5000; n += 1) ws.send(Uint8Array.of(1), { fin: false });
      },
    ],
  ];

  it.each(hostile)("%s ends the connection and nothing else", async (_, attack) => {
    const other = await TestSocket.open(alice);
    const socket = await TestSocket.open(bob);
    socket.ws.on("error", () => undefined);
    attack(socket);
    expect(await socket.closed).toBe(true);
    const goodbyes = socket.frames.flatMap((frame) => (frame.type === "goodbye" ? [frame.code] : []));
    expect(goodbyes.every((code) => code === "FRAME_INVALID")).toBe(true);
    other.send({ type: "send", sendId: 1, envelopes: [] });
    await other.next("reject");
    other.close();
    await other.closed;
  });

  it("that is not HTTP ends its own connection only", async () => {
    const socket = connect(relay.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    socket.write(systemRandom(5000));
    await new Promise((resolve) => socket.once("close", resolve));
    expect((await alice.request("GET", "/healthz")).status).toBe(200);
  });
});
