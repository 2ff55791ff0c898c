import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { chromiumArguments, chromiumPath } from "../../tools/chromium.ts";
import { Traffic } from "./traffic.ts";

/** Long enough for a busy machine; nothing is waited for that is there. */
const timeoutMs = 20_000;

/** A browser context of its own, as a person's device is: own storage, own keys, own connection. */
export interface Device {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly traffic: Traffic;
}

/** @throws when this machine has no Chromium */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error("no Chromium; set CLOISTER_CHROMIUM");
  return chromium.launch({ executablePath, args: [...chromiumArguments, ...more] });
}

/** Opens a new device at an address. */
export async function openDevice(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Device> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 860 },
    locale: "en-GB",
    ...options,
  });
  context.setDefaultTimeout(timeoutMs);
  const traffic = await Traffic.record(context);
  const page = await context.newPage();
  await page.goto(url);
  return { context, page, traffic };
}
