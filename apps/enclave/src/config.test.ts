import { describe, expect, it } from "vitest";
import { readCommand } from "./config.ts";

const about = ["--root", "r", "--index", "i"];
const run = [
  "run",
  "--program",
  "p",
  ...about,
  "--relay",
  "http://a:1/",
  "--log",
  "https://b",
  "--invitation",
  "v",
];

describe("the host's options", () => {
  it("are read", () => {
    expect(readCommand(["build", "--out", "o", ...about])).toEqual({
      do: "build",
      out: "o",
      root: "r",
      index: "i",
    });
    expect(readCommand(run)).toEqual({
      do: "run",
      start: { program: "p" },
      root: "r",
      index: "i",
      relayUrl: "http://a:1",
      logUrl: "https://b",
      invitation: "v",
    });
    const image = ["--image", "e", "--qemu", "q", ...run.slice(3)];
    expect(readCommand(["run", ...image])).toMatchObject({ start: { image: "e", qemu: "q" } });
    expect(readCommand(["bundle", "--out", "o"])).toEqual({ do: "bundle", out: "o" });
    expect(readCommand(["--help"])).toEqual({ do: "help" });
  });

  it.each([
    ["nothing to build into", ["build", ...about]],
    ["something else to do", ["measure"]],
    ["an unknown option", [...run, "--debug"]],
    ["an address that is none", [...run, "--log", "file:///etc"]],
  ])("refuse %s", (_what, args) => {
    expect(() => readCommand(args)).toThrowError(expect.objectContaining({ code: "ENCLAVE_USAGE" }));
  });
});
