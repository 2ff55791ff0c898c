/// <reference types="node" />
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startLog } from "../testing/running-log.ts";

const main = join(import.meta.dirname, "../main.ts");
const apiKey = "sk-secret";

let folder = "";
let stopLog: () => Promise<void> = async () => undefined;
const vendors: Server[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-canary-"));
  await writeFile(join(folder, "api.key"), apiKey, { mode: 0o600 });
  stopLog = await startLog(folder);
}, 30_000);
afterEach(() => {
  for (const vendor of vendors.splice(0)) {
    vendor.closeAllConnections();
    vendor.close();
  }
});
afterAll(async () => {
  await stopLog();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function canary(...args: readonly string[]): Promise<Ran> {
  const all = ["--disable-warning=ExperimentalWarning", main, "canary", ...args, "--data", folder, "--json"];
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: folder }, (error, out, err) => {
      resolve({ status: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

const plan = (file: string) => canary("plan", "--plan", file, "--groups", "20", "--candidates", "5");

/** A vendor that learns what it is sent, if it does, and shows it in one way or the other. */
async function startVendor({ learns, logprobs }: { learns: boolean; logprobs: boolean }): Promise<string[]> {
  const notes: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const send = (value: unknown, status = 200) => response.writeHead(status).end(JSON.stringify(value));
      if (request.headers.authorization !== `Bearer ${apiKey}`) return send({}, 401);
      const json = JSON.parse(body) as { prompt?: string; messages?: { content: string }[] };
      if (json.prompt !== undefined) {
        if (!logprobs) return send({}, 404);
        const isKnown = notes.includes(json.prompt);
        const parts = json.prompt.split(/(?= )/);
        const offsets = parts.map((_, at) => parts.slice(0, at).join("").length);
        const token = (part: string, at: number) =>
          at === 0 ? null : isKnown && at > 4 ? -0.1 : -4 - (part.length % 3) / 10;
        return send({
          choices: [
            {
              text: `${json.prompt} x`,
              logprobs: { token_logprobs: parts.map(token), text_offset: offsets },
            },
          ],
        });
      }
      const content = json.messages?.[0]?.content ?? "";
      const known = notes.find((note) => note.startsWith(`${content} `));
      if (learns && known === undefined) notes.push(content);
      return send({ choices: [{ message: { content: known ?? "How can I help?" } }] });
    });
  });
  vendors.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return ["--url", url, "--model", "m", "--key-file", "api.key"];
}

describe("cloister canary", { timeout: 60_000 }, () => {
  it.each([
    ["what a vendor learnt, by log probabilities", true, "logprobs"],
    ["what a vendor learnt, by what it says", true, "completion"],
    ["nothing by log probabilities where nothing was learnt", false, "logprobs"],
    ["nothing in what is said where nothing was learnt", false, "completion"],
  ])("finds %s", async (name, learns, method) => {
    const file = `${name}.plan`;
    const made = await plan(file);
    expect(JSON.parse(made.out)).toMatchObject({ groups: 20, level: 0.01, criticalCount: 9 });
    expect((await stat(join(folder, file))).mode & 0o077).toBe(0);
    const to = await startVendor({ learns, logprobs: method === "logprobs" });
    expect(JSON.parse((await canary("plant", "--plan", file, ...to)).out)).toEqual({ planted: 20 });
    const scored = await canary("score", "--plan", file, ...to);
    expect(JSON.parse(scored.out)).toMatchObject({
      verdict: learns ? "detected" : "not detected at the stated power",
      method,
    });
    expect(scored.status).toBe(learns ? 1 : 0);
    expect(scored.out).not.toMatch(/not trained/i);
  });

  it("writes the phrases, and judges scores from a file", async () => {
    await plan("f.plan");
    expect((await canary("plant", "--plan", "f.plan", "--out", "phrases.txt")).status).toBe(0);
    const stored = JSON.parse(await readFile(join(folder, "f.plan"), "utf8")) as {
      groups: { beginning: string; candidates: string[] }[];
      choices: number[];
    };
    const phrases = (await readFile(join(folder, "phrases.txt"), "utf8")).trim().split("\n");
    expect(phrases).toEqual(
      stored.groups.map(
        ({ beginning, candidates }, at) => `${beginning} ${candidates[stored.choices[at] ?? 0] ?? ""}`,
      ),
    );
    const scores = stored.groups.map(({ candidates }, at) =>
      candidates.map((_, candidate) => (candidate === stored.choices[at] ? 1 : 0)),
    );
    await writeFile(join(folder, "scores.json"), JSON.stringify({ scores }));
    expect(
      JSON.parse((await canary("score", "--plan", "f.plan", "--results", "scores.json")).out),
    ).toMatchObject({ verdict: "detected", hitsCount: 20 });
    await writeFile(join(folder, "scores.json"), JSON.stringify({ scores: scores.slice(1) }));
    const short = await canary("score", "--plan", "f.plan", "--results", "scores.json");
    expect(JSON.parse(short.out)).toMatchObject({ verdict: "invalid" });
    expect(short.status).toBe(1);
  });

  it("refuses a plan that is not what was committed to, not in the log, or committed to after planting", async () => {
    const read = async (file: string) =>
      JSON.parse(await readFile(join(folder, file), "utf8")) as Record<string, unknown>;
    const write = (file: string, value: object) =>
      writeFile(join(folder, file), JSON.stringify(value), { mode: 0o600 });
    const score = (file: string) => canary("score", "--plan", file, "--results", "none.json");
    await plan("a.plan");
    expect((await score("a.plan")).err).toContain("CANARY_NOT_PLANTED");
    await canary("plant", "--plan", "a.plan", "--out", "p.txt");
    const good = await read("a.plan");
    const choices = (good["choices"] as number[]).map((choice) => (choice + 1) % 5);
    await write("b.plan", { ...good, choices });
    expect((await score("b.plan")).err).toContain("CANARY_COMMITMENT");
    // The same act with another salt: a leaf that the log never saw.
    const planned = Buffer.from(good["planned"] as string, "base64url");
    const at = planned.indexOf(Buffer.from("salt")) + 10;
    planned[at] = (planned[at] ?? 0) ^ 1;
    await write("c.plan", { ...good, planned: planned.toString("base64url") });
    const unknown = await score("c.plan");
    expect(unknown.err).toContain("CANARY_NOT_COMMITTED");
    expect(unknown.status).toBe(1);
    // Committed to once more, after the planting.
    const { openOrganisationLog } = await import("../organisation-log.ts");
    await (await openOrganisationLog(folder)).append(new Uint8Array(planned));
    expect((await score("c.plan")).err).toContain("CANARY_ORDER");
    expect((await plan("a.plan")).err).toContain("CANARY_EXISTS");
  });
});
