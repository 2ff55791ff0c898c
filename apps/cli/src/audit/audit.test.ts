/// <reference types="node" />
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { toBase64Url } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { openLogStore } from "@cloister/store-sqlite/log";
import { encodeLeaf, entriesToJson, hourOf, TransparencyLog } from "@cloister/transparency";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { locateLog } from "./locate.ts";
import { audit } from "./verify.ts";

const origin = "clinic.example/log";
const seed = new Uint8Array(32).fill(7);
const readerToken = "r".repeat(40);

let dataDir: string;
let servers: Server[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "cloister-audit-"));
});
afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await rm(dataDir, { recursive: true, force: true });
});

/** Appends leaves to the log of the data folder, as the log process would, and says its verifier key. */
async function append(count: number, key = seed): Promise<string> {
  await mkdir(join(dataDir, "log"), { recursive: true });
  const store = await openLogStore(join(dataDir, "log", "log.sqlite"));
  const log = new TransparencyLog({ store, origin, seed: key });
  for (let n = 0; n < count; n += 1) {
    const kind = n % 2 === 0 ? "human" : "ai";
    await log.append(encodeLeaf({ type: "message.sent", at: hourOf(0), kind }, systemRandom(32)));
  }
  await store.close();
  return log.vkey;
}

async function found(vkey: string, url = "http://127.0.0.1:9"): Promise<void> {
  const organisation = {
    name: "Clinic",
    organisationKey: toBase64Url(new Uint8Array(32)),
    signUp: "open",
    region: "US",
    log: { url, vkey },
  };
  await writeFile(join(dataDir, "organisation.json"), JSON.stringify(organisation));
}

async function auditNow(
  options: { vkey?: string; checkpointFile?: string; url?: string; readerToken?: string } = {},
) {
  const { checkpointFile, ...where } = options;
  const { source, vkey, name } = await locateLog({ dataDir, ...where });
  try {
    const keptFile = join(dataDir, "audit", `${name}.checkpoint`);
    return await audit({ source, vkey, keptFile, ...(checkpointFile && { checkpointFile }) });
  } finally {
    await source.close();
  }
}

function change(sql: string): void {
  const database = new DatabaseSync(join(dataDir, "log", "log.sqlite"));
  database.exec(sql);
  database.close();
}

/** The log over HTTP, as far as an audit needs it. */
async function serve(): Promise<string> {
  const store = await openLogStore(join(dataDir, "log", "log.sqlite"));
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://log");
    const answer = async () => {
      if (url.pathname === "/healthz") return JSON.stringify({ status: "ok" });
      if (url.pathname === "/v1/checkpoint") return (await store.head()).checkpoint;
      if (request.headers.authorization !== `Bearer ${readerToken}`) return undefined;
      const [from, count] = [Number(url.searchParams.get("from")), Number(url.searchParams.get("count"))];
      return JSON.stringify(entriesToJson(await store.leaves(from, Math.min(count, 3))));
    };
    void answer().then((body) => response.writeHead(body === undefined ? 403 : 200).end(body));
  });
  servers.push(server);
  server.once("close", () => void store.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("audit verify", () => {
  it("verifies a log at rest, keeps its checkpoint, and holds the next look against it", async () => {
    await found(await append(5));
    expect(await auditNow()).toMatchObject({
      verified: true,
      origin,
      size: 5,
      counts: { "message.sent": 5 },
      continues: [],
    });
    const kept = join(dataDir, "audit", "own-log.checkpoint");
    expect(await readFile(kept, "utf8")).toContain(`${origin}\n5\n`);
    await append(4);
    expect(await auditNow()).toMatchObject({ verified: true, size: 9, continues: [{ file: kept, size: 5 }] });
    expect(await readFile(kept, "utf8")).toContain(`${origin}\n9\n`);
  });

  it("reads a running log over HTTP, page by page", async () => {
    const vkey = await append(8);
    const url = await serve();
    await found(vkey, url);
    await writeFile(join(dataDir, "log-reader.token"), `${readerToken}\n`, { mode: 0o600 });
    expect(await auditNow()).toMatchObject({ verified: true, source: url, size: 8 });
    const elsewhere = { url, vkey, readerToken: join(dataDir, "log-reader.token") };
    expect(await auditNow(elsewhere)).toMatchObject({ verified: true, size: 8 });
    await writeFile(join(dataDir, "wrong.token"), "wrong", { mode: 0o600 });
    await expect(auditNow({ ...elsewhere, readerToken: join(dataDir, "wrong.token") })).rejects.toMatchObject(
      {
        code: "LOG_REFUSED",
      },
    );
  });

  it.each([
    [
      "a leaf that is none",
      "UPDATE leaf SET bytes = x'00' WHERE position = 2",
      { reason: "LEAF_FIELDS", index: 2 },
    ],
    [
      "a leaf that says something else",
      "UPDATE leaf SET bytes = (SELECT bytes FROM leaf WHERE position = 0) WHERE position = 2",
      { reason: "LOG_ROOT" },
    ],
    ["leaves that are gone", "DELETE FROM leaf WHERE position >= 4", { reason: "LOG_TRUNCATED" }],
  ])("finds %s", async (_, sql, expected) => {
    await found(await append(6));
    expect(await auditNow()).toMatchObject({ verified: true });
    const before = await readFile(join(dataDir, "audit", "own-log.checkpoint"), "utf8");
    change(sql);
    expect(await auditNow()).toMatchObject({ verified: false, rule: expect.any(String), ...expected });
    expect(await readFile(join(dataDir, "audit", "own-log.checkpoint"), "utf8")).toBe(before);
  });

  it("finds a log that began anew, shorter or longer, under the same key or another", async () => {
    await found(await append(6));
    await auditNow();
    await rm(join(dataDir, "log"), { recursive: true });
    await append(3);
    const kept = join(dataDir, "audit", "own-log.checkpoint");
    expect(await auditNow()).toMatchObject({
      verified: false,
      reason: "CHECKPOINT_ROLLBACK",
      heldAgainst: kept,
    });
    await append(9);
    expect(await auditNow()).toMatchObject({ verified: false, reason: "CHECKPOINT_FORK", heldAgainst: kept });
    await rm(join(dataDir, "log"), { recursive: true });
    await found(await append(9, new Uint8Array(32).fill(8)));
    expect(await auditNow()).toMatchObject({ verified: false, reason: "NOTE_UNSIGNED", heldAgainst: kept });
  });

  it("holds the log against a checkpoint that somebody else kept", async () => {
    const vkey = await append(4);
    await found(vkey);
    const store = await openLogStore(join(dataDir, "log", "log.sqlite"));
    const { checkpoint = "" } = await store.head();
    await store.close();
    const checkpointFile = join(dataDir, "theirs");
    await writeFile(checkpointFile, checkpoint);
    await append(1);
    expect(await auditNow({ checkpointFile })).toMatchObject({ verified: true, continues: [{ size: 4 }] });
    expect(await auditNow({ checkpointFile })).toMatchObject({ continues: [{ size: 5 }, { size: 4 }] });
    await writeFile(checkpointFile, checkpoint.replace("\n4\n", "\n3\n"));
    expect(await auditNow({ checkpointFile })).toMatchObject({ verified: false, reason: "NOTE_SIGNATURE" });
    await expect(auditNow({ checkpointFile: join(dataDir, "none") })).rejects.toMatchObject({
      code: "CHECKPOINT_FILE",
    });
  });

  it("says what is missing", async () => {
    await expect(auditNow()).rejects.toMatchObject({ code: "ORGANISATION_MISSING" });
    const vkey = await append(0);
    await found(vkey);
    await expect(auditNow()).rejects.toMatchObject({ code: "LOG_EMPTY", family: "Verification" });
    await rm(join(dataDir, "log"), { recursive: true });
    await expect(auditNow()).rejects.toMatchObject({ code: "LOG_MISSING" });
    await expect(auditNow({ url: "http://127.0.0.1:9" })).rejects.toMatchObject({ code: "AUDIT_OPTIONS" });
    const token = join(dataDir, "token");
    await writeFile(token, readerToken, { mode: 0o600 });
    const elsewhere = { url: "http://127.0.0.1:9", vkey, readerToken: token };
    await expect(auditNow(elsewhere)).rejects.toMatchObject({
      code: "LOG_UNREACHABLE",
      family: "Unavailable",
    });
    await chmod(token, 0o644);
    await expect(auditNow(elsewhere)).rejects.toMatchObject({ code: "KEY_FILE_EXPOSED" });
  });
});
