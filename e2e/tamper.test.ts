import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { launchBrowser } from "./support/browser.ts";
import { type Forgery, forgeAnswers } from "./support/forge.ts";
import { type AnswerCard, ConversationView } from "./support/pages.ts";
import { coveredQuestion, playScene, type Scene } from "./support/scene.ts";
import { cloister, type RunningStack, startStack } from "./support/stack.ts";

const stepWords = {
  signature: "Signed by this assistant's key",
  answer: "Made for exactly this answer and these sources",
  leaf: "The log entry is about this receipt",
  checkpoint: "The log's state is signed by the log's key",
  inclusion: "The entry is in the log",
  consistency: "Nothing was taken out of the log since this device last looked",
} as const;
type Step = keyof typeof stepWords;

let stack: RunningStack;
let browser: Browser;
let scene: Scene;
let conversationUrl: string;
/** Of the log before anybody but the assistant was there. */
let earlyCheckpoint: string;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  earlyCheckpoint = await vi.waitFor(() => readCheckpoint(stack.logUrl), 10_000);
  scene = await playScene(browser, stack);
  conversationUrl = scene.patient.page.url();
  await scene.clinician.context.close();
});
// A device is one page at a time.
beforeEach(() => Promise.all(scene.patient.context.pages().map((page) => page.close())));
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** The log's signed head. @throws while the log is empty */
async function readCheckpoint(logUrl: string): Promise<string> {
  const checkpoint = await (await fetch(`${logUrl}/v1/checkpoint`)).text();
  expect(sizeOf(checkpoint)).toBeGreaterThan(0);
  return checkpoint;
}

/** C2SP tlog-checkpoint: the second line. */
function sizeOf(checkpoint: string): number {
  return Number(checkpoint.split("\n")[1]);
}

/** The patient opens the conversation anew, perhaps on a device that reads forged answers. */
async function openAnswer(forgery?: Forgery): Promise<AnswerCard> {
  const page = await scene.patient.context.newPage();
  if (forgery !== undefined) await forgeAnswers(page, forgery);
  await page.goto(conversationUrl);
  return new ConversationView(page).answerTo(coveredQuestion);
}

async function expectFailed(answer: AnswerCard, failed: readonly Step[]): Promise<void> {
  await answer.receiptFailed.waitFor();
  expect(await answer.receiptChecked.count()).toBe(0);
  expect(await answer.root.getByText(/verified/i).count()).toBe(0);
  const dialog = await answer.openReceipt();
  const steps = await dialog.steps();
  const found = steps.filter((step) => !step.endsWith(": passed")).map((step) => step.split(":")[0]);
  expect(found).toEqual(failed.map((step) => stepWords[step]));
  await dialog.root.getByText("What the receipt claims is not shown").waitFor();
}

describe("an answer that is not what the assistant signed", () => {
  it("checks out before anybody touched it", async () => {
    const answer = await openAnswer();
    await answer.receiptChecked.waitFor();
  });

  it.each<[string, Forgery, readonly Step[]]>([
    ["a forged signature", { field: "signature", offset: 40, bits: 1 }, ["signature"]],
    ["a changed sentence", { field: "text", offset: 0, bits: 0x20 }, ["answer"]],
    ["a changed citation", { field: "quote", offset: 0, bits: 0x20 }, ["answer"]],
    ["another log entry", { field: "receiptDigest", offset: 0, bits: 1 }, ["leaf", "inclusion"]],
    ["a forged log state", { field: "checkpoint", offset: 0, bits: 0x20 }, ["checkpoint", "inclusion"]],
  ])("%s shows as failed", async (_, forgery, failed) => {
    const answer = await openAnswer(forgery);
    await expectFailed(answer, failed);
  });
});

describe("a log that is not what it was", () => {
  const file = () => join(stack.dataDir, "log", "log.sqlite");
  const genuine = () => join(stack.dataDir, "genuine-log.sqlite");
  const audit = () => cloister(["audit", "verify", "--data", stack.dataDir]);
  const change = (sql: string, ...values: readonly (string | number)[]) => {
    const database = new DatabaseSync(file());
    database.prepare(sql).run(...values);
    database.close();
  };

  it("verifies before anybody touched it, running and at rest", async () => {
    expect(audit()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Verified/m) });
    await stack.halt();
    expect(audit()).toMatchObject({ status: 0 });
    await copyFile(file(), genuine());
  });

  it.each([
    ["none any more", "UPDATE leaf SET bytes = x'00' WHERE position = 3", /number 3\b/],
    [
      "another",
      "UPDATE leaf SET bytes = (SELECT bytes FROM leaf WHERE position = 0) WHERE position = 3",
      /LOG_ROOT/,
    ],
    [
      "gone from the end",
      "DELETE FROM leaf WHERE position = (SELECT max(position) FROM leaf)",
      /LOG_TRUNCATED/,
    ],
  ])("the audit fails where an entry is %s", async (_, sql, words) => {
    change(sql);
    const found = audit();
    await copyFile(genuine(), file());
    expect(found).toMatchObject({ status: 1, stdout: expect.stringMatching(words) });
  });

  it("the audit and the patient's device notice that its end is gone, though its checkpoint is genuine", async () => {
    const size = sizeOf(earlyCheckpoint);
    change("DELETE FROM leaf WHERE position >= ?", size);
    change("DELETE FROM leaf_position WHERE position >= ?", size);
    change("DELETE FROM node WHERE (position + 1) << level > ?", size);
    change("UPDATE head SET size = ?, checkpoint = ?", size, earlyCheckpoint);
    expect(audit()).toMatchObject({ status: 1, stdout: expect.stringContaining("CHECKPOINT_ROLLBACK") });
    await stack.startAgain();
    const answer = await openAnswer();
    await expectFailed(answer, ["consistency"]);
  });
});
