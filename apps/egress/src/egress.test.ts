/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultQueueLimits, queuedModel } from "@cloister/answering";
import { type ChatServer, type KeyRecord, keyHash, type LogLine, startServer } from "@cloister/chat-http";
import { type AskEgress, askCloud, type CloudTurn, prepareOutgoing } from "@cloister/client/cloud";
import { systemRandom } from "@cloister/crypto/random";
import { Vault } from "@cloister/deid";
import { openAiModel } from "@cloister/model-openai";
import { systemClock } from "@cloister/net-platform";
import { defaultPolicy } from "@cloister/routing";
import { afterEach, describe, expect, it } from "vitest";
import { egressService } from "./egress.ts";
import { type FakeVendor, startFakeVendor } from "./testing/vendor.ts";
import { requireVendor } from "./vendor.ts";

const key = `clk_app_${"x".repeat(43)}`;
const record: KeyRecord = {
  id: "app",
  tenant: "ward",
  scopes: ["chat"],
  maxTokensCount: 4_000,
  hash: keyHash(key),
};
const apiKey = "sk-vendor-secret";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Started {
  readonly vendor: FakeVendor;
  readonly server: ChatServer;
  readonly lines: LogLine[];
  readonly url: string;
  readonly egress: AskEgress;
}

async function start({ pauseMs = 1, mayBeAsked = () => {} } = {}): Promise<Started> {
  const vendor = await startFakeVendor({ apiKey, pauseMs });
  open.unshift(() => vendor.close());
  const model = await openAiModel({
    baseUrl: vendor.baseUrl,
    model: "cloud-1",
    contextTokensCount: 100_000,
    cacheSecret: systemRandom(32),
    apiKey,
    partsCaches: false,
    requireSeed: false,
  });
  const lines: LogLine[] = [];
  const limits = {
    ...defaultQueueLimits,
    concurrencyCount: 1,
    tenantConcurrencyCount: 1,
    waitingCount: 1,
    tenantWaitingCount: 1,
  };
  const queued = queuedModel(model, limits, systemClock);
  const server = await startServer(
    {
      ...egressService({ model: queued, requireVendor: mayBeAsked }),
      keys: () => [record],
      log: (line) => lines.push(line),
    },
    { host: "127.0.0.1", port: 0 },
  );
  open.unshift(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  const egress: AskEgress = async (body, signal) => {
    const response = await post(url, body, signal as AbortSignal);
    return { status: response.status, pieces: response.body ?? new Blob([]).stream() };
  };
  return { vendor, server, lines, url, egress };
}

function post(url: string, body: string, signal?: AbortSignal): Promise<Response> {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  return fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body, ...(signal && { signal }) });
}

const asked = (text: string): CloudTurn => ({ from: "patient", text });
const { signal: never } = new AbortController();

async function ask(
  egress: AskEgress,
  turns: readonly CloudTurn[],
  vault: Vault,
  signal: AbortSignal = never,
): Promise<string> {
  let text = "";
  const outgoing = prepareOutgoing(turns, vault);
  for await (const event of askCloud({
    outgoing,
    vault,
    model: "cloud-1",
    maxTokensCount: 4_000,
    egress,
    signal,
  }))
    if (event.type === "text") text += event.text;
  return text;
}

const own = [
  "Hi, I am Lucia Marchetti, born 05/03/1961, MRN 4411023. Dr. Okonkwo put me on 20 mg lisinopril in Dunmore on March 4, 2024.",
  "call my daughter bogdana ilves at (617) 555-2368 or b.ilves@mail.invalid, we live at 12 Canal Walk, Dunmore PA 18512",
  "My SSN is 444-22-2222 and my member ID is XJH-99817-22. I'm 94 years old.",
  "Is metformin safe with Crohn's disease? My A1c is 7.2 and BP 128/80.",
];

describe("the way to the vendor", { timeout: 60_000 }, () => {
  it("lets surrogates through, and the answer comes back with the originals", async () => {
    const { vendor, egress, lines } = await start();
    const vault = Vault.create(systemRandom);
    for (const text of own) expect(await ask(egress, [asked(text)], vault)).toBe(text);
    const sent = vendor.bodies.join("\n");
    for (const secret of [
      "Lucia",
      "Marchetti",
      "4411023",
      "Okonkwo",
      "lves",
      "2368",
      "Canal",
      "444-22-2222",
      "99817",
      "94 years",
    ])
      expect(sent).not.toContain(secret);
    for (const kept of ["lisinopril", "20 mg", "Crohn's disease", "128/80"]) expect(sent).toContain(kept);
    expect(sent).not.toContain("surrogates");
    expect(sent).not.toContain("cache_salt");
    expect(lines.map(({ event }) => event)).toEqual(own.map(() => "answered"));
  });

  it("carries the whole conversation, names found late in what was said early", async () => {
    const { vendor, egress } = await start();
    const turns: CloudTurn[] = [
      asked("ana quillfeather here again, the rash is back"),
      { from: "assistant", text: "Is it where it was before, Ana?" },
      asked("My name is Ana Quillfeather, DOB 02/11/1980. Yes."),
    ];
    expect(await ask(egress, turns, Vault.create(systemRandom))).toBe(turns[2]?.text);
    expect(vendor.bodies.at(-1)).not.toMatch(/quillfeather|\bana\b|1980-02-11|02\/11\/1980/i);
  });

  it.each([
    ["a name", "Mr. Bogdan Ilves of Dunmore has asthma", "NAME"],
    ["a number", "my number is 444-22-2222", "SSN"],
    ["a date", "seen on 03/04/2024", "DATE"],
    ["an address of the net", "write to lucia@mail.invalid", "EMAIL"],
  ])(
    "refuses %s that its sender missed, says its kind and not a word of it",
    async (_what, content, label) => {
      const { vendor, url, lines } = await start();
      const before = vendor.bodies.length;
      const response = await post(
        url,
        JSON.stringify({ model: "cloud-1", messages: [{ role: "user", content }] }),
      );
      expect(response.status).toBe(403);
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      expect(error.code).toBe("EGRESS_IDENTIFIER");
      expect(error.message).toContain(label);
      for (const word of content.split(/[ ,]/).filter((part) => /[A-Z\d@]/.test(part)))
        expect(JSON.stringify(error) + JSON.stringify(lines)).not.toContain(word);
      expect(vendor.bodies).toHaveLength(before);
    },
  );

  it("refuses what cannot be a surrogate even when its sender says so, and a schema that names somebody", async () => {
    const { url, vendor } = await start();
    const before = vendor.bodies.length;
    const messages = [{ role: "user", content: "write to lucia@mail.invalid, SSN 444-22-2222" }];
    const surrogates = ["lucia@mail.invalid", "444-22-2222", "lucia"];
    expect((await post(url, JSON.stringify({ model: "cloud-1", messages, surrogates }))).status).toBe(403);
    const schema = {
      type: "object",
      properties: { "Bogdan Ilves": { enum: ["Dr. Okonkwo"] } },
      required: ["Bogdan Ilves"],
      additionalProperties: false,
    };
    const response_format = { type: "json_schema", json_schema: { name: "a", schema } };
    const plain = [{ role: "user", content: "hello" }];
    expect(
      (await post(url, JSON.stringify({ model: "cloud-1", messages: plain, response_format }))).status,
    ).toBe(403);
    expect(vendor.bodies).toHaveLength(before);
  });

  it("asks nobody while the vendor's record does not hold", async () => {
    const { vendor, url, egress } = await start({
      mayBeAsked: () => requireVendor(defaultPolicy, "acme", 0),
    });
    const before = vendor.bodies.length;
    const messages = [{ role: "user", content: "hi" }];
    const response = await post(url, JSON.stringify({ model: "cloud-1", messages }));
    expect(await response.json()).toMatchObject({ error: { code: "EGRESS_VENDOR" } });
    await expect(ask(egress, [asked("hi")], Vault.create(systemRandom))).rejects.toMatchObject({
      code: "CLOUD_REFUSED",
      message: expect.stringContaining("EGRESS_VENDOR"),
    });
    expect(vendor.bodies).toHaveLength(before);
  });

  it("wants a key, and bounds what it reads and lets wait", async () => {
    const { url, egress } = await start({ pauseMs: 40 });
    expect((await fetch(`${url}/v1/chat/completions`, { method: "POST", body: "{}" })).status).toBe(401);
    expect((await post(url, `{"x":"${"a".repeat(2 ** 20)}"}`)).status).toBe(413);
    const text = "tell me about gout please ".repeat(4);
    const answers = await Promise.allSettled(
      [1, 2, 3, 4].map(() => ask(egress, [asked(text)], Vault.create(systemRandom))),
    );
    const failed = answers.filter(({ status }) => status === "rejected");
    expect(failed).toHaveLength(2);
    expect(failed[0]).toMatchObject({ reason: { code: "CLOUD_BUSY" } });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("stops the vendor when the person stops", async () => {
    const { vendor, egress } = await start({ pauseMs: 30 });
    const stopping = new AbortController();
    const vault = Vault.create(systemRandom);
    const outgoing = prepareOutgoing([asked("tell me about gout please ".repeat(20))], vault);
    const events = askCloud({
      outgoing,
      vault,
      model: "cloud-1",
      maxTokensCount: 4_000,
      egress,
      signal: stopping.signal,
    });
    await events.next();
    stopping.abort();
    await expect(events.next().then(() => events.next())).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(vendor.brokenOffCount, { timeout: 5_000 }).toBe(1);
  });
});

const sets = join(import.meta.dirname, "../../../../shared/data/deid/data/sets/dev");
const isThere = existsSync(sets);

describe.skipIf(!isThere)("captured bytes (needs ../shared/data/deid)", { timeout: 120_000 }, () => {
  it("hold no original of any vault over hundreds of messages of others, and answers come back exactly", async () => {
    const { vendor, egress } = await start({ pauseMs: 0 });
    const messages = ["clinical", "asq", "presidio"].flatMap((name) =>
      readFileSync(join(sets, `${name}.jsonl`), "utf8")
        .trim()
        .split("\n")
        .slice(0, 120)
        .map(
          (line) =>
            JSON.parse(line) as { text: string; spans: { start: number; end: number; label: string }[] },
        ),
    );
    let [refusedCount, leakedCount, labelledLeakedCount, sentCount] = [0, 0, 0, 0];
    for (const { text, spans } of messages) {
      const vault = Vault.create(systemRandom);
      const before = vendor.bodies.length;
      const answer = await ask(egress, [asked(text)], vault).catch((error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/^CLOUD_(?:IDENTIFIER|LEAK|REFUSED)$/) });
        return undefined;
      });
      if (answer === undefined) {
        refusedCount += 1;
        expect(vendor.bodies).toHaveLength(before);
        continue;
      }
      sentCount += 1;
      expect(answer).toBe(text.replaceAll("\r\n", "\n"));
      const { messages: sent } = JSON.parse(vendor.bodies.at(-1) ?? "") as {
        messages: { content: string }[];
      };
      const content = sent.at(-1)?.content ?? "";
      if (vault.leaksIn(content).length > 0) leakedCount += 1;
      const isLeft = spans.some(
        ({ start: from, end, label }) =>
          label !== "AGE90" && end - from > 5 && content.includes(text.slice(from, end)),
      );
      if (isLeft) labelledLeakedCount += 1;
    }
    process.stderr.write(
      `${JSON.stringify({ messages: messages.length, sentCount, refusedCount, leakedCount, labelledLeakedCount })}\n`,
    );
    expect(leakedCount).toBe(0);
    expect(sentCount).toBeGreaterThan(messages.length * 0.9);
  });
});
