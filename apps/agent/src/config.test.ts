import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

const complete = ["--data", "d", "--relay", "http://localhost:1/", "--index", "i", "--invitation", "v"];

describe("the agent's options", () => {
  it("are read", () => {
    expect(readConfig(complete)).toEqual({
      dataDir: "d",
      relayUrl: "http://localhost:1",
      indexFile: "i",
      invitationFile: "v",
      backing: "development",
    });
    expect(readConfig(["--help"])).toBeUndefined();
  });

  it("name a model: weights on this machine, or a server", () => {
    expect(readConfig([...complete, "--model", "tiny", "--model-data", "m"])?.model).toEqual({
      kind: "stored",
      name: "tiny",
      data: "m",
    });
    const server = ["--model", "https://gpu.example/v1", "--model-name", "big"];
    expect(readConfig([...complete, ...server])?.model).toEqual({
      kind: "server",
      baseUrl: "https://gpu.example/v1",
      model: "big",
      contextTokensCount: 8192,
    });
  });

  it("name where people are remembered", () => {
    const { memory } = readConfig([...complete, "--memory", "m", "--keys", "keys.json"]) ?? {};
    expect(memory).toEqual({ folder: "m", keysFile: "keys.json" });
  });

  it.each([
    ["a memory without keys", [...complete, "--memory", "m"]],
    ["keys without a memory", [...complete, "--keys", "keys.json"]],
    ["a model without its folder", [...complete, "--model", "tiny"]],
    ["a server without its model's name", [...complete, "--model", "https://gpu.example/v1"]],
    ["what belongs to a model without one", [...complete, "--model-name", "big"]],
    ["nothing", []],
    ["an unknown option", [...complete, "--nonsense"]],
    ["an address that is none", [...complete, "--relay", "ftp://x"]],
    ["hardware, which only evidence can claim", [...complete, "--backing", "hardware"]],
  ])("refuse %s", (_what, args) => {
    expect(() => readConfig(args)).toThrowError(expect.objectContaining({ code: "AGENT_USAGE" }));
  });
});
