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

  it.each([
    ["nothing", []],
    ["an unknown option", [...complete, "--nonsense"]],
    ["an address that is none", [...complete, "--relay", "ftp://x"]],
    ["hardware, which only evidence can claim", [...complete, "--backing", "hardware"]],
  ])("refuse %s", (_what, args) => {
    expect(() => readConfig(args)).toThrowError(expect.objectContaining({ code: "AGENT_USAGE" }));
  });
});
