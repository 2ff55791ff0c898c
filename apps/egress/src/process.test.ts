/// <reference types="node" />
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { defaultPolicy } from "@cloister/routing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { goodRecord } from "./testing/policy.ts";
import { type FakeVendor, startFakeVendor } from "./testing/vendor.ts";

const main = join(import.meta.dirname, "main.ts");
const marker = "blueberry";
const apiKey = "sk-vendor-secret";

let folder = "";
let vendor: FakeVendor | undefined;
let child: ChildProcess | undefined;
let output = "";

const node = (...args: readonly string[]) => ["--disable-warning=ExperimentalWarning", main, ...args];
const policy = (isAllowed: boolean) => ({
  ...defaultPolicy,
  cloud: { isAllowed, maxRetentionDays: 30, vendors: [goodRecord] },
});
const write = (name: string, value: unknown) =>
  writeFile(join(folder, name), JSON.stringify(value), { mode: 0o600 });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-egress-"));
  vendor = await startFakeVendor({ apiKey });
  await write("policy.json", policy(true));
  await writeFile(join(folder, "api.key"), `${apiKey}\n`, { mode: 0o600 });
  await write("egress.json", {
    listen: { host: "127.0.0.1", port: 0 },
    keysFile: "keys.json",
    policyFile: "policy.json",
    vendor: {
      id: "acme",
      baseUrl: vendor.baseUrl,
      model: "cloud-1",
      contextTokensCount: 8_000,
      cacheSecretFile: "cache.key",
      apiKeyFile: "api.key",
    },
  });
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await vendor?.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<number> {
  output = "";
  const started = spawn(process.execPath, node("--config", join(folder, "egress.json")), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = started;
  started.stderr.on("data", (data: Buffer) => (output += data.toString()));
  return new Promise((resolve, reject) => {
    started.once("exit", () => reject(new Error(output)));
    createInterface({ input: started.stdout }).once("line", (line) => {
      output += line;
      resolve((JSON.parse(line) as { listening: number }).listening);
    });
  });
}

describe("the egress as a process", { timeout: 60_000 }, () => {
  it("answers, logs no content, takes a changed policy on SIGHUP, and ends on SIGTERM", async () => {
    const args = node("--config", join(folder, "egress.json"), "--new-key", "app", "--tenant", "ward");
    const key = execFileSync(process.execPath, args, { encoding: "utf8" }).trim();
    const port = await start();
    const ask = async (content: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: "cloud-1", messages: [{ role: "user", content }] }),
      });
      return { status: response.status, body: await response.text() };
    };
    expect(await ask(`is ${marker} juice good for a cold?`)).toMatchObject({
      status: 200,
      body: expect.stringContaining(marker),
    });
    expect((await ask(`Mr. Bogdan ${marker} of Dunmore, SSN 444-22-2222`)).body).not.toContain(marker);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);

    await write("policy.json", policy(false));
    child?.kill("SIGHUP");
    await expect.poll(() => output, { timeout: 20_000 }).toContain("keys-read");
    const sentCount = vendor?.bodies.length;
    expect(await ask("what is gout?")).toMatchObject({
      status: 403,
      body: expect.stringContaining("EGRESS_VENDOR"),
    });
    expect(vendor?.bodies).toHaveLength(sentCount ?? -1);

    const ended = new Promise((resolve) => child?.once("exit", resolve));
    child?.kill("SIGTERM");
    expect(await ended).toBe(0);
    for (const secret of [marker, "Bogdan", "444-22", apiKey, key.slice(8), "gout"])
      expect(output).not.toContain(secret);
    expect(output).toContain('"code":"EGRESS_IDENTIFIER"');
  });

  it("does not start without a record that holds, and says how it is used", async () => {
    await write("policy.json", policy(false));
    await expect(start()).rejects.toThrow(/EGRESS_VENDOR/);
    await write("policy.json", { version: 1 });
    await expect(start()).rejects.toThrow(/EGRESS_POLICY/);
    await rm(join(folder, "egress.json"));
    await expect(start()).rejects.toThrow(/EGRESS_CONFIG/);
    expect(execFileSync(process.execPath, node("--help"), { encoding: "utf8" })).toContain("--config FILE");
  });
});
