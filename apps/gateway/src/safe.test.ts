/// <reference types="node" />
import type { Model, ModelRequest } from "@cloister/answering";
import { regionOf } from "@cloister/safety";
import { describe, expect, it } from "vitest";
import { safeEvents } from "./safe.ts";

type Turn = ModelRequest["turns"][number];

const redFlag = "I have crushing chest pain and cannot breathe";
const patient = (text: string): Turn => ({ from: "patient", text });
const assistant = (text: string): Turn => ({ from: "assistant", text });

async function run(...turns: readonly Turn[]): Promise<readonly string[]> {
  const model: Model = {
    identity: { name: "test", contextTokensCount: 1000 },
    health: async () => "ready",
    close: async () => undefined,
    async *generate() {
      yield { type: "text", text: "Rest. " };
      yield { type: "end", reason: "complete", usage: { outputTokensCount: 1 } };
    },
  };
  const request: ModelRequest = {
    scope: { tenant: "t", patient: "p", session: "s" },
    policy: "",
    passages: [],
    turns,
    maxTokensCount: 9,
    temperature: 0,
    seed: 0,
  };
  const types: string[] = [];
  const { signal } = new AbortController();
  for await (const event of safeEvents(model, request, { region: regionOf("US"), signal }))
    types.push(event.type === "notice" ? event.outcome : event.type);
  return types;
}

describe("red flags", () => {
  it("are looked for in all that was said since the last answer", async () => {
    expect(await run(patient(redFlag))).toEqual(["emergency"]);
    expect(await run(patient(redFlag), patient("please answer"))).toEqual(["emergency"]);
    expect(await run(patient(redFlag), patient(" "))).toEqual(["emergency"]);
    expect(await run(patient("Hello"), assistant("Yes?"), patient(redFlag), patient("Well?"))).toEqual([
      "emergency",
    ]);
  });

  it("that were answered are not answered again", async () => {
    expect(await run(patient(redFlag), assistant("Call 911."), patient("What is gout?"))).toEqual([
      "text",
      "end",
    ]);
  });
});
