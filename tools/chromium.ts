import { existsSync } from "node:fs";
import process from "node:process";
import { chromium } from "playwright-core";

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
