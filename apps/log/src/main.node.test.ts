/// <reference types="node" />
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { toHex } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import {
  encodeLeaf,
  entriesFromJson,
  type LoggedLeaf,
  loggedLeafFromJson,
  proofFromJson,
  signAppendToken,
  verifyCheckpoint,
  verifyLog,
  verifyTogether,
} from "@cloister/transparency";
import { parsePolicy, verifyTlogProof, verifyWitnessed } from "@cloister/transparency/witnessing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
// Started by path: no app imports an app.
const witnessMain = fileURLToPath(new URL("../../witness/src/main.ts", import.meta.url));
const origin = "clinic.example/log";
const relaySeed = new Uint8Array(32).fill(1);
const readerToken = "r".repeat(40);
const token = signAppendToken({
  seed: relaySeed,
  subject: new Uint8Array(16),
  expiresAtMs: Date.now() + 3_600_000,
});
let folder: string;
let running: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-log-"));
  await writeFile(join(folder, "reader.token"), `${readerToken}\n`, { mode: 0o600 });
});
afterEach(async () => {
  running?.kill("SIGKILL");
  await rm(folder, { recursive: true, maxRetries: 3 });
});

function start(...more: string[]): ChildProcess {
  const data = ["--data", join(folder, "data"), "--origin", origin];
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...data, ...more], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly vkey: string;
  readonly logs: string[];
}

async function serve(...more: string[]): Promise<Started> {
  const tokenKey = toHex(ed25519KeyPair(relaySeed).publicKey);
  const reader = ["--reader-token", join(folder, "reader.token"), "--leaves-per-second", "100000"];
  const child = start("--port", "0", "--token-key", tokenKey, ...reader, ...more);
  running = child;
  const logs: string[] = [];
  if (!child.stdout || !child.stderr) throw new Error("the streams are piped");
  createInterface({ input: child.stderr }).on("line", (line) => logs.push(line));
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const ready = JSON.parse(line) as { listening: number; vkey: string };
  return { child, logs, url: `http://127.0.0.1:${ready.listening}`, vkey: ready.vkey };
}

function leaf(number: number): Uint8Array<ArrayBuffer> {
  const salt = new Uint8Array(32);
  new DataView(salt.buffer).setUint32(0, number);
  return encodeLeaf({ type: "ai.asked", at: "2026-11-24T16Z" }, salt);
}

async function append(url: string, number: number): Promise<LoggedLeaf> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/cbor" };
  const response = await fetch(`${url}/v1/leaves`, { method: "POST", body: leaf(number), headers });
  expect(response.status).toBe(201);
  return loggedLeafFromJson(await response.json());
}

async function* entries(url: string): AsyncGenerator<Uint8Array> {
  for (let from = 0; ; from += 500) {
    const headers = { Authorization: `Bearer ${readerToken}` };
    const response = await fetch(`${url}/v1/entries?from=${from}&count=500`, { headers });
    const leaves = entriesFromJson(await response.json());
    yield* leaves;
    if (leaves.length < 500) return;
  }
}

/** Appends numbers from `next` on, eight at a time, until the process dies. */
async function appendUntilKilled(url: string, next: () => number, acknowledged: Map<number, LoggedLeaf>) {
  const lane = async () => {
    for (;;) {
      const number = next();
      try {
        acknowledged.set(number, await append(url, number));
      } catch {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

describe("the log as a process", () => {
  it("answers to this machine's names only, unless it was told another", async () => {
    const statusFor = async (url: string, host: string) => {
      const [response] = (await once(get(`${url}/healthz`, { headers: { Host: host } }), "response")) as [
        IncomingMessage,
      ];
      response.resume();
      return response.statusCode;
    };
    const local = await serve();
    expect(await statusFor(local.url, `localhost:${new URL(local.url).port}`)).toBe(200);
    expect(await statusFor(local.url, "log.example")).toBe(403);
    local.child.kill("SIGTERM");
    await once(local.child, "exit");
    const { url } = await serve("--public-url", "https://log.example/");
    expect(await statusFor(url, "log.example")).toBe(200);
    expect(await statusFor(url, "evil.example")).toBe(403);
  });

  it("loses nothing it acknowledged when it is killed in the middle of appends", async () => {
    const acknowledged = new Map<number, LoggedLeaf>();
    let sent = 0;
    for (let round = 0; round < 5; round += 1) {
      const { child, url } = await serve();
      const appending = appendUntilKilled(url, () => sent++, acknowledged);
      await new Promise((resolve) => setTimeout(resolve, 60 + 45 * round));
      child.kill("SIGKILL");
      await appending;
    }
    const { url, vkey } = await serve();
    expect(acknowledged.size).toBeGreaterThan(50);
    // Clients send again what they heard nothing of, and some of what they did.
    for (let number = 0; number < sent; number += 1) {
      const before = acknowledged.get(number);
      if (before && number % 10 > 0) continue;
      const again = await append(url, number);
      if (before) expect(again.index).toBe(before.index);
    }
    const checkpoint = await (await fetch(`${url}/v1/checkpoint`)).text();
    const leaves: string[] = [];
    for await (const entry of entries(url)) leaves.push(toHex(entry));
    expect(new Set(leaves).size).toBe(sent);
    expect(leaves).toHaveLength(sent);
    for (const [number, { index }] of acknowledged) expect(leaves[index]).toBe(toHex(leaf(number)));

    const head = verifyCheckpoint(checkpoint, [vkey]);
    const seen = [...acknowledged.values()].filter((_, at) => at % 25 === 0);
    for (const { checkpoint: note } of seen) {
      const earlier = verifyCheckpoint(note, [vkey]);
      const path = `${url}/v1/proof/consistency?from=${earlier.size}&to=${head.size}`;
      verifyTogether(earlier, head, proofFromJson(await (await fetch(path)).json()));
    }
    const claim = { leaves: entries(url), checkpoint, vkeys: [vkey] };
    const [first] = acknowledged.values();
    const savedCheckpoint = first?.checkpoint ?? "";
    expect(await verifyLog({ ...claim, savedCheckpoint })).toMatchObject({ verified: true });
  });

  it("answers what it began when it is told to stop, and ends", async () => {
    const { child, url, logs } = await serve();
    const begun = Array.from({ length: 20 }, (_, number) => append(url, number));
    await begun[0];
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const settled = await Promise.allSettled(begun);
    const [code] = (await exited) as [number];
    expect(code).toBe(0);
    const again = await serve();
    const head = verifyCheckpoint(await (await fetch(`${again.url}/v1/checkpoint`)).text(), [again.vkey]);
    expect(head.size).toBeGreaterThanOrEqual(settled.filter(({ status }) => status === "fulfilled").length);
    expect(logs.some((line) => line.includes('"event":"stopped"'))).toBe(true);
    expect(logs.join("\n")).not.toContain(token);
  });

  it("prints its verifier key, the same one that it signs with", async () => {
    const child = start("--print-vkey");
    const [printed] = (await once(createInterface({ input: child.stdout ?? process.stdin }), "line")) as [
      string,
    ];
    const { vkey, url } = await serve();
    expect(printed).toBe(vkey);
    expect(await (await fetch(`${url}/v1/log`)).json()).toEqual({ origin, vkey });
  });

  it("has a witness cosign what it publishes, without the appends waiting for it", async () => {
    const [vkey] = (await once(
      createInterface({ input: start("--print-vkey").stdout ?? process.stdin }),
      "line",
    )) as [string];
    await writeFile(join(folder, "logs"), `log ${vkey}\nquorum none\n`);
    const witness = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", witnessMain, "--data", join(folder, "witness")].concat([
        "--name",
        "w.example/1",
        "--logs",
        join(folder, "logs"),
        "--port",
        "0",
      ]),
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    try {
      const [line] = (await once(createInterface({ input: witness.stdout }), "line")) as [string];
      const { listening, vkeys } = JSON.parse(line) as { listening: number; vkeys: readonly string[] };
      const address = `http://127.0.0.1:${listening}`;
      const lines = vkeys.map((key, at) => `witness w${at} ${key} ${address}\n`);
      const policyText = `log ${vkey}\n${lines.join("")}group w all w0 w1\nquorum w\n`;
      await writeFile(join(folder, "policy"), policyText);
      const { url } = await serve("--policy", join(folder, "policy"));
      const { index } = await append(url, 0);
      const policy = parsePolicy(policyText);
      let text = "";
      for (let tries = 0; tries < 100 && !text.startsWith("c2sp.org/"); tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        text = await (await fetch(`${url}/v1/proof/published?index=${index}`)).text();
      }
      expect(verifyTlogProof({ text, leaf: leaf(0), policy }).cosignatures).toHaveLength(2);
      witness.kill("SIGKILL");
      await append(url, 1);
      const published = await (await fetch(`${url}/checkpoint`)).text();
      expect(verifyWitnessed(published, policy).checkpoint.size).toBe(1);
      expect(await readFile(join(folder, "data", "witnessed.checkpoint"), "utf8")).toBe(published);
    } finally {
      witness.kill("SIGKILL");
    }
  });

  it("refuses to start on another log's data, and says why", async () => {
    const { child, url } = await serve();
    await append(url, 0);
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    await writeFile(join(folder, "data", "log.key"), `${"ab".repeat(32)}\n`);
    const second = start("--token-key", "00".repeat(32), "--port", "0");
    let said = "";
    second.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [code] = (await once(second, "exit")) as [number];
    expect([code, said]).toEqual([1, expect.stringContaining("LOG_KEY")]);
    expect(await readFile(join(folder, "data", "log.key"), "utf8")).toHaveLength(65);
  });
});
