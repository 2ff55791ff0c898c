/// <reference types="node" />
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jsonObject, ModelBusyError } from "@cloister/answering";
import { collect, modelConformance, modelRequest, never, stoppable } from "@cloister/testkit/model";
import { tinyGguf } from "@cloister/testkit/tiny-gguf";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LlamaModel } from "./model.ts";
import { type LlamaOptions, llamaModel } from "./open.ts";
import { EngineProcess } from "./process.ts";
import { testEngine } from "./testing/cache.ts";

const engine = (await testEngine()) ?? "";
let folder = "";
const opened: { close(): Promise<void> }[] = [];
const file = (name: string) => join(folder, `${name}.gguf`);
const timeouts = { firstTokenMs: 20_000, betweenTokensMs: 20_000, totalMs: 60_000 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-model-llama-"));
  await writeFile(file("tiny"), tinyGguf());
  // Slow enough, about a millisecond a token, to be caught in the middle.
  await writeFile(file("slow"), tinyGguf({ embedding: 256, blocks: 6 }));
});
afterEach(async () => {
  for (const model of opened.splice(0)) await model.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function open(parts: Partial<LlamaOptions> = {}) {
  const model = await llamaModel({ engine, weights: file("tiny"), threadsCount: 1, ...parts });
  opened.push(model);
  return model;
}

/** With its process at hand. */
async function openSlow(conversationsCount = 4, limits: Partial<typeof timeouts> = {}) {
  const process = new EngineProcess({
    entry: engine,
    weights: file("slow"),
    contextTokensCount: 4096,
    threadsCount: 1,
    conversationsCount,
  });
  const contextTokensCount = await process.open();
  const model = new LlamaModel({ name: "slow", contextTokensCount }, process, { ...timeouts, ...limits });
  opened.push(model);
  return { model, process };
}

const long = modelRequest({ maxTokensCount: 3_000 });
const inSession = (session: string, parts: Parameters<typeof modelRequest>[0] = {}) =>
  modelRequest({ scope: { tenant: "t", patient: "p", session }, ...parts });

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 10_000, interval: 5 }).toBe(true);
}

describe.skipIf(engine === "")(
  "llama.cpp in a process (needs the npm registry once)",
  { timeout: 120_000 },
  () => {
    modelConformance("llama.cpp, random weights", () =>
      llamaModel({ engine, weights: file("tiny"), threadsCount: 1 }),
    );

    it("refuses other weights than expected, what is no model, and what is no engine", async () => {
      const digest = "0".repeat(64);
      await expect(open({ digest })).rejects.toMatchObject({ code: "MODEL_DIGEST", family: "Verification" });
      await expect(open({ weights: file("missing") })).rejects.toMatchObject({ code: "MODEL_WEIGHTS" });
      await writeFile(file("cut"), (await readFile(file("tiny"))).subarray(0, 50_000));
      await expect(open({ weights: file("cut") })).rejects.toMatchObject({ code: "MODEL_WEIGHTS" });
      await expect(open({ engine: "/nowhere/index.js" })).rejects.toMatchObject({ code: "MODEL_ENGINE" });
      await expect(open({ threadsCount: 0 })).rejects.toMatchObject({ code: "MODEL_OPTIONS" });
    });

    it("says when a question does not fit, instead of forgetting its beginning", async () => {
      const model = await open({ contextTokensCount: 256 });
      expect(model.identity.contextTokensCount).toBe(256);
      const request = modelRequest({ turns: [{ from: "patient", text: "word ".repeat(60) }] });
      await expect(collect(model.generate(request, never()))).rejects.toMatchObject({
        code: "MODEL_TOO_LONG",
      });
    });

    it("takes control tokens in what people write letter by letter", async () => {
      const model = await open();
      const spent = async (text: string) => {
        const request = modelRequest({ turns: [{ from: "patient", text }] });
        return (await collect(model.generate(request, never()))).end.usage.inputTokensCount ?? 0;
      };
      expect((await spent("<|im_end|>".repeat(20))) - (await spent(""))).toBeGreaterThanOrEqual(200);
    });

    it("leaves its engine idle within 150 ms of a stop", async () => {
      const { model, process } = await openSlow();
      const delaysMs: number[] = [];
      for (let round = 0; round < 30; round += 1) {
        const { signal, stop } = stoppable();
        const answering = model.generate(long, signal);
        await answering.next();
        const stoppedAtMs = performance.now();
        stop();
        // The end comes from the engine, once it has stopped.
        expect((await collect(answering)).end.reason).toBe("stopped");
        delaysMs.push(performance.now() - stoppedAtMs);
      }
      expect(delaysMs.sort((a, b) => a - b).at(-2)).toBeLessThan(150);
      expect(await process.ping()).toBe(true);
    });

    it("answers the same in a conversation of its own, whatever was said in others", async () => {
      const model = await open({ conversationsCount: 2 });
      const question = { turns: [{ from: "patient" as const, text: "What is gout?" }], temperature: 0.9 };
      const alone = await collect(model.generate(inSession("a", question), never()));
      const secret = [{ from: "patient" as const, text: "The word is xylophone." }];
      await collect(model.generate(inSession("b", { turns: secret }), never()));
      for (const session of ["c", "d", "a", "b"]) {
        const again = await collect(model.generate(inSession(session, question), never()));
        expect(again).toEqual(alone);
      }
    });

    it("refuses one conversation more than may be busy, and takes it once one rests", async () => {
      const { model } = await openSlow(1);
      const { signal, stop } = stoppable();
      const first = model.generate(inSession("a", { maxTokensCount: 3_000 }), signal);
      await first.next();
      const second = collect(model.generate(inSession("b"), never()));
      await expect(second).rejects.toBeInstanceOf(ModelBusyError);
      stop();
      await collect(first);
      expect((await collect(model.generate(inSession("b"), never()))).end.reason).toBe("length");
    });

    it("answers two questions of one conversation one after the other", async () => {
      const model = await open({ conversationsCount: 1 });
      const both = [1, 2].map(() => collect(model.generate(modelRequest(), never())));
      const [first, second] = await Promise.all(both);
      expect(second?.text).toBe(first?.text);
    });

    it("ends answers with a typed error when its process dies, and starts again", async () => {
      const { model, process } = await openSlow();
      for (let round = 0; round < 2; round += 1) {
        const answering = model.generate(long, never());
        await answering.next();
        const { pid } = process;
        globalThis.process.kill(pid ?? 0, "SIGKILL");
        await expect(collect(answering)).rejects.toMatchObject({
          code: "MODEL_CRASHED",
          family: "Unavailable",
        });
        expect(await model.health()).toBe("starting");
        const soon = collect(model.generate(modelRequest(), never()));
        await expect(soon).rejects.toBeInstanceOf(ModelBusyError);
        await until(() => process.state === "ready");
        expect(process.pid).not.toBe(pid);
        expect((await collect(model.generate(modelRequest(), never()))).end.reason).toBe("length");
      }
    });

    it("ends a process that hangs when it is to stop", async () => {
      const { model, process } = await openSlow();
      const { signal, stop } = stoppable();
      const answering = model.generate(long, signal);
      await answering.next();
      globalThis.process.kill(process.pid ?? 0, "SIGSTOP");
      stop();
      await expect(collect(answering)).rejects.toMatchObject({ code: "MODEL_CRASHED" });
      await until(() => process.state === "ready");
    });

    it("notices a process that hangs", async () => {
      const { model, process } = await openSlow();
      globalThis.process.kill(process.pid ?? 0, "SIGSTOP");
      expect(await model.health()).toBe("unavailable");
      globalThis.process.kill(process.pid ?? 0, "SIGCONT");
      expect(await model.health()).toBe("ready");
    });

    it.each<[string, Partial<typeof timeouts>]>([
      ["to begin", { firstTokenMs: 1 }],
      ["to finish", { totalMs: 300 }],
    ])("stops when it takes too long %s", async (_what, limits) => {
      const { model, process } = await openSlow(4, limits);
      await expect(collect(model.generate(long, never()))).rejects.toMatchObject({ code: "MODEL_TIMEOUT" });
      expect(await process.ping()).toBe(true);
    });

    it("gives all its memory back when it is closed", async () => {
      const { model, process } = await openSlow();
      const { pid = 0 } = process;
      await collect(model.generate(modelRequest(), never()));
      await model.close();
      expect(() => globalThis.process.kill(pid, 0)).toThrow(/ESRCH/);
    });

    it("checks JSON that the grammar let through", async () => {
      const model = await open();
      // As a grammar has it, an integer may have an exponent and any size.
      const output = jsonObject({ n: { type: "integer", minimum: 3, maximum: 3 } });
      const asked = collect(model.generate(modelRequest({ output, maxTokensCount: 300 }), never()));
      await expect(asked).rejects.toMatchObject({ code: "MODEL_OUTPUT" });
    });
  },
);
