/**
 * The transparency log: durable entries a second over HTTP with 256 requests under way, beside a bare loop that
 * writes as many bytes and waits for the disk, in the same run; the time from an append to a proof under a
 * cosigned checkpoint; the time to verify a whole log.
 *
 *   node bench/log.ts [--seconds 5] [--rounds 3] [--entries 200000] [--json]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { toHex } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import {
  CompactTree,
  encodeLeaf,
  leafHash,
  loggedLeafFromJson,
  signAppendToken,
  signCheckpoint,
  verifyLog,
} from "@cloister/transparency";
import { ed25519NoteSigner, formatVerifierKey } from "@cloister/transparency/note";
import { median } from "./measure.ts";

const batch = 256;
const origin = "bench.example/log";
const relaySeed = new Uint8Array(32).fill(1);
const children: ChildProcess[] = [];
const dir = mkdtempSync(join(tmpdir(), "cloister-bench-log-"));
const agent = new Agent({ keepAlive: true, maxSockets: batch });
let leafCount = 0;

function newLeaf(): Uint8Array<ArrayBuffer> {
  const salt = new Uint8Array(32);
  new DataView(salt.buffer).setUint32(0, leafCount++);
  return encodeLeaf({ type: "message.sent", at: "2026-11-24T16Z", kind: "human" }, salt);
}

async function program<T>(name: string, args: readonly string[]): Promise<T> {
  const main = fileURLToPath(new URL(`../apps/${name}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return (line.startsWith("{") ? JSON.parse(line) : line) as T;
}

/** A log with one witness on this machine; the address of the log. */
async function start(): Promise<string> {
  const data = ["--data", join(dir, "log"), "--origin", origin];
  const vkey = await program<string>("log", [...data, "--print-vkey"]);
  const policyFile = join(dir, "policy");
  writeFileSync(policyFile, `log ${vkey}\nquorum none\n`);
  const naming = ["--data", join(dir, "witness"), "--name", "w.example/1", "--port", "0"];
  const witness = await program<{ listening: number; vkeys: readonly string[] }>("witness", [
    ...naming,
    "--logs",
    policyFile,
  ]);
  const lines = witness.vkeys.map(
    (key, at) => `witness w${at} ${key} http://127.0.0.1:${witness.listening}\n`,
  );
  writeFileSync(policyFile, `log ${vkey}\n${lines.join("")}group w any w0 w1\nquorum w\n`);
  const key = toHex(ed25519KeyPair(relaySeed).publicKey);
  const serving = [
    "--port",
    "0",
    "--token-key",
    key,
    "--policy",
    policyFile,
    "--leaves-per-second",
    "1000000",
  ];
  const { listening } = await program<{ listening: number }>("log", [...data, ...serving]);
  return `http://127.0.0.1:${listening}`;
}

const token = signAppendToken({
  seed: relaySeed,
  subject: new Uint8Array(16),
  expiresAtMs: Date.now() + 3_600_000,
});

/** Appends one leaf; gives the answer's text once it is durable. */
async function append(url: string): Promise<string> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/cbor" };
  const { status, text } = await send(`${url}/v1/leaves`, { method: "POST", headers, body: newLeaf() });
  if (status !== 201) throw new Error(`the log answered ${status}`);
  return text;
}

async function send(
  url: string,
  { body, ...options }: { method: string; headers?: Record<string, string>; body?: Uint8Array },
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function appendsPerSecond(url: string, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  let count = 0;
  const lane = async () => {
    while (performance.now() < endsAt) {
      await append(url);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: batch }, lane));
  return count / ((performance.now() - startedAt) / 1000);
}

/** The limit: as many entries of the same bytes, written and waited for 256 at a time, and nothing else. */
function bareFsyncPerSecond(seconds: number): number {
  const bytes = Buffer.concat(Array.from({ length: batch }, newLeaf));
  const file = openSync(join(dir, "bare"), "w");
  const startedAt = performance.now();
  let count = 0;
  while (performance.now() - startedAt < seconds * 1000) {
    writeSync(file, bytes);
    fdatasyncSync(file);
    count += batch;
  }
  const perSecond = count / ((performance.now() - startedAt) / 1000);
  closeSync(file);
  return perSecond;
}

/** One append after the other, each until its proof under a cosigned checkpoint is there. */
async function witnessedMs(url: string, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const endsAt = performance.now() + seconds * 1000;
  while (performance.now() < endsAt) {
    const startedAt = performance.now();
    const { index } = loggedLeafFromJson(JSON.parse(await append(url)));
    while ((await send(`${url}/v1/proof/published?index=${index}`, { method: "GET" })).status !== 200) {
      await pause(5);
    }
    times.push(performance.now() - startedAt);
  }
  return times.toSorted((a, b) => a - b);
}

/** Seconds to verify a log of so many entries from memory: signature, form of each entry, tree. */
async function verifySeconds(entries: number): Promise<number> {
  const leaves = Array.from({ length: entries }, newLeaf);
  const tree = new CompactTree();
  for (const leaf of leaves) tree.append(leafHash(leaf));
  const signer = ed25519NoteSigner(origin, relaySeed);
  const checkpoint = signCheckpoint(signer, { size: entries, root: tree.root() });
  const vkeys = [formatVerifierKey(origin, ed25519KeyPair(relaySeed).publicKey)];
  const startedAt = performance.now();
  const { verified } = await verifyLog({ leaves, checkpoint, vkeys });
  if (!verified) throw new Error("the log must verify");
  return (performance.now() - startedAt) / 1000;
}

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    entries: { type: "string", default: "200000" },
    json: { type: "boolean", default: false },
  },
});
const [seconds, rounds, entries] = [Number(values.seconds), Number(values.rounds), Number(values.entries)];

try {
  const url = await start();
  await appendsPerSecond(url, 1); // warm up
  const [logged, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(bareFsyncPerSecond(1));
    logged.push(await appendsPerSecond(url, seconds));
  }
  await pause(500);
  const witnessed = await witnessedMs(url, seconds);
  const verifiedSeconds = await verifySeconds(entries);
  const result = {
    appendsPerSecond: Math.round(median(logged)),
    bareFsyncPerSecond: Math.round(median(bare)),
    witnessedP50Ms: witnessed[Math.floor(witnessed.length / 2)],
    witnessedP99Ms: witnessed[Math.floor(witnessed.length * 0.99)],
    witnessedCount: witnessed.length,
    verifiedEntries: entries,
    verifiedSeconds,
  };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : describe(result));
} finally {
  for (const child of children) child.kill();
  agent.destroy();
  rmSync(dir, { recursive: true, maxRetries: 3 });
}

function describe(result: { readonly [key: string]: number | undefined }): string {
  return Object.entries(result)
    .map(([name, value = Number.NaN]) => `${name.padEnd(20)} ${value.toFixed(value < 100 ? 1 : 0)}\n`)
    .join("");
}
