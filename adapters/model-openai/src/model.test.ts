/// <reference types="node" />
import { collect, modelConformance, modelRequest, never, stoppable } from "@cloister/testkit/model";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { OpenAiModel } from "./model.ts";
import { openAiModel } from "./open.ts";
import type { OpenAiOptions } from "./options.ts";
import { settingsOf } from "./options.ts";
import { chunk, done, FaultServer, type Faults, finish, streamHead } from "./testing/fault-server.ts";

const server = new FaultServer();
beforeAll(() => server.start());
afterAll(() => server.stop());
afterEach(() => {
  server.faults = {};
});

const options = (parts: Partial<OpenAiOptions> = {}): OpenAiOptions => ({
  baseUrl: server.baseUrl,
  model: "m",
  contextTokensCount: 4096,
  cacheSecret: new Uint8Array(32).fill(7),
  retriesCount: 0,
  ...parts,
});
const unprobed = (parts: Partial<OpenAiOptions> = {}) => new OpenAiModel(settingsOf(options(parts)));
const ask = (parts: Partial<OpenAiOptions> = {}) =>
  collect(unprobed(parts).generate(modelRequest(), never()));
const raw = (...parts: readonly (string | Uint8Array)[]): Faults => ({
  chat: (response) => {
    response.writeHead(200, streamHead);
    for (const part of parts) response.write(part);
    response.end();
  },
});

modelConformance("OpenAI-compatible, fault server", () => openAiModel(options()));

describe("the probe", () => {
  it.each<[string, Faults, RegExp]>([
    ["JSON schemas are ignored", { ignores: ["schema"] }, /JSON schemas/],
    ["seeds are ignored", { ignores: ["seed"] }, /seeds/],
    ["usage is ignored", { ignores: ["usage"] }, /usage/],
    ["all comes at the end", { buffers: true }, /streaming/],
    [
      "all is ignored",
      { ignores: ["schema", "seed", "usage"], buffers: true },
      /streaming, usage.*JSON.*seeds/,
    ],
  ])("fails closed where %s", async (_what, faults, message) => {
    server.faults = faults;
    const opened = openAiModel(options());
    await expect(opened).rejects.toMatchObject({ code: "MODEL_CAPABILITY", family: "Policy" });
    await expect(opened).rejects.toThrow(message);
  });

  it.each<[string, Faults, string]>([
    ["the model is not offered", { listed: ["n"] }, "MODEL_UNKNOWN"],
    ["another model answers", { model: "n" }, "MODEL_SWAPPED"],
    ["lengths are ignored", { ignores: ["max_tokens"] }, "MODEL_PROTOCOL"],
  ])("fails closed where %s", async (_what, faults, code) => {
    server.faults = faults;
    await expect(openAiModel(options())).rejects.toMatchObject({ code });
  });

  it("can be told to do without seeds", async () => {
    server.faults = { ignores: ["seed"] };
    const model = await openAiModel(options({ requireSeed: false }));
    expect(await model.health()).toBe("ready");
    await model.close();
  });
});

describe("what is sent", () => {
  it("keeps rules and untrusted text apart, names no patient, and salts the cache for each session", async () => {
    const model = unprobed({ apiKey: "sk-test" });
    const from = server.bodies.length;
    const scopes = [
      { tenant: "t1", patient: "Ann", session: "s1" },
      { tenant: "t1", patient: "Ann", session: "s1" },
      { tenant: "t1", patient: "Ann", session: "s2" },
      { tenant: "t1", patient: "Ans", session: "1" },
      { tenant: "t2", patient: "Ann", session: "s1" },
    ];
    for (const scope of scopes) await collect(model.generate(modelRequest({ scope }), never()));
    const bodies = server.bodies.slice(from);
    const salts = bodies.map((body) => body.cache_salt);
    expect(salts[0]).toMatch(/^[\w-]{43}$/);
    expect(salts[1]).toBe(salts[0]);
    expect(new Set(salts).size).toBe(4);
    expect(JSON.stringify(bodies)).not.toMatch(/Ann|"s1"|"t1"/);
    expect(bodies[0]).toMatchObject({ cache_prompt: false, max_tokens: 12, seed: 7 });
    expect(server.headers.at(-1)?.authorization).toBe("Bearer sk-test");
    const other = unprobed({ cacheSecret: new Uint8Array(32).fill(8) });
    await collect(other.generate(modelRequest({ scope: scopes[0] ?? modelRequest().scope }), never()));
    expect(salts).not.toContain(server.bodies.at(-1)?.cache_salt);
  });

  it("marks passages with what nobody else can know", async () => {
    const request = modelRequest({ passages: [{ id: "a", text: "Gout hurts." }] });
    const markers: (string | undefined)[] = [];
    for (const cacheSecret of [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]) {
      await collect(unprobed({ cacheSecret }).generate(request, never()));
      markers.push(
        /\[passage 1 ([0-9a-f]{16})\]/.exec(server.bodies.at(-1)?.messages[1]?.content ?? "")?.[1],
      );
    }
    expect(markers[0]).toBeDefined();
    expect(markers[1]).not.toBe(markers[0]);
  });
});

describe("a hostile or broken server", () => {
  it("may cut the stream anywhere, characters too", async () => {
    const bytes = new TextEncoder().encode(`: hi\n\n${chunk("né")}${chunk("👩🏽")}${finish}${done}`);
    server.faults = {
      chat: (response) => {
        response.writeHead(200, streamHead);
        let at = 0;
        const timer = setInterval(() => {
          if (at < bytes.length) response.write(bytes.subarray(at, (at += 7)));
          else {
            clearInterval(timer);
            response.end();
          }
        }, 1);
      },
    };
    expect(await ask()).toMatchObject({ text: "né👩🏽", end: { reason: "complete" } });
  });

  it.each<[string, string, Faults]>([
    ["malformed JSON", "MODEL_PROTOCOL", raw('data: {"model":"m","choices":[\n\n')],
    ["JSON of another shape", "MODEL_PROTOCOL", raw('data: {"model":"m","choices":"none"}\n\n')],
    ["an error in the stream", "MODEL_PROTOCOL", raw(chunk("a"), 'data: {"error":{"message":"m"}}\n\n')],
    ["two choices", "MODEL_PROTOCOL", raw(chunk("a", { choices: [{ delta: {} }, { delta: {} }] }))],
    [
      "a negative usage",
      "MODEL_PROTOCOL",
      raw(chunk("a", { usage: { prompt_tokens: -1, completion_tokens: 1 } })),
    ],
    ["a giant line", "MODEL_PROTOCOL", raw(chunk("x".repeat(100_000)))],
    ["bytes that are not text", "MODEL_PROTOCOL", raw(Uint8Array.of(0x64, 0xc3, 0x28))],
    [
      "a call of a tool",
      "MODEL_PROTOCOL",
      raw(chunk("", { choices: [{ delta: {}, finish_reason: "tool_calls" }] })),
    ],
    ["more after its end", "MODEL_PROTOCOL", raw(finish, chunk("a"), done)],
    ["another model in the middle", "MODEL_SWAPPED", raw(chunk("a"), chunk("b", { model: "n" }))],
    ["no [DONE]", "MODEL_BROKEN_OFF", raw(chunk("a"), finish)],
    ["no end", "MODEL_BROKEN_OFF", raw(chunk("a"), done)],
    ["nothing at all", "MODEL_BROKEN_OFF", raw()],
    [
      "a cut connection",
      "MODEL_BROKEN_OFF",
      {
        chat: (response) => {
          response.writeHead(200, streamHead);
          response.write(chunk("a"), () => setTimeout(() => response.destroy(), 20));
        },
      },
    ],
    [
      "a page",
      "MODEL_PROTOCOL",
      { chat: (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<p>") },
    ],
    [
      "a redirect",
      "MODEL_PROTOCOL",
      { chat: (response) => response.writeHead(307, { Location: "http://127.0.0.1:1/" }).end() },
    ],
    ["a key that is refused", "MODEL_UNAUTHORISED", { chat: (response) => response.writeHead(401).end() }],
    ["no such address", "MODEL_UNKNOWN", { chat: (response) => response.writeHead(404).end() }],
    ["a failure", "MODEL_FAILED", { chat: (response) => response.writeHead(500).end("x".repeat(1_000_000)) }],
    ["a refusal", "MODEL_REFUSED", { chat: (response) => response.writeHead(422).end("no") }],
    [
      "a question too long",
      "MODEL_TOO_LONG",
      { chat: (response) => response.writeHead(400).end('{"error":{"type":"exceed_context_size_error"}}') },
    ],
  ])("that sends %s is a %s", async (_what, code, faults) => {
    server.faults = faults;
    await expect(ask()).rejects.toMatchObject({ code });
  });

  it("that never ends is cut off with bounded memory", async () => {
    let sent = 0;
    server.faults = {
      chat: (response) => {
        response.writeHead(200, streamHead);
        const more = () => {
          while (!response.destroyed && response.write(`: ${"x".repeat(60_000)}\n`)) sent += 60_000;
        };
        response.on("drain", more);
        more();
      },
    };
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_PROTOCOL" });
    expect(sent).toBeLessThan(40_000_000);
  });

  it("that is busy says when to come back", async () => {
    server.faults = { chat: (response) => response.writeHead(503, { "Retry-After": "7" }).end() };
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_BUSY", retryAfterMs: 7_000 });
  });

  it("never has its words, the key or the prompt in an error", async () => {
    server.faults = { chat: (response, body) => response.writeHead(400).end(JSON.stringify(body)) };
    const error: unknown = await ask({ apiKey: "sk-secret" }).catch((caught: unknown) => caught);
    const shown = `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack ?? ""}`;
    expect(shown).toContain("MODEL_REFUSED");
    expect(shown).not.toMatch(/sk-secret|lighthouse/);
  });
});

describe("time", () => {
  const stalls = (...parts: readonly string[]): Faults => ({
    chat: (response) => {
      response.writeHead(200, streamHead);
      for (const part of parts) response.write(part);
    },
  });

  it.each<[string, Faults, object]>([
    ["before the head", { chat: () => undefined }, { totalMs: 60 }],
    ["before the first token", stalls(), { firstTokenMs: 60 }],
    ["between two tokens", stalls(chunk("a")), { betweenTokensMs: 60 }],
    ["in all", { tokenMs: 25 }, { totalMs: 60 }],
  ])("runs out %s", async (_what, faults, timeouts) => {
    server.faults = faults;
    const startedAtMs = performance.now();
    await expect(ask({ timeouts })).rejects.toMatchObject({ code: "MODEL_TIMEOUT", family: "Unavailable" });
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  it("runs out for a connection that is never answered", async () => {
    // A TLS greeting that gets no answer: the connection never stands.
    server.faults = {};
    const startedAtMs = performance.now();
    const deaf = ask({ baseUrl: server.baseUrl.replace("http:", "https:"), timeouts: { connectMs: 100 } });
    await expect(deaf).rejects.toMatchObject({ code: "MODEL_UNREACHABLE" });
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  it("runs out also for a caller that stopped listening, and the engine is free", async () => {
    server.faults = { tokenMs: 5 };
    const forgotten = unprobed({ timeouts: { totalMs: 80 } }).generate(
      modelRequest({ maxTokensCount: 10_000 }),
      never(),
    );
    await forgotten.next();
    expect(server.runningCount).toBe(1);
    await expect.poll(() => server.runningCount).toBe(0);
  });
});

describe("trying again", () => {
  it("happens before the first token", async () => {
    let failuresCount = 0;
    server.faults = {
      chat: (response) => {
        failuresCount += 1;
        if (failuresCount === 2) server.faults = {};
        response.writeHead(failuresCount === 1 ? 500 : 503, { "Retry-After": "0" }).end();
      },
    };
    expect((await ask({ retriesCount: 2 })).end.reason).toBe("length");
    expect(failuresCount).toBe(2);
  });

  it.each<[string, number, Faults]>([
    ["after the first token", 1, raw(chunk("a"))],
    ["what would fail again", 1, { chat: (response) => response.writeHead(401).end() }],
    [
      "sooner than the server wants",
      1,
      { chat: (response) => response.writeHead(429, { "Retry-After": "9" }).end() },
    ],
    ["more often than allowed", 3, { chat: (response) => response.writeHead(500).end() }],
  ])("does not happen %s", async (_what, asked, faults) => {
    server.faults = faults;
    const from = server.bodies.length;
    await expect(ask({ retriesCount: 2 })).rejects.toThrow(/model/);
    expect(server.bodies.length - from).toBe(asked);
  });

  it("is given up for a signal", async () => {
    server.faults = { chat: (response) => response.writeHead(503, { "Retry-After": "1" }).end() };
    const { signal, stop } = stoppable();
    setTimeout(stop, 50);
    const { end } = await collect(unprobed({ retriesCount: 5 }).generate(modelRequest(), signal));
    expect(end.reason).toBe("stopped");
  });
});

describe("stopping", () => {
  it("leaves the engine idle within 150 ms, 99 times of 100", async () => {
    server.faults = { tokenMs: 2 };
    const model = unprobed();
    const delaysMs: number[] = [];
    for (let round = 0; round < 100; round += 1) {
      const { signal, stop } = stoppable();
      let stoppedAtMs = 0;
      for await (const event of model.generate(modelRequest({ maxTokensCount: 5_000 }), signal)) {
        if (event.type === "end") expect(event.reason).toBe("stopped");
        else if (stoppedAtMs === 0) {
          stoppedAtMs = performance.now();
          stop();
        }
      }
      while (server.runningCount > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      delaysMs.push(server.idleAtMs - stoppedAtMs);
    }
    delaysMs.sort((a, b) => a - b);
    expect(delaysMs[98]).toBeLessThan(150);
  });
});

describe("options", () => {
  it.each<[string, Partial<OpenAiOptions>]>([
    ["no address", { baseUrl: "nowhere" }],
    ["another protocol", { baseUrl: "ftp://localhost/v1" }],
    ["plain text on the network", { baseUrl: "http://models.clinic.example/v1" }],
    ["a password in the address", { baseUrl: "https://a:b@models.clinic.example/v1" }],
    ["no model", { model: "" }],
    ["no context", { contextTokensCount: 0 }],
    ["a digest that is none", { digest: "abc" }],
    ["a key with a line break", { apiKey: "sk\n" }],
    ["a short secret", { cacheSecret: new Uint8Array(31) }],
    ["half an identity", { tls: { certificate: "c" } }],
    ["no time", { timeouts: { totalMs: 0 } }],
    ["endless retries", { retriesCount: 99 }],
  ])("refuse %s", async (_what, parts) => {
    await expect(openAiModel(options(parts))).rejects.toMatchObject({
      code: "MODEL_OPTIONS",
      family: "Usage",
    });
  });
});
