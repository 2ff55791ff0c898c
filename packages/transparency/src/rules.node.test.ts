/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { broken, codeOf, transparencyRules } from "./rules.ts";

const folder = new URL(".", import.meta.url);
const tests = readdirSync(folder)
  .filter((file) => file.endsWith(".test.ts") && file !== "rules.node.test.ts")
  .map((file) => readFileSync(new URL(file, folder), "utf8"))
  .join("\n");

describe("rules", () => {
  it("have a negative test each", () => {
    const untested = Object.keys(transparencyRules).filter((code) => !tests.includes(`"${code}"`));
    expect(untested).toEqual([]);
  });

  it("tell a broken rule from a bug", () => {
    expect(codeOf(broken("LOG_ROOT"))).toBe("LOG_ROOT");
    expect(() => codeOf(new TypeError("a bug"))).toThrow("a bug");
  });
});
