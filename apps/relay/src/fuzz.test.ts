import process from "node:process";
import { encodeClientFrame, maxFrameBytes } from "@cloister/contracts/frames";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { TestDevice } from "./testing/device.ts";
import { removeDir, startTestRelay, type TestRelay } from "./testing/relay.ts";
import { TestSocket, testEnvelope } from "./testing/socket.ts";

const connectionsCount = 2000;
const framesPerConnectionCount = 12;
const plenty = { burstCount: 1_000_000, everyMs: 1 };

let relay: TestRelay;
let device: TestDevice;

beforeAll(async () => {
  relay = await startTestRelay({ network: { upgradeRate: plenty } });
  device = await TestDevice.signUp(relay.url);
});
afterAll(async () => {
  await relay.close();
  await removeDir(relay.dir);
});

/** xorshift32: the same frames at every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A valid frame with something wrong about it, or noise. */
function hostileFrame(random: (below: number) => number): Uint8Array {
  const target = { account: device.address.account, device: 1 + random(20) };
  const frames = [
    encodeClientFrame({ type: "hello", token: random(2) === 0 ? device.token : "x".repeat(random(600)) }),
    encodeClientFrame({ type: "send", sendId: random(9), envelopes: [testEnvelope(target)] }),
    encodeClientFrame({ type: "ack", epoch: random(9), seq: random(1000) }),
    Uint8Array.from({ length: random(400) }, () => random(256)),
    new Uint8Array(random(200) === 0 ? maxFrameBytes + 1 : 3).fill(random(256)),
  ];
  const frame = frames[random(frames.length)] ?? new Uint8Array(0);
  for (let n = random(4); n > 0 && frame.length > 0; n -= 1) frame[random(frame.length)] = random(256);
  return random(4) === 0 ? frame.subarray(0, random(frame.length + 1)) : frame;
}

async function attack(random: (below: number) => number): Promise<number> {
  const socket = new TestSocket(relay.url);
  socket.ws.on("error", () => undefined);
  await socket.opened();
  if (random(2) === 0) socket.send({ type: "hello", token: device.token });
  for (let n = 0; n < framesPerConnectionCount; n += 1) {
    const frame = hostileFrame(random);
    const middle = random(frame.length + 1);
    if (random(3) > 0) socket.ws.send(frame);
    else {
      socket.ws.send(frame.subarray(0, middle), { fin: false });
      socket.ws.send(frame.subarray(middle));
    }
  }
  socket.ws.close();
  await socket.closed;
  return framesPerConnectionCount;
}

describe("a relay under hostile frames", () => {
  it("lives on, within its memory, and still delivers", { timeout: 120_000 }, async () => {
    const random = seeded(20_261_124);
    const rssBefore = process.memoryUsage().rss;
    let sentCount = 0;
    for (let n = 0; n < connectionsCount; n += 20) {
      const counts = await Promise.all(Array.from({ length: 20 }, () => attack(random)));
      sentCount += counts.reduce((sum, count) => sum + count);
    }
    expect(sentCount).toBeGreaterThanOrEqual(20_000);
    // Both ends and the test runner live in this process.
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(300_000_000);
    expect(relay.lines).toEqual([]);

    const friend = await TestDevice.signUp(relay.url);
    const [from, to] = [await TestSocket.open(friend), await TestSocket.open(device)];
    from.send({ type: "send", sendId: 1, envelopes: [testEnvelope(device.address)] });
    await from.next("accept");
    expect(await to.next("deliver")).toMatchObject({ from: friend.address });
    expect(to.ws.readyState).toBe(WebSocket.OPEN);
    from.close();
    to.close();
  });
});
