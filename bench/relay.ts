/**
 * Durable delivery through the relay: a sender's envelope is accepted after fsync and reaches the receiver,
 * who acknowledges it. Beside it, in the same run, a bare durable insert with a WebSocket echo, a WebSocket
 * echo alone, and a calibrator that says what the disk was like: its fsync.
 *
 *   node bench/relay.ts [--seconds 5] [--rounds 3] [--json]
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { decodeRelayFrame, encodeClientFrame } from "@cloister/contracts/frames";
import { WebSocket } from "ws";
import { TestDevice } from "../apps/relay/src/testing/device.ts";
import { TestSocket, testEnvelope } from "../apps/relay/src/testing/socket.ts";
import { median } from "./measure.ts";

const usage = "node bench/relay.ts [--seconds 5] [--rounds 3] [--json]\n";
const payloadBytes = 1024;
const loads = [
  { pairs: 1, window: 1 },
  { pairs: 10, window: 4 },
  { pairs: 50, window: 16 },
] as const;

interface Contestant {
  readonly name: string;
  readonly child: ChildProcess;
  readonly url: string;
  readonly dir: string;
}

/** One pair: `send` starts one message, `onDone` says that one came through. */
interface Pair {
  send(): void;
  onDone: () => void;
  close(): void;
}

interface Result {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
}

async function start(name: string): Promise<Contestant> {
  const child = fork(new URL("relay-servers.ts", import.meta.url), [name], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const [{ port, dir }] = (await once(child, "message")) as [{ port: number; dir: string }];
  return { name, child, dir, url: `http://127.0.0.1:${port}` };
}

async function relayPair({ url }: Contestant): Promise<Pair> {
  const [from, to] = [await TestDevice.signUp(url), await TestDevice.signUp(url)];
  const [sender, receiver] = [await TestSocket.open(from), await TestSocket.open(to)];
  const { epoch } = receiver.frames.find((frame) => frame.type === "ready") ?? { epoch: 0 };
  const payload = new Uint8Array(payloadBytes);
  let sendId = 0;
  const pair: Pair = {
    send: () => {
      sendId += 1;
      sender.send({ type: "send", sendId, envelopes: [testEnvelope(to.address, payload)] });
    },
    onDone: () => undefined,
    close: () => {
      sender.close();
      receiver.close();
    },
  };
  sender.ws.removeAllListeners("message");
  receiver.ws.removeAllListeners("message");
  receiver.ws.on("message", (data: Buffer) => {
    const frame = decodeRelayFrame(data);
    if (frame.type !== "deliver") return;
    receiver.ws.send(encodeClientFrame({ type: "ack", epoch, seq: frame.seq }));
    pair.onDone();
  });
  return pair;
}

async function echoPair({ url }: Contestant): Promise<Pair> {
  const ws = new WebSocket(url.replace("http", "ws"), { perMessageDeflate: false });
  await once(ws, "open");
  const payload = new Uint8Array(payloadBytes);
  const pair: Pair = { send: () => ws.send(payload), onDone: () => undefined, close: () => ws.close() };
  ws.on("message", () => pair.onDone());
  return pair;
}

async function measure(
  contestant: Contestant,
  load: (typeof loads)[number],
  seconds: number,
): Promise<Result> {
  const make = contestant.name === "cloister" ? relayPair : echoPair;
  const pairs = await Promise.all(Array.from({ length: load.pairs }, () => make(contestant)));
  const latencies: number[] = [];
  let running = true;
  for (const pair of pairs) {
    const sentAt: number[] = [];
    const next = () => {
      sentAt.push(performance.now());
      pair.send();
    };
    pair.onDone = () => {
      latencies.push(performance.now() - (sentAt.shift() ?? 0));
      if (running) next();
    };
    for (let n = 0; n < load.window; n += 1) next();
  }
  await pause(300); // warm up
  latencies.length = 0;
  const [cpuBefore, startedAt] = [await cpuUs(contestant), performance.now()];
  await pause(seconds * 1000);
  const count = latencies.length;
  const result = {
    perSecond: count / ((performance.now() - startedAt) / 1000),
    p99Ms: latencies.toSorted((a, b) => a - b)[Math.floor(count * 0.99)] ?? Number.NaN,
    cpuUs: ((await cpuUs(contestant)) - cpuBefore) / count,
  };
  running = false;
  await pause(200);
  for (const pair of pairs) pair.close();
  return result;
}

async function cpuUs({ child }: Contestant): Promise<number> {
  child.send("cpu");
  const [{ cpu }] = (await once(child, "message")) as [{ cpu: NodeJS.CpuUsage }];
  return cpu.user + cpu.system;
}

/** What one durable write of a page costs on this disk now. */
function calibrate(dir: string): { readonly p50Ms: number; readonly p99Ms: number } {
  const path = join(dir, "calibrator");
  const file = openSync(path, "w");
  const times: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    const before = performance.now();
    writeSync(file, new Uint8Array(4096));
    fdatasyncSync(file);
    times.push(performance.now() - before);
  }
  closeSync(file);
  rmSync(path);
  times.sort((a, b) => a - b);
  return { p50Ms: times[100] ?? 0, p99Ms: times[198] ?? 0 };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function summary(rounds: readonly Result[]): Result {
  const middle = (pick: (result: Result) => number) => Number(median(rounds.map(pick)).toFixed(2));
  return {
    perSecond: middle(({ perSecond }) => perSecond),
    p99Ms: middle(({ p99Ms }) => p99Ms),
    cpuUs: middle(({ cpuUs: us }) => us),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const contestants = [await start("cloister"), await start("insert"), await start("echo")];
  const fsync = contestants.slice(0, 1).map(({ dir }) => calibrate(dir));
  const report = [];
  for (const load of loads) {
    const rounds: Record<string, Result[]> = {};
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const contestant of contestants) {
        (rounds[contestant.name] ??= []).push(await measure(contestant, load, Number(values.seconds)));
        fsync.push(calibrate(contestant.dir));
      }
    }
    const [cloister, insert, echo] = contestants.map(({ name }) => summary(rounds[name] ?? []));
    if (!cloister || !insert || !echo) continue;
    const ratio = (a: number, b: number) => Number((a / b).toFixed(2));
    const ratios = {
      "rate against insert + echo": ratio(cloister.perSecond, insert.perSecond),
      "rate against echo": ratio(cloister.perSecond, echo.perSecond),
      "cpu against insert + echo": ratio(cloister.cpuUs, insert.cpuUs),
    };
    report.push({ ...load, cloister, insert, echo, ratios });
  }
  for (const { child, dir } of contestants) {
    child.disconnect();
    await once(child, "exit");
    rmSync(dir, { recursive: true });
  }
  const fsyncMs = {
    p50: median(fsync.map(({ p50Ms }) => p50Ms)),
    p99: median(fsync.map(({ p99Ms }) => p99Ms)),
  };
  if (values.json) process.stdout.write(`${JSON.stringify({ fsyncMs, report })}\n`);
  else print(fsyncMs, report);
}

function print(
  fsyncMs: { readonly p50: number; readonly p99: number },
  report: readonly (Record<"cloister" | "insert" | "echo", Result> & {
    readonly pairs: number;
    readonly window: number;
    readonly ratios: Record<string, number>;
  })[],
): void {
  const lines = [
    "Durable delivery, 1 KiB; medians; only ratios and CPU time travel between machines",
    `  calibrator: fdatasync p50 ${fsyncMs.p50.toFixed(2)} ms, p99 ${fsyncMs.p99.toFixed(2)} ms`,
  ];
  for (const { pairs, window, ratios, ...results } of report) {
    lines.push(`  ${pairs} pairs, ${window} under way each`);
    for (const name of ["cloister", "insert", "echo"] as const) {
      const { perSecond, p99Ms, cpuUs: us } = results[name];
      const figures = `${perSecond.toFixed(0)}/s, p99 ${p99Ms.toFixed(1)} ms, ${us.toFixed(0)} us CPU`;
      lines.push(`    ${name.padEnd(10)} ${figures}`);
    }
    for (const [name, value] of Object.entries(ratios)) lines.push(`    ${name.padEnd(28)} ${value}x`);
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

await main();
