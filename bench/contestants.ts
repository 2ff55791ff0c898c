import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, type Rolldown } from "vite";
import { chromiumArguments, chromiumPath } from "../tools/chromium.ts";
import type { Cost, ScenarioName } from "./scenarios.ts";

/** Somebody who runs scenarios, apart from this process. */
export interface Contestant {
  run(scenario: ScenarioName, count: number): Promise<Cost>;
  close(): Promise<void>;
}

/** Cloister on this Node; see cloister.ts for the two ways. */
export const cloisterOnNode = (keepsRecent: boolean) =>
  inProcess("serve-cloister.ts", ...(keepsRecent ? ["keeps-recent"] : []));

/** Signal's own library, AGPL; undefined where it is not installed. */
export const libsignalClient = () =>
  isInstalled("libsignal") ? inProcess("../interop/libsignal/bench.mjs") : undefined;

/** The JavaScript library, GPL; undefined where it is not installed. */
export const libsignalJs = () =>
  isInstalled("libsignal-js") ? inProcess("../interop/libsignal-js/bench.mjs") : undefined;

function isInstalled(peer: string): boolean {
  return existsSync(new URL(`../interop/${peer}/node_modules`, import.meta.url));
}

function inProcess(script: string, ...args: readonly string[]): Contestant {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [path, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error("the contestant has no pipes");
  const answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    async run(scenario, count) {
      stdin.write(`${JSON.stringify({ scenario, count })}\n`);
      const answer = await answers.next();
      if (answer.done) throw new Error(`${script} ended early`);
      return JSON.parse(answer.value) as Cost;
    },
    async close() {
      stdin.end();
    },
  };
}

/** Cloister in a page; undefined where there is no Chromium. */
export async function cloisterInChromium(): Promise<Contestant | undefined> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) return undefined;
  const browser = await chromium.launch({ executablePath, args: chromiumArguments });
  const page = await browser.newPage();
  await page.addScriptTag({ type: "module", content: await pageScript() });
  return {
    run: (scenario, count) =>
      page.evaluate(
        ([name, times]) =>
          (
            globalThis as unknown as { scenarios: Record<string, (count: number) => Promise<Cost>> }
          ).scenarios[name]?.(times),
        [scenario, count] as const,
      ) as Promise<Cost>,
    close: () => browser.close(),
  };
}

/** page.ts with all it imports, as for any browser. */
async function pageScript(): Promise<string> {
  const entry = fileURLToPath(new URL("page.ts", import.meta.url));
  const [built] = (await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, lib: { entry, formats: ["es"] } },
  })) as Rolldown.RolldownOutput[];
  if (!built) throw new Error("the page was not built");
  return built.output[0].code;
}
