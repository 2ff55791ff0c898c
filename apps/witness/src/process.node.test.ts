/// <reference types="node" />
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import { encodeLeaf, TransparencyLog } from "@cloister/transparency";
import {
  addSignatureLines,
  formatAddCheckpoint,
  parseCosignatureKey,
  parsePolicy,
  verifyCosignatures,
} from "@cloister/transparency/witnessing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const origin = "clinic.example/log";
let folder: string;
let running: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-witness-"));
});
afterEach(async () => {
  running?.kill("SIGKILL");
  await rm(folder, { recursive: true, maxRetries: 3 });
});

function start(...more: string[]): ChildProcess {
  const args = ["--data", join(folder, "data"), "--name", "w.example/1", ...more];
  running = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  return running;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the stream is piped");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return line;
}

async function serve(log: TransparencyLog) {
  await writeFile(join(folder, "logs"), `log ${log.vkey}\nquorum none\n`);
  const child = start("--logs", join(folder, "logs"), "--port", "0");
  const { listening, vkeys } = JSON.parse(await firstLine(child)) as { listening: number; vkeys: string[] };
  return { child, url: `http://127.0.0.1:${listening}`, vkeys };
}

async function logOf(count: number, seed = 1, from = 0): Promise<TransparencyLog> {
  const log = new TransparencyLog({
    store: new MemoryLogStore(),
    origin,
    seed: new Uint8Array(32).fill(seed),
  });
  for (let at = from; at < from + count; at += 1) {
    await log.append(encodeLeaf({ type: "ai.asked", at: "2026-11-24T16Z" }, new Uint8Array(32).fill(at)));
  }
  return log;
}

async function ask(url: string, log: TransparencyLog, oldSize: number): Promise<Response> {
  const [size, checkpoint] = [await log.size(), await log.checkpoint()];
  const proof = oldSize === 0 || oldSize >= size ? [] : await log.proveConsistency(oldSize, size);
  const body = formatAddCheckpoint({ oldSize, proof, checkpoint });
  return fetch(`${url}/add-checkpoint`, { method: "POST", body });
}

describe("the witness as a process", () => {
  it("cosigns, remembers across a kill, and refuses as the protocol says", async () => {
    const log = await logOf(5);
    const first = await serve(log);
    const cosigned = await ask(first.url, log, 0);
    expect(cosigned.status).toBe(200);
    const note = addSignatureLines(await log.checkpoint(), await cosigned.text());
    expect(verifyCosignatures(note, first.vkeys.map(parseCosignatureKey))).toHaveLength(2);
    first.child.kill("SIGKILL");
    await once(first.child, "exit");

    const { url, vkeys } = await serve(log);
    expect(vkeys).toEqual(first.vkeys);
    const place = `${url}/${toHex(sha256(toUtf8(origin)))}/checkpoint`;
    expect(await (await fetch(place)).text()).toBe(note);
    expect((await fetch(`${url}/${"0".repeat(64)}/checkpoint`)).status).toBe(404);

    const stale = await ask(url, log, 0);
    expect([stale.status, stale.headers.get("content-type"), await stale.text()]).toEqual([
      409,
      "text/x.tlog.size",
      "5\n",
    ]);
    expect((await ask(url, await logOf(9, 1, 100), 5)).status).toBe(422);
    expect((await ask(url, await logOf(9, 2), 5)).status).toBe(403);
    const unknown = new TransparencyLog({
      store: new MemoryLogStore(),
      origin: "other.example/log",
      seed: new Uint8Array(32).fill(1),
    });
    expect((await ask(url, unknown, 0)).status).toBe(404);
    expect((await fetch(`${url}/add-checkpoint`, { method: "POST", body: "old 0\n" })).status).toBe(400);
    const huge = await fetch(`${url}/add-checkpoint`, { method: "POST", body: "x".repeat(70_000) });
    expect(huge.status).toBe(413);
    expect(await (await fetch(place)).text()).toBe(note);
    expect((await ask(url, await logOf(9), 5)).status).toBe(200);
  });

  it("ends when it is told to", async () => {
    const { child, url } = await serve(await logOf(1));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });

  it("prints its lines for policy files, with which it counts once", async () => {
    const child = start("--print-policy");
    let printed = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    await once(child, "close");
    const { witnesses, quorum } = parsePolicy(`${printed}quorum w.example-1\n`);
    expect(witnesses.map(({ name }) => name)).toEqual(["w.example-1-ed25519", "w.example-1-ml-dsa-44"]);
    expect(quorum).toMatchObject({ threshold: 1 });
  });

  it.each([
    [["--logs", "missing"], "POLICY_FILE"],
    [[], "CONFIG_INVALID"],
    [["--logs", "x", "--port", "70000"], "CONFIG_INVALID"],
    [["--unknown"], "CONFIG_INVALID"],
  ])("says what is wrong with %j", async (args, code) => {
    const child = start(...args);
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    expect(await once(child, "exit")).toEqual([1, null]);
    expect(said).toContain(code);
  });
});
