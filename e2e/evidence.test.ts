import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { coveredQuestion, playScene, type Scene } from "./support/scene.ts";
import { type RunningStack, startStack } from "./support/stack.ts";

const claims = [
  "The key that messages are encrypted to belongs to it",
  "It runs what the organisation released",
  "Something that is trusted vouches for it",
  "Its measurement is one of those released",
  "The list of releases is signed and not an old one",
  "It answered just now, and was not turned back or doubled",
];

let stack: RunningStack;
let browser: Browser;
let scene: Scene;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  scene = await playScene(browser, stack);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const program = () => join(stack.dataDir, "enclave", "agent.mjs");
const badge = (label: string): Locator =>
  scene.patient.page.getByRole("button", { name: `${label}: where Cloister assistant runs` });

/** What the details say about each claim. */
async function checks(label: string): Promise<readonly string[]> {
  const { page } = scene.patient;
  await badge(label).click();
  const dialog = page.getByRole("dialog", { name: "Where the assistant runs" });
  const steps = await dialog.getByRole("listitem").allInnerTexts();
  await page.keyboard.press("Escape");
  return steps.map((step) => step.replaceAll(/\s+/g, " ").trim());
}

/** Ends the assistant, as a crash does; it is started again with whatever its file holds now. */
async function restartAssistant(): Promise<void> {
  const pid = stack.pidOf("agent");
  if (pid === undefined) throw new Error("the assistant does not run");
  process.kill(pid, "SIGKILL");
  await vi.waitFor(() => expect(stack.pidOf("agent") ?? pid).not.toBe(pid), 30_000);
}

describe("the assistant's enclave", () => {
  it("shows development with every check passed", async () => {
    await badge("Development").waitFor();
    expect(await checks("Development")).toEqual(claims.map((claim) => `${claim}: passed`));
    expect(await scene.patient.page.getByText(/hardware vouches/).count()).toBe(0);
  });

  it("may start anew with another identity; people go on as if nothing had been", async () => {
    await restartAssistant();
    const question = "What are the symptoms of asthma?";
    const answer = await scene.patientView.ask(question);
    await answer.receiptChecked.waitFor({ timeout: 60_000 });
    // What the identity before it signed stays signed.
    await scene.patientView.answerTo(coveredQuestion).receiptChecked.waitFor();
    expect(await scene.patient.page.getByText(/identity changed/i).count()).toBe(0);
  });

  it("is blocked after one flipped byte of its bundle, and works again without it", async () => {
    const genuine = await readFile(program());
    const at = genuine.indexOf("a person in this conversation");
    expect(at).toBeGreaterThan(0);
    const flipped = Buffer.from(genuine);
    flipped[at] = (flipped[at] ?? 0) ^ 0x20;
    await writeFile(program(), flipped);
    await restartAssistant();
    const question = "How is hay fever treated?";
    await scene.patientView.askButton.click();
    await scene.patientView.write(question);
    await badge("Blocked").waitFor({ timeout: 60_000 });
    const found = await checks("Blocked");
    expect(found.filter((step) => !step.endsWith(": passed"))).toEqual([
      expect.stringContaining("it runs other code than was released"),
    ]);
    expect(await scene.patientView.answerTo(question).root.count()).toBe(0);
    // People still talk.
    await scene.clinicianView.root.getByText(question).waitFor();

    await writeFile(program(), genuine);
    await restartAssistant();
    await scene.patientView.answerTo(question).receiptChecked.waitFor({ timeout: 120_000 });
    await badge("Development").waitFor();
  });
});
