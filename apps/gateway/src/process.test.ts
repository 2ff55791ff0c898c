/// <reference types="node" />
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { installEngine } from "@cloister/model-llama/engine";
import { pullWeights } from "@cloister/model-llama/weights";
import { tinyGguf } from "@cloister/testkit/tiny-gguf";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const cached = join(import.meta.dirname, "../../../node_modules/.cache/cloister/engine");
const engine = await installEngine(cached).catch(() => undefined);
const main = join(import.meta.dirname, "main.ts");

let folder = "";
let config = "";
let child: ChildProcess | undefined;
let errors = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-gateway-"));
  config = join(folder, "gateway.json");
  const weights = tinyGguf();
  await writeFile(join(folder, "w.gguf"), weights);
  const digest = createHash("sha256").update(weights).digest("hex");
  await mkdir(join(folder, "data"));
  await pullWeights({
    folder: join(folder, "data/models"),
    wanted: { name: "tiny", digest },
    from: join(folder, "w.gguf"),
  });
  await symlink(cached, join(folder, "data/engine"));
  const listen = { host: "127.0.0.1", port: 0 };
  const model = { kind: "embedded", data: "data", name: "tiny", threadsCount: 1 };
  await writeFile(config, JSON.stringify({ listen, keysFile: "keys.json", region: "US", model }));
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

const node = (...args: readonly string[]) => ["--disable-warning=ExperimentalWarning", main, ...args];

function newKey(name: string): string {
  const args = node("--config", config, "--new-key", name, "--tenant", "ward");
  return execFileSync(process.execPath, args, { encoding: "utf8" }).trim();
}

async function start(): Promise<number> {
  errors = "";
  const started = spawn(process.execPath, node("--config", config), { stdio: ["ignore", "pipe", "pipe"] });
  child = started;
  started.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  return new Promise((resolve, reject) => {
    started.once("exit", () => reject(new Error(errors)));
    createInterface({ input: started.stdout }).once("line", (line) => {
      resolve((JSON.parse(line) as { listening: number }).listening);
    });
  });
}

describe.skipIf(engine === undefined)(
  "the gateway as a process (needs the npm registry once)",
  { timeout: 120_000 },
  () => {
    it("answers through the embedded engine, takes new keys on SIGHUP, and ends on SIGTERM", async () => {
      const apiKey = newKey("app");
      const port = await start();
      const baseURL = `http://127.0.0.1:${port}/v1`;
      const stream = await new OpenAI({ baseURL, apiKey }).chat.completions.create({
        model: "tiny",
        messages: [{ role: "user", content: "How do I get over a cold?" }],
        max_tokens: 20,
        stream: true,
      });
      let text = "";
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
      expect(text).not.toBe("");

      const later = new OpenAI({ baseURL, apiKey: newKey("later"), maxRetries: 0 });
      await expect(later.chat.completions.create({ model: "tiny", messages: [] })).rejects.toMatchObject({
        status: 401,
      });
      child?.kill("SIGHUP");
      await expect.poll(() => errors, { timeout: 20_000 }).toContain("keys-read");
      await expect(later.chat.completions.create({ model: "tiny", messages: [] })).rejects.toMatchObject({
        status: 400,
      });

      const ended = new Promise((resolve) => child?.once("exit", resolve));
      child?.kill("SIGTERM");
      expect(await ended).toBe(0);
      expect(errors).toContain('"event":"answered"');
      expect(errors).not.toContain("cold");
    });

    it("says why it cannot start", async () => {
      await rm(join(folder, "data/models"), { recursive: true });
      await expect(start()).rejects.toThrow(/tiny is not here: cloister model pull tiny \(MODEL_UNKNOWN\)/);
      await rm(config);
      await expect(start()).rejects.toThrow(/GATEWAY_CONFIG/);
    });
  },
);
