import { existsSync } from "node:fs";
import process from "node:process";
import { chromium } from "playwright-core";

/** Quiet: no first run, no calls home. No sandbox, because tests may run as root in a container. */
export const chromiumArguments = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The Chromium to test with: CLOISTER_CHROMIUM, the system's, or Playwright's own download. */
export function chromiumPath(): string | undefined {
  const candidates = [
    process.env["CLOISTER_CHROMIUM"],
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    chromium.executablePath(),
  ];
  return candidates.find((path) => path !== undefined && path !== "" && existsSync(path));
}
