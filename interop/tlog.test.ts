import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { toHex } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { encodeLeaf, signAppendToken } from "@cloister/transparency";
import { afterAll, describe, expect, it } from "vitest";

// Go's own implementation of transparency logs (BSD-3-Clause). Needs Go and, once, its module proxy.
const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), "cloister-tlog-"));
const verifier = join(folder, "verifier");
const built = await run("go", ["build", "-o", verifier, "."], {
  cwd: fileURLToPath(new URL("tlog/", import.meta.url)),
  timeout: 200_000,
}).then(
  () => true,
  () => false,
);
if (!built) process.stderr.write("interop: Go or its x/mod is missing, our log is not held against it\n");

const logMain = fileURLToPath(new URL("../apps/log/src/main.ts", import.meta.url));
const relaySeed = new Uint8Array(32).fill(1);
const size = 700; // two full tiles, a partial one, and a level above
const tokenFile = join(folder, "reader.token");
let child: ChildProcess | undefined;

async function start(): Promise<{ url: string; vkey: string }> {
  const key = toHex(ed25519KeyPair(relaySeed).publicKey);
  const args = ["--data", join(folder, "data"), "--origin", "clinic.example/log", "--port", "0"];
  const more = ["--token-key", key, "--reader-token", tokenFile, "--leaves-per-second", "100000"];
  child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", logMain, ...args, ...more], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (!child.stdout) throw new Error("the stream is piped");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { listening, vkey } = JSON.parse(line) as { listening: number; vkey: string };
  return { url: `http://127.0.0.1:${listening}`, vkey };
}

async function stop(): Promise<void> {
  if (!child || child.exitCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

async function fill(url: string): Promise<void> {
  const expiresAtMs = Date.now() + 3_600_000;
  const token = signAppendToken({ seed: relaySeed, subject: new Uint8Array(16), expiresAtMs });
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/cbor" };
  const append = async (number: number) => {
    const salt = new Uint8Array(32);
    new DataView(salt.buffer).setUint32(0, number);
    const body = encodeLeaf({ type: "ai.asked", at: "2026-11-24T16Z" }, salt);
    const answer = await fetch(`${url}/v1/leaves`, { method: "POST", body, headers });
    expect(answer.status).toBe(201);
  };
  for (let from = 0; from < size; from += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, at) => append(from + at)));
  }
}

async function verify(where: { url: string; vkey: string }): Promise<{ verified: boolean; said: string }> {
  const args = ["-url", where.url, "-vkey", where.vkey, "-token", tokenFile];
  return run(verifier, args, { timeout: 60_000 }).then(
    ({ stdout }) => ({ verified: true, said: stdout }),
    (error: { stderr: string }) => ({ verified: false, said: error.stderr }),
  );
}

function change(sql: string): void {
  const database = new DatabaseSync(join(folder, "data", "log.sqlite"));
  database.exec(sql);
  database.close();
}

afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true, maxRetries: 3 });
});

describe.skipIf(!built)(
  "beside Go's x/mod/sumdb (by command: this test, with Go and its module proxy)",
  () => {
    it("our log verifies, and one flipped bit does not", async () => {
      await writeFile(tokenFile, "r".repeat(40), { mode: 0o600 });
      const first = await start();
      await fill(first.url);
      const { verified, said } = await verify(first);
      expect([verified, said]).toEqual([true, expect.stringContaining(`"size":${size},"verified":true`)]);
      const otherKey = first.vkey.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
      expect(await verify({ ...first, vkey: otherKey })).toMatchObject({ verified: false });
      await stop();

      const flip = (table: string, column: string, where: string) => `
      UPDATE ${table} SET ${column} = CAST(substr(${column}, 1, 9) || x'00' || substr(${column}, 11) AS BLOB)
      WHERE ${where}`;
      change(`CREATE TABLE kept AS SELECT * FROM leaf; CREATE TABLE kept_node AS SELECT * FROM node;
      ${flip("leaf", "bytes", "position = 300")}`);
      expect(await verify(await start())).toMatchObject({
        verified: false,
        said: expect.stringContaining("entry 300 is not the one that was signed") as string,
      });
      await stop();

      change(`DELETE FROM leaf; INSERT INTO leaf SELECT * FROM kept;
      ${flip("node", "hash", "level = 0 AND position = 300")}`);
      const tile = await verify(await start());
      expect([tile.verified, tile.said]).toEqual([false, expect.stringContaining("entries: ") as string]);
      await stop();

      change("DELETE FROM node; INSERT INTO node SELECT * FROM kept_node");
      expect(await verify(await start())).toMatchObject({ verified: true });
    });
  },
);
