import process from "node:process";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumArguments, chromiumPath } from "./tools/chromium.ts";

/** `*.node.test.ts` needs Node, `*.browser.test.ts` needs a browser, any other test in packages/ runs in both. */
const node = {
  extends: true as const,
  test: {
    name: "node",
    include: ["{packages,adapters,apps,tools,fuzz}/**/*.test.{ts,tsx}"],
    exclude: ["**/*.browser.test.{ts,tsx}", "**/node_modules/**", "**/dist/**"],
    testTimeout: 30_000,
    sequence: { groupOrder: 0 },
  },
};

const chromium = {
  extends: true as const,
  test: {
    name: "chromium",
    include: ["packages/*/src/**/*.test.ts", "{adapters,apps}/*/src/**/*.browser.test.{ts,tsx}"],
    exclude: ["**/*.node.test.ts", "**/node_modules/**", "**/dist/**"],
    testTimeout: 60_000,
    sequence: { groupOrder: 1 },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: { executablePath: chromiumPath() ?? "chromium-is-missing", args: chromiumArguments },
      }),
      instances: [{ browser: "chromium" as const }],
    },
  },
};

const e2e = {
  extends: true as const,
  test: {
    name: "e2e",
    // Processes and browsers on a shared machine: once more in CI, and the reporter names what needed it.
    retry: process.env["CI"] === undefined ? 0 : 1,
    include: ["e2e/**/*.test.ts", "examples/**/*.test.ts", "interop/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    sequence: { groupOrder: 2 },
  },
};

export default defineConfig({
  test: {
    reporters: ["./tools/reporter.ts"],
    projects: chromiumPath() === undefined ? [node, e2e] : [node, chromium, e2e],
  },
});
