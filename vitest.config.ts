import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumPath } from "./tools/chromium.ts";

const sources = [
  "packages/*/src/**/*.test.ts",
  "adapters/*/src/**/*.test.ts",
  "apps/*/src/**/*.test.{ts,tsx}",
  "tools/**/*.test.ts",
];

/** `*.node.test.ts` needs Node, `*.browser.test.ts` needs a browser, any other test in packages/ runs in both. */
export default defineConfig({
  test: {
    reporters: ["./tools/reporter.ts"],
    projects: [
      {
        test: {
          name: "node",
          include: sources,
          exclude: ["**/*.browser.test.ts", "**/node_modules/**"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "chromium",
          include: [
            "packages/*/src/**/*.test.ts",
            "adapters/*/src/**/*.browser.test.ts",
            "apps/web/src/**/*.browser.test.{ts,tsx}",
          ],
          exclude: ["**/*.node.test.ts", "**/node_modules/**"],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: chromiumPath(),
                args: [
                  "--no-sandbox",
                  "--disable-quic",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                ],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
