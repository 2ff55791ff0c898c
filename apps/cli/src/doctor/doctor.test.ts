/// <reference types="node" />
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BaseError } from "@cloister/bytes";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runChecks } from "./check.ts";
import { checkKnowledge, checkRunning, checkSecrets } from "./deployment.ts";
import { checkDisk, checkDurability, checkNode, checkPort, checkSqlite } from "./machine.ts";

const host = "127.0.0.1";
let dataDir: string;
let servers: Server[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "cloister-doctor-"));
});
afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await rm(dataDir, { recursive: true, force: true });
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

const healthy = () => listen(createHttpServer((_, response) => response.end('{"status":"ok"}')));
const silent = () => listen(createServer((socket) => socket.destroy()));

describe("doctor", () => {
  it("finds the pinned Node, SQLite, space and a durable disk here, and leaves nothing behind", async () => {
    expect(await checkNode()).toMatchObject({ status: "ok" });
    expect(await checkSqlite()).toMatchObject({
      status: "ok",
      detail: expect.stringMatching(/^node:sqlite 3\./),
    });
    expect((await checkDisk(dataDir)).detail).toMatch(/^\d+ MiB free$/);
    const durability = await checkDurability(join(dataDir, "not", "yet"));
    expect(["ok", "warn"]).toContain(durability.status);
    expect(durability.detail).toContain("write-ahead log works");
    expect(await readdir(dataDir)).toEqual([]);
  });

  it("tells a free port, its own and a stranger's apart", async () => {
    const [own, strange] = [await healthy(), await silent()];
    expect(await checkPort({ host, port: own, flag: "--port" })).toMatchObject({ status: "ok" });
    expect(await checkPort({ host, port: strange, flag: "--port" })).toMatchObject({
      status: "fail",
      detail: expect.stringContaining("EADDRINUSE"),
      advice: expect.stringContaining("--port"),
    });
    servers.at(-1)?.close();
    expect(await checkPort({ host, port: strange, flag: "--port" })).toMatchObject({ status: "ok" });
  });

  it("fails when half of a deployment answers", async () => {
    const [alive, dead] = [await healthy(), await silent()];
    expect(await checkRunning({ host, port: alive, logPort: alive })).toMatchObject({ status: "ok" });
    expect(await checkRunning({ host, port: dead, logPort: dead })).toMatchObject({ status: "warn" });
    expect(await checkRunning({ host, port: alive, logPort: dead })).toMatchObject({
      status: "fail",
      detail: "the relay answers, the log does not",
    });
  });

  it("fails when others can read a key, a token or an invitation, at any depth", async () => {
    await mkdir(join(dataDir, "log"));
    for (const name of ["organisation.key", "log-reader.token", "agent.invitation", join("log", "log.key")]) {
      const file = join(dataDir, name);
      await writeFile(file, "secret", { mode: 0o600 });
      expect(await checkSecrets(dataDir)).toMatchObject({ status: "ok" });
      await chmod(file, 0o640);
      expect(await checkSecrets(dataDir)).toMatchObject({
        status: "fail",
        detail: expect.stringContaining(name),
      });
      await chmod(file, 0o600);
    }
    await writeFile(join(dataDir, "organisation.json"), "{}", { mode: 0o644 });
    expect(await checkSecrets(dataDir)).toMatchObject({ status: "ok", detail: expect.stringMatching(/^4 /) });
  });

  it("looks into the knowledge index", async () => {
    expect(await checkKnowledge(dataDir)).toMatchObject({ status: "warn" });
    await writeFile(join(dataDir, "knowledge.index"), "damaged");
    const [finding] = await runChecks([{ name: "knowledge", run: () => checkKnowledge(dataDir) }]);
    expect(finding).toMatchObject({
      name: "knowledge",
      status: "fail",
      detail: expect.stringContaining("build it again"),
    });
  });

  it("goes on when a check breaks", async () => {
    const findings = await runChecks([
      { name: "typed", run: () => Promise.reject(new BaseError("Usage", "NO", "what to do")) },
      { name: "other", run: () => Promise.reject(new Error("surprise")) },
      { name: "well", run: () => Promise.resolve({ status: "ok" as const, detail: "fine" }) },
    ]);
    expect(findings.map(({ name, status }) => [name, status])).toEqual([
      ["typed", "fail"],
      ["other", "fail"],
      ["well", "ok"],
    ]);
    expect(findings[0]?.detail).toBe("what to do");
  });
});
