/// <reference types="node" />
import { toBase64Url, toUtf8 } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import {
  encodeLeaf,
  entriesFromJson,
  leafHash,
  loggedLeafFromJson,
  proofFromJson,
  signAppendToken,
  TransparencyLog,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
  verifyLog,
} from "@cloister/transparency";
import { parsePolicy, verifyTlogProof } from "@cloister/transparency/witnessing";
import type { Hono } from "hono";
import { beforeEach, describe, expect, it } from "vitest";
import type { LogLine } from "./logger.ts";
import { createLogServer, type LogServerOptions } from "./server.ts";

const relaySeed = new Uint8Array(32).fill(1);
const readerToken = "reader-token-of-at-least-32-characters";
const cbor = { "Content-Type": "application/cbor" };
const json = { "Content-Type": "application/json" };
let nowMs = 0;
let lines: LogLine[] = [];
let log: TransparencyLog;
let app: Hono;

function make(changes: Partial<LogServerOptions> = {}): Hono {
  log = new TransparencyLog({
    store: new MemoryLogStore(),
    origin: "clinic.example/log",
    seed: new Uint8Array(32).fill(2),
  });
  return createLogServer({
    log,
    tokenKey: ed25519KeyPair(relaySeed).publicKey,
    readerToken,
    webOrigin: "https://chat.example",
    leavesPerSecond: 100,
    clock: () => nowMs,
    logger: (line) => lines.push(line),
    ...changes,
  });
}

beforeEach(() => {
  nowMs = 1_000_000;
  lines = [];
  app = make();
});

function token(subject = 3, seed = relaySeed): string {
  return signAppendToken({ seed, subject: new Uint8Array(16).fill(subject), expiresAtMs: 2_000_000 });
}

function bearer(text: string): Record<string, string> {
  return { Authorization: `Bearer ${text}` };
}

function leaf(number: number): Uint8Array {
  const salt = new Uint8Array(32);
  new DataView(salt.buffer).setUint32(0, number);
  return encodeLeaf({ type: "message.sent", at: "2026-11-24T16Z", kind: "human" }, salt);
}

async function post(body: Uint8Array | string, headers: Record<string, string>): Promise<Response> {
  return app.request("/v1/leaves", { method: "POST", body: body as BodyInit, headers });
}

async function append(number: number) {
  const response = await post(leaf(number), { ...cbor, ...bearer(token()) });
  expect(response.status).toBe(201);
  return loggedLeafFromJson(await response.json());
}

async function refusal(response: Response | Promise<Response>): Promise<[number, string]> {
  const settled = await response;
  const body = (await settled.json()) as { error: string; message: string };
  expect(Object.keys(body).sort()).toEqual(["error", "message"]);
  return [settled.status, body.error];
}

describe("appending", () => {
  it("answers with all that a receipt needs", async () => {
    await append(0);
    const logged = await append(1);
    const { size, root } = verifyCheckpoint(logged.checkpoint, [log.vkey]);
    expect(logged.leafHash).toEqual(leafHash(leaf(1)));
    verifyInclusion({ ...logged, size, root });
    expect([logged.index, size]).toEqual([1, 2]);
  });

  it("takes JSON as well, and the same leaf again as the same", async () => {
    const body = JSON.stringify({ leaf: toBase64Url(leaf(0)) });
    const first = await post(body, { ...json, ...bearer(token()) });
    expect(first.status).toBe(201);
    const [one, again] = [loggedLeafFromJson(await first.json()), await append(0)];
    expect(again).toEqual(one);
    expect(await log.size()).toBe(1);
  });

  it("needs a token of the relay that has not expired", async () => {
    expect(await refusal(post(leaf(0), cbor))).toEqual([401, "UNAUTHENTICATED"]);
    expect(await refusal(post(leaf(0), { ...cbor, Authorization: token() }))).toEqual([
      401,
      "UNAUTHENTICATED",
    ]);
    expect(await refusal(post(leaf(0), { ...cbor, ...bearer("x") }))).toEqual([401, "TOKEN_FORMAT"]);
    const forged = token(3, new Uint8Array(32).fill(9));
    expect(await refusal(post(leaf(0), { ...cbor, ...bearer(forged) }))).toEqual([401, "TOKEN_SIGNATURE"]);
    expect(await refusal(post(leaf(0), { ...cbor, ...bearer(readerToken) }))).toEqual([401, "TOKEN_FORMAT"]);
    nowMs = 2_000_000;
    expect(await refusal(post(leaf(0), { ...cbor, ...bearer(token()) }))).toEqual([401, "TOKEN_EXPIRED"]);
    expect(await log.size()).toBe(0);
  });

  it("refuses what is not a leaf on the allow-list", async () => {
    const auth = bearer(token());
    const asJson = (value: unknown) => post(JSON.stringify(value), { ...json, ...auth });
    expect(await refusal(post(toUtf8("Mrs Miller"), { ...cbor, ...auth }))).toEqual([400, "LEAF_FIELDS"]);
    expect(await refusal(post(new Uint8Array(1500), { ...cbor, ...auth }))).toEqual([400, "LEAF_SIZE"]);
    expect(await refusal(post(new Uint8Array(5000), { ...cbor, ...auth }))).toEqual([413, "TOO_LARGE"]);
    expect(await refusal(post(leaf(0), auth))).toEqual([400, "REQUEST_INVALID"]);
    expect(await refusal(post("{", { ...json, ...auth }))).toEqual([400, "REQUEST_INVALID"]);
    expect(await refusal(asJson({ leaf: "+" }))).toEqual([400, "REQUEST_INVALID"]);
    expect(await refusal(asJson({ leaf: toBase64Url(leaf(0)), note: "x" }))).toEqual([
      400,
      "REQUEST_INVALID",
    ]);
    expect(await log.size()).toBe(0);
  });

  it("limits each token by itself", async () => {
    app = make({ leavesPerSecond: 1 });
    const send = (subject: number) => post(leaf(subject), { ...cbor, ...bearer(token(subject)) });
    for (let n = 0; n < 10; n += 1) expect((await send(1)).status).toBe(201);
    const limited = await send(1);
    expect(limited.headers.get("Retry-After")).toBe("1");
    expect(await refusal(limited)).toEqual([429, "RATE_LIMITED"]);
    expect((await send(2)).status).toBe(201);
    nowMs += 1000;
    expect((await send(1)).status).toBe(201);
  });
});

describe("reading", () => {
  it("anyone may have checkpoint, key and proofs", async () => {
    const logged = [];
    for (let n = 0; n < 7; n += 1) logged.push(await append(n));
    const text = await (await app.request("/v1/checkpoint")).text();
    const head = verifyCheckpoint(text, [log.vkey]);
    expect(await (await app.request("/v1/log")).json()).toEqual({ origin: log.origin, vkey: log.vkey });

    const hash = leafHash(leaf(4));
    for (const which of ["index=4", `hash=${toBase64Url(hash)}`]) {
      const answer: unknown = await (await app.request(`/v1/proof/inclusion?${which}&size=7`)).json();
      expect(answer).toMatchObject({ index: 4 });
      verifyInclusion({ leafHash: hash, index: 4, size: 7, proof: proofFromJson(answer), root: head.root });
    }
    const proof = proofFromJson(await (await app.request("/v1/proof/consistency?from=3&to=7")).json());
    const older = verifyCheckpoint(logged[2]?.checkpoint ?? "", [log.vkey]);
    verifyConsistency({ size1: 3, size2: 7, root1: older.root, root2: head.root, proof });
  });

  it("only the holder of the reader token may have entries", async () => {
    for (let n = 0; n < 5; n += 1) await append(n);
    const entries = (headers: Record<string, string>, query = "from=0&count=9999") =>
      app.request(`/v1/entries?${query}`, { headers });
    expect(await refusal(entries({}))).toEqual([401, "UNAUTHENTICATED"]);
    for (const wrong of [token(), `${readerToken}x`, readerToken.slice(1)]) {
      expect((await entries(bearer(wrong))).status).toBe(403);
    }
    const leaves = entriesFromJson(await (await entries(bearer(readerToken))).json());
    expect(leaves).toEqual([0, 1, 2, 3, 4].map(leaf));
    const checkpoint = await (await app.request("/v1/checkpoint")).text();
    expect(await verifyLog({ leaves, checkpoint, vkeys: [log.vkey] })).toMatchObject({ verified: true });
    const some = await (await entries(bearer(readerToken), "from=3&count=1")).json();
    expect(entriesFromJson(some)).toEqual([leaf(3)]);

    const closed = createLogServer({ ...withoutReader(), log });
    expect(
      await refusal(closed.request("/v1/entries?from=0&count=1", { headers: bearer(readerToken) })),
    ).toEqual([403, "FORBIDDEN"]);
  });

  it.each([
    ["/v1/proof/inclusion?index=0&size=9", 400, "MERKLE_RANGE"],
    ["/v1/proof/inclusion?index=1&size=1", 400, "MERKLE_RANGE"],
    ["/v1/proof/inclusion?index=01&size=1", 400, "REQUEST_INVALID"],
    ["/v1/proof/inclusion?index=-1&size=1", 400, "REQUEST_INVALID"],
    ["/v1/proof/inclusion?index=0", 400, "REQUEST_INVALID"],
    ["/v1/proof/inclusion?index=0&size=1&more=1", 400, "REQUEST_INVALID"],
    ["/v1/proof/inclusion?index=9999999999999999&size=9999999999999999", 400, "MERKLE_RANGE"],
    [`/v1/proof/inclusion?hash=${"A".repeat(43)}&size=1`, 404, "NOT_FOUND"],
    [`/v1/proof/inclusion?hash=${"A".repeat(42)}B&size=1`, 400, "REQUEST_INVALID"],
    ["/v1/proof/consistency?from=0&to=1", 400, "MERKLE_OLD_SIZE_ZERO"],
    ["/v1/proof/consistency?from=2&to=1", 400, "MERKLE_RANGE"],
    ["/v1/proof/consistency?from=1", 400, "REQUEST_INVALID"],
    ["/v1/nothing", 404, "NOT_FOUND"],
    ["/", 404, "NOT_FOUND"],
  ])("answers %s with %i %s", async (path, status, code) => {
    await append(0);
    expect(await refusal(app.request(path))).toEqual([status, code]);
  });

  it("lets the web app call from its origin, and no other", async () => {
    const preflight = async (origin: string) => {
      const headers = { Origin: origin, "Access-Control-Request-Method": "POST" };
      const response = await app.request("/v1/leaves", { method: "OPTIONS", headers });
      return response.headers.get("Access-Control-Allow-Origin");
    };
    expect(await preflight("https://chat.example")).toBe("https://chat.example");
    expect(await preflight("https://evil.example")).toBeNull();
  });
});

describe("the process's own log", () => {
  it("holds kinds and outcomes, nothing of the request", async () => {
    await append(0);
    const secret = "c2VjcmV0LXZhbHVl";
    await app.request(`/v1/proof/inclusion?hash=${secret}&size=1`, {
      headers: { "X-Forwarded-For": "192.0.2.7" },
    });
    await app.request(`/v1/${secret}`, { headers: bearer(secret) });
    expect(lines.map(({ event, route, status }) => [event, route, status])).toEqual([
      ["request", "/v1/leaves", 201],
      ["request", "/v1/proof/inclusion", 400],
      ["request", "/*", 404],
    ]);
    const text = JSON.stringify(lines);
    for (const hidden of [secret, "192.0.2.7", token(), toBase64Url(leaf(0))])
      expect(text).not.toContain(hidden);
  });

  it("names the code of a failure, and the answer says no more than that", async () => {
    const failing = new MemoryLogStore();
    failing.head = async () => {
      throw new Error("SQL of table patients");
    };
    const broken = new TransparencyLog({ store: failing, origin: "x.example/log", seed: relaySeed });
    app = createLogServer({ ...withoutReader(), log: broken });
    const response = await app.request("/v1/checkpoint");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("patients");
    expect(lines).toContainEqual({ event: "failure", code: "INTERNAL" });
  });
});

function withoutReader(): Omit<LogServerOptions, "log"> {
  return {
    tokenKey: ed25519KeyPair(relaySeed).publicKey,
    leavesPerSecond: 10,
    clock: () => nowMs,
    logger: (line) => lines.push(line),
  };
}

describe("its healthz", () => {
  it("says the size once the store answered", async () => {
    await append(0);
    expect(await (await app.request("/healthz")).json()).toEqual({ status: "ok", size: 1 });
  });
});

describe("the published log", () => {
  it("gives checkpoint and tiles to anyone, entries to readers", async () => {
    for (let number = 0; number < 260; number += 1) await log.append(leaf(number));
    const checkpoint = await app.request("/checkpoint");
    expect(checkpoint.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await checkpoint.text()).toBe(await log.checkpoint());
    const tile = await app.request("/tile/0/000");
    expect(tile.headers.get("cache-control")).toContain("immutable");
    const hashes = new Uint8Array(await tile.arrayBuffer());
    expect(hashes).toHaveLength(8192);
    expect(hashes.slice(32, 64)).toEqual(leafHash(leaf(1)));
    expect((await app.request("/tile/0/001.p/4")).status).toBe(200);
    expect((await app.request("/tile/1/000.p/1")).status).toBe(200);
    for (const path of ["/tile/0/001", "/tile/0/001.p/5", "/tile/00/000", "/tile/1/000", "/tile/0/0"]) {
      expect([path, (await app.request(path)).status]).toEqual([path, 404]);
    }
    const entries = (headers: Record<string, string>) => app.request("/tile/entries/001.p/4", { headers });
    expect((await entries({})).status).toBe(401);
    expect((await entries(bearer("wrong"))).status).toBe(403);
    const bundle = new Uint8Array(await (await entries(bearer(readerToken))).arrayBuffer());
    expect(bundle.slice(2, 2 + leaf(256).length)).toEqual(leaf(256));
    expect((await app.request("/tile/entries/002.p/1", { headers: bearer(readerToken) })).status).toBe(404);
  });

  it("proves one leaf in a file, under what it publishes", async () => {
    await log.append(leaf(0));
    await log.append(leaf(1));
    const policy = parsePolicy(`log ${log.vkey}\nquorum none\n`);
    for (const query of ["index=1", `hash=${toBase64Url(leafHash(leaf(1)))}`]) {
      const text = await (await app.request(`/v1/proof/published?${query}`)).text();
      expect(verifyTlogProof({ text, leaf: leaf(1), policy })).toMatchObject({ index: 1 });
    }
    expect((await app.request("/v1/proof/published?index=2")).status).toBe(404);
    expect((await app.request("/v1/proof/published?index=x")).status).toBe(400);
  });

  it("is what witnesses cosigned, where they are asked", async () => {
    let latest: string | undefined;
    let wakes = 0;
    app = make({ witnessing: { latest: () => latest, wake: () => void (wakes += 1) } });
    expect((await post(leaf(0), { ...bearer(token()), ...cbor })).status).toBe(201);
    expect(wakes).toBe(1);
    expect((await app.request("/checkpoint")).status).toBe(503);
    latest = await log.checkpoint();
    await log.append(leaf(1));
    expect(await (await app.request("/checkpoint")).text()).toBe(latest);
    expect((await app.request("/v1/proof/published?index=0")).status).toBe(200);
    expect((await app.request("/v1/proof/published?index=1")).status).toBe(404);
  });
});
