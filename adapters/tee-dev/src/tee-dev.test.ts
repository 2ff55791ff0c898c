/// <reference types="node" />
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { appraise } from "@cloister/attestation";
import { equalBytes } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  developmentAttester,
  findIsolation,
  type Isolation,
  loadDevelopmentRoot,
  measure,
  startDevEnclave,
} from "./index.ts";
import { seccompFilter } from "./seccomp.ts";

let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-tee-"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a program inside finds, told over its socket. */
async function probe(isolation: Isolation): Promise<Record<string, unknown>> {
  const hostFile = join(folder, "secret");
  await writeFile(hostFile, "of the host");
  const outside = createServer((socket) => socket.end());
  servers.push(outside);
  outside.listen(0, "127.0.0.1");
  await once(outside, "listening");
  const { port } = outside.address() as AddressInfo;
  const source = await readFile(new URL("./testing/probe.ts", import.meta.url), "utf8");
  const program = join(folder, "probe.mjs");
  const input = Buffer.from(JSON.stringify({ file: hostFile, port })).toString("base64");
  await writeFile(program, stripTypeScriptTypes(source.replace("PROBE_INPUT", input)));
  const socket = join(folder, "run", "channel");
  await mkdir(join(folder, "run"));
  const listener = createServer();
  servers.push(listener);
  listener.listen(socket);
  await once(listener, "listening");
  const told = new Promise<string>((resolve) => {
    listener.once("connection", (connection) => {
      const parts: Buffer[] = [];
      connection.on("data", (part: Buffer) => parts.push(part));
      connection.on("end", () => resolve(Buffer.concat(parts).toString()));
    });
  });
  const enclave = await startDevEnclave({ program, socket, isolation });
  const errors: Buffer[] = [];
  enclave.process.stderr?.on("data", (part: Buffer) => errors.push(part));
  const failed = once(enclave.process, "exit").then(([code]) => {
    if (code !== 0) throw new Error(Buffer.concat(errors).toString());
    return told;
  });
  const found = JSON.parse(await Promise.race([told, failed])) as Record<string, unknown>;
  await enclave.stop();
  return found;
}

describe("from inside the development enclave", () => {
  it.skipIf(findIsolation() !== "bubblewrap")(
    "there is no network, no host file, no other process",
    async () => {
      expect(await probe("bubblewrap")).toEqual({
        network: "EPERM",
        interfaces: ["lo"],
        hostFile: "ENOENT",
        passwords: "ENOENT",
        write: "EROFS",
        root: expect.arrayContaining(["app", "dev", "proc", "run"]),
        processes: 2,
        shell: "ENOENT",
        environment: [],
      });
    },
  );

  it("without bubblewrap there is no host file and no process to start; the network remains", async () => {
    expect(await probe("permissions")).toMatchObject({
      network: "connected",
      hostFile: "ERR_ACCESS_DENIED",
      passwords: "ERR_ACCESS_DENIED",
      write: "ERR_ACCESS_DENIED",
      processes: "ERR_ACCESS_DENIED",
      shell: "ERR_ACCESS_DENIED",
      environment: [],
    });
  });
});

describe("what is measured", () => {
  it("changes with one bit of the program, and with what keeps it apart", async () => {
    const program = new Uint8Array(1000);
    const flipped = program.map((byte, at) => (at === 500 ? byte ^ 1 : byte));
    const base = await measure({ program, isolation: "bubblewrap" });
    const changed = (other: ReadonlyMap<number, Uint8Array>) =>
      [0, 1, 2].filter((pcr) => !equalBytes(base.get(pcr) ?? program, other.get(pcr) ?? program));
    expect(changed(await measure({ program, isolation: "bubblewrap" }))).toEqual([]);
    expect(changed(await measure({ program: flipped, isolation: "bubblewrap" }))).toEqual([0, 2]);
    expect(changed(await measure({ program, isolation: "permissions" }))).toEqual([0, 1]);
  });

  it("is in evidence under the development root, which is kept", async () => {
    const file = join(folder, "root");
    const nowMs = Date.now();
    const root = await loadDevelopmentRoot(file, { random: systemRandom, nowMs });
    expect(await loadDevelopmentRoot(file, { random: systemRandom, nowMs })).toEqual(root);
    const pcrs = await measure({ program: new Uint8Array(9), isolation: "permissions" });
    const attest = developmentAttester({
      root,
      pcrs,
      isolation: "permissions",
      random: systemRandom,
      nowMs: () => nowMs,
    });
    const nonce = systemRandom(32);
    const result = appraise({
      evidence: { kind: "nitro", document: attest({ nonce }) },
      atMs: nowMs,
      anchors: [{ backing: "development", certificate: root.certificate }],
      policy: { referenceValues: [pcrs], allowDebug: false, maxAgeMs: 1000, maxFutureSkewMs: 1000 },
      nonce,
    });
    expect(result).toMatchObject({
      verdict: "valid",
      evidence: { backing: "development", moduleId: "cloister-dev-permissions" },
    });
    await writeFile(file, "damaged");
    const refusal = { code: "DEVELOPMENT_ROOT" };
    await expect(loadDevelopmentRoot(file, { random: systemRandom, nowMs })).rejects.toMatchObject(refusal);
  });

  it("has a filter for the machines there are", () => {
    expect(seccompFilter("x64")).toHaveLength(8 * 57);
    expect(seccompFilter("arm64")).toHaveLength(8 * 57);
    expect(() => seccompFilter("mips")).toThrowError(
      expect.objectContaining({ code: "SECCOMP_ARCHITECTURE" }),
    );
    expect(process.arch in { x64: 1, arm64: 1 }).toBe(true);
  });
});
