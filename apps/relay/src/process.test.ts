import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { toBase64, toHex, toUtf8 } from "@cloister/bytes";
import type { OutgoingEnvelope } from "@cloister/contracts/frames";
import { type PreKeyBundles, preKeyBundles } from "@cloister/contracts/http";
import { aesGcmSeal } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TestDevice } from "./testing/device.ts";
import { killRelayProcess, type RelayProcess, startRelayProcess } from "./testing/process.ts";
import { removeDir, testDir } from "./testing/relay.ts";
import { TestSocket, testEnvelope } from "./testing/socket.ts";

/** More for a long run: CLOISTER_KILLS=200. */
const killsCount = Number(process.env["CLOISTER_KILLS"] ?? 6);
const windowCount = 32;

let dir: string;
let relay: RelayProcess;

beforeEach(async () => {
  dir = await testDir();
});
afterEach(async () => {
  if (relay.child.exitCode === null) await killRelayProcess(relay);
  await removeDir(dir);
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Nothing when the relay died while the connection was being made. */
function openUnlessDead(device: TestDevice): Promise<TestSocket | undefined> {
  return TestSocket.open(device.at(relay.url)).catch(() => undefined);
}

/** Sends without a break until the relay dies; repeats first what an earlier one did not accept. */
async function sendUntilDeath(
  device: TestDevice,
  to: TestDevice,
  state: SenderState,
  payloadBytes = 256,
): Promise<void> {
  const socket = await openUnlessDead(device);
  if (!socket) return;
  const underWay = new Map<number, OutgoingEnvelope>();
  const repeats = [...state.unaccepted.values()];
  let sendId = 0;
  const sendNext = () => {
    const envelope = repeats.pop() ?? testEnvelope(to.address, systemRandom(payloadBytes));
    state.unaccepted.set(toHex(envelope.id), envelope);
    sendId += 1;
    underWay.set(sendId, envelope);
    socket.send({ type: "send", sendId, envelopes: [envelope] });
  };
  for (let n = 0; n < windowCount; n += 1) sendNext();
  try {
    while (true) {
      const accepted = await socket.next("accept");
      const id = toHex(underWay.get(accepted.sendId)?.id ?? new Uint8Array(0));
      state.accepted.add(id);
      state.unaccepted.delete(id);
      sendNext();
    }
  } catch {
    // closed: the relay is gone
  }
}

interface SenderState {
  readonly accepted: Set<string>;
  readonly unaccepted: Map<string, OutgoingEnvelope>;
}

/** Receives and acknowledges until the relay dies or, with `untilEmpty`, nothing is left. */
async function receive(device: TestDevice, seqOf: Map<string, number>, untilEmpty: boolean): Promise<void> {
  const socket = await openUnlessDead(device);
  if (!socket) return;
  const { epoch } = socket.frames.find((frame) => frame.type === "ready") ?? { epoch: 0 };
  const emptied = socket.next("queueEmpty").then(
    () => "empty",
    () => "closed",
  );
  try {
    while (true) {
      const next = await Promise.race([socket.next("deliver"), ...(untilEmpty ? [emptied] : [])]);
      if (typeof next === "string") break;
      const id = toHex(next.id);
      // The same envelope may come again after a crash, but never as a second row.
      expect(seqOf.get(id) ?? next.seq).toBe(next.seq);
      seqOf.set(id, next.seq);
      socket.send({ type: "ack", epoch, seq: next.seq });
    }
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("closed"))) throw error;
  }
  socket.close();
}

describe("kill -9", () => {
  it("loses no accepted envelope and makes no second one", {
    timeout: 60_000 + killsCount * 5000,
  }, async () => {
    relay = await startRelayProcess(dir);
    const [alice, bob] = [await TestDevice.signUp(relay.url), await TestDevice.signUp(relay.url)];
    const state: SenderState = { accepted: new Set(), unaccepted: new Map() };
    const seqOf = new Map<string, number>();
    for (let n = 0; n < killsCount; n += 1) {
      const work = [sendUntilDeath(alice, bob, state), ...(n % 2 === 0 ? [receive(bob, seqOf, false)] : [])];
      await pause(50 + Math.random() * 350);
      await killRelayProcess(relay);
      await Promise.all(work);
      relay = await startRelayProcess(dir);
    }
    await receive(bob, seqOf, true);
    expect(state.accepted.size).toBeGreaterThan(killsCount * 10);
    expect([...state.accepted].filter((id) => !seqOf.has(id))).toEqual([]);
    expect(new Set(seqOf.values()).size).toBe(seqOf.size);
    process.stdout.write(`kill -9 x ${killsCount}: ${state.accepted.size} accepted, 0 lost, 0 doubled\n`);
  });

  it("never hands a one-time prekey out twice", { timeout: 60_000 }, async () => {
    relay = await startRelayProcess(dir);
    const target = await TestDevice.signUp(relay.url, { oneTimeCount: 60 });
    const requesters = await Promise.all([1, 2, 3].map(() => TestDevice.signUp(relay.url)));
    const issued: number[] = [];
    const path = `/v1/accounts/${target.address.account}/prekeys`;
    const takeAll = async (requester: TestDevice) => {
      const device = requester.at(relay.url);
      for (let n = 0; n < 5; n += 1) {
        const answer = await device.request("POST", path, {}).catch(() => undefined);
        if (answer?.status !== 200) return;
        const { bundles }: PreKeyBundles = preKeyBundles.parse(answer.json);
        for (const { oneTimePreKey } of bundles) if (oneTimePreKey) issued.push(oneTimePreKey.id);
      }
    };
    for (let n = 0; n < 4; n += 1) {
      const work = requesters.map(takeAll);
      await pause(5 + Math.random() * 30);
      await killRelayProcess(relay);
      await Promise.all(work);
      relay = await startRelayProcess(dir);
    }
    await Promise.all(requesters.map(takeAll));
    expect(issued.length).toBeGreaterThan(10);
    expect(new Set(issued).size).toBe(issued.length);
  });
});

describe("the process", () => {
  it("says goodbye on SIGTERM and ends with 0", async () => {
    relay = await startRelayProcess(dir);
    const socket = await TestSocket.open(await TestDevice.signUp(relay.url));
    relay.child.kill("SIGTERM");
    expect((await socket.next("goodbye")).code).toBe("UNAVAILABLE");
    expect(await relay.exited).toEqual([0, null]);
    expect(await readdir(join(dir, "relay"))).not.toContain("relay.db-wal");
  });

  it("ends when the disk fails, and has what it accepted when it is back", { timeout: 60_000 }, async () => {
    relay = await startRelayProcess(dir);
    const [alice, bob] = [await TestDevice.signUp(relay.url), await TestDevice.signUp(relay.url)];
    await killRelayProcess(relay);
    // Writing past this size fails, as on a broken disk; the ballast is laid already.
    relay = await startRelayProcess(dir, { maxFileKib: 1500 });
    const state: SenderState = { accepted: new Set(), unaccepted: new Map() };
    // Large enough to reach the limit before the sender's rate is spent.
    await sendUntilDeath(alice, bob, state, 4096);
    expect(await relay.exited).toEqual([1, null]);
    expect(relay.log()).toContain('"event":"storage-failed"');
    relay = await startRelayProcess(dir);
    const seqOf = new Map<string, number>();
    await receive(bob, seqOf, true);
    expect(state.accepted.size).toBeGreaterThan(50);
    expect([...state.accepted].filter((id) => !seqOf.has(id))).toEqual([]);
  });

  it("keeps no plaintext in its files and logs, and this test would see it", async () => {
    relay = await startRelayProcess(dir);
    const [alice, bob] = [await TestDevice.signUp(relay.url), await TestDevice.signUp(relay.url)];
    const marker = "chest pain since Tuesday marker 5f1c";
    const socket = await TestSocket.open(alice);
    const send = async (payload: Uint8Array) => {
      const envelope = new Uint8Array(256);
      envelope.set(payload);
      socket.send({ type: "send", sendId: 1, envelopes: [testEnvelope(bob.address, envelope)] });
      await socket.next("accept");
    };
    const none = new Uint8Array(0);
    await send(
      aesGcmSeal({
        key: systemRandom(32),
        nonce: systemRandom(12),
        plaintext: toUtf8(marker),
        associatedData: none,
      }),
    );
    expect(await find(marker)).toEqual([]);
    await send(toUtf8(marker));
    expect(await find(marker)).not.toEqual([]);
  });

  it("says that its port is taken, and ends", async () => {
    relay = await startRelayProcess(dir);
    const other = await testDir();
    const args = ["--port", new URL(relay.url).port];
    await expect(startRelayProcess(other, { args })).rejects.toThrow("LISTEN_FAILED");
    await removeDir(other);
  });

  it("logs events and codes, nothing about anyone", async () => {
    relay = await startRelayProcess(dir);
    const device = await TestDevice.signUp(relay.url);
    const socket = await TestSocket.open(device);
    socket.ws.send("MARKER");
    await socket.closed;
    await device.request("POST", "/v1/challenges", { account: "MARKER", device: 1 });
    relay.child.kill("SIGTERM");
    await relay.exited;
    const lines = relay
      .log()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    const allowed = new Set(["level", "time", "event", "route", "code", "fault"]);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.flatMap(Object.keys).filter((key) => !allowed.has(key))).toEqual([]);
    expect(relay.log()).not.toMatch(/MARKER|127\.0\.0\.1/);
    expect(relay.log()).not.toContain(device.address.account);
    expect(relay.log()).not.toContain(device.token);
  });

  it("begins a new epoch with --restored", async () => {
    relay = await startRelayProcess(dir);
    const device = await TestDevice.signUp(relay.url, { oneTimeCount: 2 });
    const before = (await TestSocket.open(device)).frames[0];
    await killRelayProcess(relay);
    relay = await startRelayProcess(dir, { args: ["--restored"] });
    const back = device.at(relay.url);
    expect((await back.request("GET", "/v1/prekeys")).status).toBe(401);
    await back.openSession();
    expect((await back.request("GET", "/v1/prekeys")).json).toEqual({ oneTimeCount: 0, kemCount: 0 });
    const after = (await TestSocket.open(back)).frames[0];
    expect(before?.type).toBe("ready");
    expect(after).not.toEqual(before);
  });
});

/** Files and logs that hold the text in some form. */
async function find(text: string): Promise<string[]> {
  const forms = [
    Buffer.from(text),
    Buffer.from(toBase64(toUtf8(text)).slice(0, -4)),
    Buffer.from(toHex(toUtf8(text))),
    Buffer.from(text, "utf16le"),
  ];
  const folder = join(dir, "relay");
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name));
    if (forms.some((form) => content.includes(form))) found.push(name);
  }
  if (forms.some((form) => relay.log().includes(form.toString()))) found.push("log");
  return found;
}
