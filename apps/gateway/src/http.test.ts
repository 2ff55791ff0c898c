/// <reference types="node" />
import { defaultQueueLimits, type ModelRequest, queuedModel } from "@cloister/answering";
import { type ChatServer, type KeyRecord, keyHash, type LogLine, startServer } from "@cloister/chat-http";
import { systemClock } from "@cloister/net-platform";
import { regionOf } from "@cloister/safety";
import { ScriptedModel } from "@cloister/testkit/model";
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { gatewayService } from "./gateway.ts";

const secret = "x".repeat(43);
const record = (id: string, parts: Partial<KeyRecord> = {}): KeyRecord => ({
  id,
  tenant: "ward",
  scopes: ["chat", "models"],
  maxTokensCount: 100,
  hash: keyHash(`clk_${id}_${secret}`),
  ...parts,
});
const keys = [
  record("app"),
  record("ruler", { scopes: ["chat", "policy"], maxTokensCount: 5 }),
  record("lister", { scopes: ["models"] }),
];

const servers: ChatServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

interface Options {
  readonly script?: (request: ModelRequest) => readonly string[];
  readonly pauseMs?: number;
  readonly limits?: Partial<typeof defaultQueueLimits>;
}

async function gateway({
  script = () => ["Rest ", "helps. ", "Drink water."],
  pauseMs = 0,
  limits = {},
}: Options = {}) {
  const requests: ModelRequest[] = [];
  const lines: LogLine[] = [];
  const model = new ScriptedModel(
    (request) => {
      requests.push(request);
      return script(request);
    },
    () => new Promise((resolve) => setTimeout(resolve, pauseMs)),
  );
  const server = await startServer(
    {
      ...gatewayService({
        model: queuedModel(model, { ...defaultQueueLimits, ...limits }, systemClock),
        policy: "House rules.",
        region: regionOf("GB"),
      }),
      keys: () => keys,
      log: (line) => lines.push(line),
    },
    { host: "127.0.0.1", port: 0 },
  );
  servers.push(server);
  const baseURL = `http://127.0.0.1:${server.port}/v1`;
  const client = (id = "app") => new OpenAI({ baseURL, apiKey: `clk_${id}_${secret}`, maxRetries: 0 });
  return { model, requests, lines, baseURL, client };
}

const user = (content: string) => ({ role: "user" as const, content });
const ask = (content = "How do I get over a cold?") => ({ model: "scripted", messages: [user(content)] });

describe("the official client", () => {
  it("gets an answer", async () => {
    const { client, requests, lines } = await gateway();
    const answer = await client().chat.completions.create({ ...ask(), user: "p1", prompt_cache_key: "s1" });
    expect(answer.choices[0]?.message.content).toBe("Rest helps. Drink water.");
    expect(answer.choices[0]?.finish_reason).toBe("stop");
    expect(answer.usage).toEqual({ prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 });
    expect(requests).toEqual([
      {
        scope: { tenant: "ward", patient: "p1", session: "s1" },
        policy: "House rules.",
        passages: [],
        turns: [{ from: "patient", text: "How do I get over a cold?" }],
        maxTokensCount: 100,
        temperature: 0,
        seed: 0,
      },
    ]);
    expect(lines).toEqual([
      { event: "answered", key: "app", outcome: "complete", inputSize: "<=256", outputSize: "<=256" },
    ]);
  });

  it("gets it clause by clause", async () => {
    const { client } = await gateway({ pauseMs: 5 });
    const stream = await client().chat.completions.create({
      ...ask(),
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts: string[] = [];
    const ends: unknown[] = [];
    for await (const { choices, usage } of stream) {
      const [choice] = choices;
      if (choice?.delta.content) texts.push(choice.delta.content);
      if (choice?.finish_reason || usage) ends.push(choice?.finish_reason ?? usage?.completion_tokens);
    }
    expect(texts).toEqual(["Rest helps. ", "Drink water."]);
    expect(ends).toEqual(["stop", 3]);
  });

  it("gets JSON of its schema", async () => {
    const { client } = await gateway({ script: () => ['{"urgent"', ":false}"] });
    const schema = {
      type: "object",
      properties: { urgent: { type: "boolean" } },
      required: ["urgent"],
      additionalProperties: false,
    };
    const response_format = {
      type: "json_schema" as const,
      json_schema: { name: "a", strict: true, schema },
    };
    const answer = await client().chat.completions.create({ ...ask(), response_format });
    expect(answer.choices[0]?.message.content).toBe('{"urgent":false}');
  });

  it("sees which model there is", async () => {
    const { client } = await gateway();
    expect((await client("lister").models.list()).data.map(({ id }) => id)).toEqual(["scripted"]);
  });

  it("stops the engine when it goes away, streaming or not", async () => {
    const { client, model } = await gateway({
      script: () => Array.from({ length: 90 }, () => "On. "),
      pauseMs: 20,
    });
    const stream = await client().chat.completions.create({ ...ask(), stream: true });
    await stream[Symbol.asyncIterator]().next();
    expect(model.runningCount).toBe(1);
    stream.controller.abort();
    await expect.poll(() => model.runningCount).toBe(0);
    const controller = new AbortController();
    const whole = client().chat.completions.create(ask(), { signal: controller.signal });
    await expect.poll(() => model.runningCount).toBe(1);
    controller.abort();
    await expect(whole).rejects.toThrow(/abort/i);
    await expect.poll(() => model.runningCount).toBe(0);
  });

  it("is told when to come back", async () => {
    const limits = { concurrencyCount: 1, waitingCount: 1, tenantWaitingCount: 1 };
    const { client } = await gateway({ pauseMs: 60, limits });
    const answers = await Promise.allSettled([1, 2, 3].map(() => client().chat.completions.create(ask())));
    const refused = answers.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(1);
    const { reason } = refused[0] as { reason: InstanceType<typeof OpenAI.APIError> };
    expect(reason).toMatchObject({ status: 429, code: "MODEL_BUSY", type: "rate_limit_error" });
    expect(Number(reason.headers?.get("retry-after"))).toBeGreaterThan(0);
  });

  it("is told of a failure in the middle of a stream", async () => {
    const { client, model } = await gateway({ script: () => ["One. ", "Two. ", "Three. "], pauseMs: 30 });
    const stream = await client().chat.completions.create({ ...ask(), stream: true });
    const read = async () => {
      for await (const piece of stream) if (piece.id !== "") await model.close();
    };
    await expect(read()).rejects.toMatchObject({ code: "MODEL_CLOSED" });
  });
});

describe("the gates", () => {
  it("answer an emergency at once, without the model", async () => {
    const { client, requests, lines } = await gateway();
    const said = "I have crushing chest pain going into my left arm.";
    const answer = await client().chat.completions.create(ask(said));
    expect(answer.choices[0]?.message.content).toContain("999");
    expect(requests).toEqual([]);
    expect(lines).toMatchObject([{ outcome: "emergency" }]);
  });

  it("show nothing of a dose, and end the answer", async () => {
    const script = () => ["Rest helps. ", "Take 500 ", "mg of it. ", "And more."];
    const { client, lines, model } = await gateway({ script });
    const answer = await client().chat.completions.create(ask());
    const [choice] = answer.choices;
    expect(choice?.message.content).toMatch(/^Rest helps\. \n\nI cannot go on here/);
    expect(choice?.message.content).not.toContain("500");
    expect(choice?.finish_reason).toBe("content_filter");
    expect(lines).toMatchObject([{ outcome: "withheld", code: "DOSE" }]);
    expect(model.runningCount).toBe(0);
  });
});

describe("what is refused", () => {
  it.each<[string, string, object, number, string]>([
    ["no key", "", ask(), 401, "CHAT_KEY"],
    ["an unknown key", `Bearer clk_nobody_${secret}`, ask(), 401, "CHAT_KEY"],
    ["a wrong key", `Bearer clk_app_${"y".repeat(43)}`, ask(), 401, "CHAT_KEY"],
    ["a key for something else", `Bearer clk_lister_${secret}`, ask(), 403, "CHAT_SCOPE"],
    ["another model", `Bearer clk_app_${secret}`, { ...ask(), model: "m" }, 404, "CHAT_MODEL"],
    [
      "an option that means nothing here",
      `Bearer clk_app_${secret}`,
      { ...ask(), tools: [] },
      400,
      "CHAT_REQUEST",
    ],
    [
      "no question",
      `Bearer clk_app_${secret}`,
      { model: "scripted", messages: [{ role: "assistant", content: "a" }] },
      400,
      "MODEL_REQUEST",
    ],
    [
      "rules from a key that may set none",
      `Bearer clk_app_${secret}`,
      { model: "scripted", messages: [{ role: "system", content: "Obey." }, user("Hi")] },
      403,
      "CHAT_SCOPE",
    ],
    [
      "a schema that would not be checked",
      `Bearer clk_app_${secret}`,
      {
        ...ask(),
        response_format: {
          type: "json_schema",
          json_schema: { name: "a", schema: { type: "string", pattern: "^a$" } },
        },
      },
      400,
      "CHAT_REQUEST",
    ],
  ])("%s", async (_what, authorization, body, ...[status, code]) => {
    const { baseURL, requests } = await gateway();
    const headers = {
      "Content-Type": "application/json",
      ...(authorization && { Authorization: authorization }),
    };
    const response = await fetch(`${baseURL}/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
    // `no question` reaches the port, which refuses it before the model begins.
    expect(requests).toHaveLength(0);
  });

  it("bodies that are no JSON, too deep or too long, and addresses that are none", async () => {
    const { baseURL } = await gateway();
    const post = async (body: string) => {
      const headers = { Authorization: `Bearer clk_app_${secret}` };
      return (await fetch(`${baseURL}/chat/completions`, { method: "POST", headers, body })).status;
    };
    expect(await post("{")).toBe(400);
    expect(await post("[".repeat(100_000) + "]".repeat(100_000))).toBe(400);
    expect(await post(`"${"x".repeat(1_100_000)}"`)).toBe(413);
    expect((await fetch(`${baseURL}/elsewhere`)).status).toBe(404);
  });

  it("more than the key may have", async () => {
    const { client, requests } = await gateway();
    const messages = [{ role: "system" as const, content: "Be brief." }, user("Hi")];
    await client("ruler").chat.completions.create({ model: "scripted", messages, max_tokens: 500 });
    expect(requests[0]).toMatchObject({ policy: "House rules.\n\nBe brief.", maxTokensCount: 5 });
  });
});

describe("what others learn", () => {
  it("nothing of a conversation that nobody named", async () => {
    const { client, requests } = await gateway();
    for (let at = 0; at < 2; at += 1) await client().chat.completions.create(ask());
    const [first, second] = requests.map(({ scope }) => scope);
    expect(first?.patient).not.toBe(second?.patient);
    expect(first?.session).not.toBe(second?.session);
  });

  it("no words and no exact lengths from the log", async () => {
    const { client, lines } = await gateway({ script: () => ["SECRET answer. "] });
    await client().chat.completions.create(ask("SECRET question"));
    await client()
      .chat.completions.create({ ...ask("SECRET"), model: "SECRET" })
      .catch(() => undefined);
    expect(JSON.stringify(lines)).not.toMatch(/SECRET|15/);
  });

  it("no exact lengths from the wire", async () => {
    const { baseURL } = await gateway();
    const response = await fetch(`${baseURL}/chat/completions`, {
      method: "POST",
      headers: { Authorization: `Bearer clk_app_${secret}` },
      body: JSON.stringify({ ...ask(), stream: true }),
    });
    const text = await response.text();
    expect(Buffer.byteLength(text) % 256).toBe(0);
    for (const event of text.split("\n\n").slice(0, -1)) expect((Buffer.byteLength(event) + 2) % 256).toBe(0);
  });

  it("whether it is well", async () => {
    const { baseURL, model } = await gateway();
    const healthz = baseURL.replace("/v1", "/healthz");
    expect((await fetch(healthz)).status).toBe(200);
    await model.close();
    expect((await fetch(healthz)).status).toBe(503);
  });
});
