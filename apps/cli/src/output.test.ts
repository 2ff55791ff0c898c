/// <reference types="node" />
import process from "node:process";
import { Command } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { country, port, shownName, webAddress, wholeNumber } from "./options.ts";
import { exitCode, progress, report } from "./output.ts";

afterEach(() => vi.restoreAllMocks());

describe("output", () => {
  it("is one JSON line for programs, several for people", () => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    report({ json: true, value: { a: 1 }, lines: ["one", "two"] });
    report({ json: false, value: { a: 1 }, lines: ["one", "two"] });
    expect(write.mock.calls.map(([text]) => text)).toEqual(['{"a":1}\n', "one\n", "two\n"]);
  });

  it("shows progress beside it", () => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const aside = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    progress("step");
    expect(write).not.toHaveBeenCalled();
    expect(aside).toHaveBeenCalledWith("step\n");
  });

  it("has exit codes apart from each other, none of them success", () => {
    const codes = Object.values(exitCode.ofFamily);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).not.toContain(exitCode.ok);
    expect(exitCode.ofFamily.Verification).toBe(exitCode.failed);
  });
});

describe("number options", () => {
  const parse = (text: string) =>
    new Command()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .option("--port <number>", "port", port)
      .parse(["--port", text], { from: "user" })
      .opts<{ port: number }>().port;

  it.each([
    ["0", 0],
    ["8420", 8420],
    ["65535", 65_535],
  ])("take %s", (text, value) => {
    expect(parse(text)).toBe(value);
  });

  it.each(["65536", "-1", "1.5", "", "8e3", " 80", "0x50", "NaN"])("refuse %j", (text) => {
    expect(() => parse(text)).toThrow(/whole number from 0 to 65535/);
  });

  it("hold their bounds", () => {
    expect(() => wholeNumber(1, 9)("0")).toThrow(/from 1 to 9/);
    expect(wholeNumber(1, 9)("9")).toBe(9);
  });
});

describe("text options", () => {
  it("take addresses without their last slash", () => {
    expect(webAddress("https://chat.clinic.example/")).toBe("https://chat.clinic.example");
    for (const text of ["chat.clinic.example", "ftp://x", "", "javascript:1"]) {
      expect(() => webAddress(text)).toThrow(/address such as/);
    }
  });

  it("take countries of two letters", () => {
    expect(country("gb")).toBe("GB");
    for (const text of ["", "G", "GBR", "12"]) expect(() => country(text)).toThrow(/two letters/);
  });

  it("take names that fit", () => {
    expect(shownName(" Dr. Robin Example ")).toBe("Dr. Robin Example");
    for (const text of ["", "  ", "x".repeat(121), "é".repeat(61)]) {
      expect(() => shownName(text)).toThrow(/1 to 120 bytes/);
    }
  });
});
