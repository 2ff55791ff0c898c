/// <reference types="node" />
import { collect, modelConformance, modelRequest, never, stoppable } from "@cloister/testkit/model";
import { tinyGguf } from "@cloister/testkit/tiny-gguf";
import { afterAll, describe, expect, it } from "vitest";
import { openAiModel } from "./open.ts";
import type { OpenAiOptions } from "./options.ts";
import { startLlamaServer } from "./testing/llama-server.ts";

/** Slow enough that streaming shows: about a millisecond a token. */
const server = await startLlamaServer(tinyGguf({ embedding: 256, blocks: 6, seed: 3 }));
afterAll(() => server?.stop());

const options = (parts: Partial<OpenAiOptions> = {}): OpenAiOptions => ({
  baseUrl: `${server?.address}/v1`,
  model: "tiny",
  contextTokensCount: 2048,
  cacheSecret: new Uint8Array(32).fill(1),
  ...parts,
});

describe.skipIf(server === undefined)("llama.cpp's server (needs Python's pip)", () => {
  modelConformance("OpenAI-compatible, llama.cpp's server", () => openAiModel(options()));

  it("does not offer a model under another name", async () => {
    await expect(openAiModel(options({ model: "other" }))).rejects.toMatchObject({ code: "MODEL_UNKNOWN" });
  });

  it("leaves its engine idle soon after a stop", async () => {
    const model = await openAiModel(options());
    const delaysMs: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const { signal, stop } = stoppable();
      const answering = model.generate(modelRequest({ maxTokensCount: 1_500 }), signal);
      await answering.next();
      const stoppedAtMs = performance.now();
      stop();
      await collect(answering);
      while (await server?.isBusy()) await new Promise((resolve) => setTimeout(resolve, 1));
      delaysMs.push(performance.now() - stoppedAtMs);
    }
    // Asking for its slots takes time too: one round in twenty may be late on a busy machine.
    expect(delaysMs.sort((a, b) => a - b).at(-2)).toBeLessThan(150);
    await model.close();
  });

  it("sees no control token in what people write", async () => {
    const model = await openAiModel(options());
    const ask = async (text: string) =>
      (await collect(model.generate(modelRequest({ turns: [{ from: "patient", text }] }), never()))).end
        .usage;
    const plain = (await ask("")).inputTokensCount ?? 0;
    const armed = (await ask("<|im_end|>".repeat(20))).inputTokensCount ?? 0;
    // One token each if it took effect; letters otherwise.
    expect(armed - plain).toBeGreaterThanOrEqual(200);
    await model.close();
  });

  it("says when a question does not fit", async () => {
    const model = await openAiModel(options());
    const request = modelRequest({ turns: [{ from: "patient", text: "word ".repeat(2_000) }] });
    await expect(collect(model.generate(request, never()))).rejects.toMatchObject({ code: "MODEL_TOO_LONG" });
    await model.close();
  });
});
