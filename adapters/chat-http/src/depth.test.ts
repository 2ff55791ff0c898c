/// <reference types="node" />
import { describe, expect, it } from "vitest";
import { isShallow } from "./depth.ts";

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

describe("depth", () => {
  it("counts brackets, and none in strings", () => {
    expect(isShallow(nested(32))).toBe(true);
    expect(isShallow(nested(33))).toBe(false);
    expect(isShallow(JSON.stringify({ a: `"${nested(40)}\\` }))).toBe(true);
    expect(isShallow(`["\\\\",${nested(32)}]`)).toBe(false);
    expect(isShallow(`["\\"",${nested(32)}]`)).toBe(false);
  });

  it.each([
    ["quotes in a string without end", `"${'\\"'.repeat(1 << 19)}`],
    ["quotes", '"'.repeat(1 << 20)],
    ["backslashes", `"${"\\".repeat(1 << 20)}`],
    ["brackets in turns", "[]".repeat(1 << 19)],
  ])("takes no longer for %s", (_name, text) => {
    const tookMs = Array.from({ length: 3 }, () => {
      const startMs = performance.now();
      isShallow(text);
      return performance.now() - startMs;
    });
    expect(Math.min(...tookMs)).toBeLessThan(50);
  });
});
