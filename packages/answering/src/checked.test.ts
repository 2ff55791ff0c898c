import { collect, modelRequest, never, ScriptedModel } from "@cloister/testkit/model";
import { describe, expect, it } from "vitest";
import { checkedEvents } from "./checked.ts";
import { type JsonSchema, jsonObject, matchesSchema } from "./json.ts";
import type { ModelEvent, ModelRequest } from "./model.ts";

async function* events(...list: readonly ModelEvent[]): AsyncGenerator<ModelEvent> {
  yield* list;
}
const text = (value: string): ModelEvent => ({ type: "text", text: value });
const complete: ModelEvent = { type: "end", reason: "complete", usage: { outputTokensCount: 3 } };
const run = (request: ModelRequest, ...list: readonly ModelEvent[]) =>
  collect(checkedEvents(request, () => events(...list)));

describe("checked events", () => {
  it("end at the end, whatever an engine says after it", async () => {
    const ended = checkedEvents(modelRequest(), () => events(text("a"), complete, text("b")));
    const seen: ModelEvent[] = [];
    for await (const event of ended) seen.push(event);
    expect(seen).toEqual([text("a"), complete]);
  });

  it("are an error when the engine just stops", async () => {
    await expect(run(modelRequest(), text("a"))).rejects.toMatchObject({
      code: "MODEL_BROKEN_OFF",
      family: "Unavailable",
    });
  });

  it("are cut off when an engine says more than it may", async () => {
    const flood = Array.from({ length: 20 }, () => text("x".repeat(200)));
    await expect(run(modelRequest({ maxTokensCount: 12 }), ...flood)).rejects.toMatchObject({
      code: "MODEL_OUTPUT",
    });
  });

  const output = jsonObject({ n: { type: "integer", minimum: 0, maximum: 9 } });
  it.each([
    ["not JSON", '{"n":1'],
    ["another shape", '{"n":10}'],
    ["an integer as only a grammar sees it", '{"n":8888e8888}'],
    ["one property more", '{"n":1,"m":2}'],
    ["a property from the prototype", '{"n":1,"toString":2}'],
  ])("refuse %s where a shape was asked for", async (_what, json) => {
    await expect(run(modelRequest({ output }), text(json), complete)).rejects.toMatchObject({
      code: "MODEL_OUTPUT",
    });
  });

  it("give the value where it has the shape", async () => {
    const { end } = await run(modelRequest({ output }), text('{"n"'), text(":7}"), complete);
    expect(end.value).toEqual({ n: 7 });
  });

  it.each<[string, Partial<ModelRequest>]>([
    ["no tenant", { scope: { tenant: "", patient: "p", session: "s" } }],
    ["no question", { turns: [{ from: "assistant", text: "a" }] }],
    ["too much text", { policy: "x".repeat(262_145) }],
    ["too many passages", { passages: Array.from({ length: 65 }, (_, at) => ({ id: `${at}`, text: "t" })) }],
    [
      "too many turns",
      { turns: Array.from({ length: 257 }, () => ({ from: "patient" as const, text: "t" })) },
    ],
    ["a length that is none", { maxTokensCount: 1.5 }],
    ["a temperature that is none", { temperature: Number.NaN }],
    ["a seed beyond 32 bits", { seed: 2 ** 32 }],
  ])("refuse %s before the engine hears of it", async (_what, parts) => {
    const model = new ScriptedModel(() => {
      throw new Error("the engine was asked");
    });
    const asked = collect(checkedEvents(modelRequest(parts), () => model.generate(modelRequest(), never())));
    await expect(asked).rejects.toMatchObject({ code: "MODEL_REQUEST", family: "Usage" });
  });
});

describe("a shape", () => {
  it.each<[JsonSchema, readonly unknown[], readonly unknown[]]>([
    [{ type: "string", minLength: 1, maxLength: 2 }, ["é", "👩🏽"], ["", "abc", 1]],
    [{ type: "number", minimum: 0 }, [0, 1.5], [-1, Number.NaN, Infinity, "1"]],
    [{ type: "boolean" }, [true, false], [0, null]],
    [{ type: "null" }, [null], [undefined, false]],
    [{ enum: ["a", 1, null] }, ["a", 1, null], ["b", "1", undefined]],
    [{ type: "array", items: { type: "boolean" }, minItems: 1, maxItems: 2 }, [[true]], [[], [1], {}]],
    [{ ...jsonObject({ a: { type: "null" } }), required: [] }, [{}, { a: null }], [null, [], { a: 1 }]],
  ])("%j", (schema, fitting, others) => {
    for (const value of fitting) expect(matchesSchema(value, schema)).toBe(true);
    for (const value of others) expect(matchesSchema(value, schema)).toBe(false);
  });
});
