import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Device, launchBrowser, openDevice } from "./support/browser.ts";
import { ConsentDialog } from "./support/dialogs.ts";
import { type ConversationView, NewConversationView, Sidebar, WelcomeView } from "./support/pages.ts";
import { clinicianName, coveredQuestion, patientName, title } from "./support/scene.ts";
import { invention, SlowModel } from "./support/slow-model.ts";
import { type RunningStack, startStack } from "./support/stack.ts";

const digest = "5a".repeat(32);
const model = new SlowModel();
let stack: RunningStack;
let browser: Browser;
let patient: Device;
let clinician: Device;
let view: ConversationView;

beforeAll(async () => {
  await model.start();
  [stack, browser] = await Promise.all([
    startStack(["--model", model.baseUrl, "--model-name", "m", "--model-digest", digest]),
    launchBrowser(),
  ]);
  model.beginWriting();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await model.stop();
});

const writing = (of: Device) => of.page.locator(".answer-writing");

describe("an assistant with a model", () => {
  it("is asked in a conversation", async () => {
    [patient, clinician] = await Promise.all([
      openDevice(browser, stack.relayUrl),
      openDevice(browser, stack.clinicianInvitation),
    ]);
    await Promise.all([
      new WelcomeView(patient.page).signUp(patientName),
      new WelcomeView(clinician.page).signUpAsInvited(),
    ]);
    await new Sidebar(patient.page).newConversation.click();
    view = await new NewConversationView(patient.page).create(title, [clinicianName]);
    await new Sidebar(clinician.page).open(title);
    await view.composer.fill(`@assistant ${coveredQuestion}`);
    await view.composer.press("Enter");
    await new ConsentDialog(patient.page).agree();
  });

  it("is seen writing, by everybody in the conversation, also after a reload", async () => {
    await writing(patient).waitFor();
    await writing(clinician).waitFor();
    const soFar = writing(patient).locator(".answer-so-far");
    await soFar.getByText("Reading its sources").waitFor();
    await expect.poll(() => soFar.innerText(), { timeout: 10_000 }).toMatch(/^[A-Z].{20,}\./);
    await patient.page.reload();
    await writing(patient).or(view.answerTo(coveredQuestion).root).first().waitFor();
  });

  it("gives an answer whose words are cited, with a receipt that names model and knowledge", async () => {
    const answer = view.answerTo(coveredQuestion);
    await answer.receiptChecked.waitFor({ timeout: 30_000 });
    await expect.poll(() => writing(patient).count()).toBe(0);
    expect(await answer.sourceLinks.count()).toBeGreaterThan(0);
    expect(await answer.root.innerText()).not.toContain(invention.slice(0, 30));
    const receipt = await answer.openReceipt();
    expect(await receipt.root.innerText()).toContain(digest.slice(0, 8));
    await receipt.close();
  });

  it("stops when the asker wants no more, and the engine with it", async () => {
    const question = "What helps a person with gout?";
    await view.ask(question);
    await writing(patient).waitFor();
    await expect.poll(() => model.writingCount, { timeout: 10_000 }).toBe(1);
    await writing(patient).getByRole("button", { name: "Stop" }).click();
    await view.answerTo(question).root.getByText("You stopped this answer").waitFor();
    expect(model.writingCount).toBe(0);
    await view.answerTo(question).receiptChecked.waitFor();
  });

  it("goes on while the asker is away", async () => {
    const question = "What are the symptoms of asthma?";
    await view.ask(question);
    await writing(patient).waitFor();
    await patient.context.setOffline(true);
    await expect.poll(() => model.writingCount, { timeout: 30_000 }).toBe(0);
    await patient.context.setOffline(false);
    await view.answerTo(question).receiptChecked.waitFor({ timeout: 60_000 });
    expect(await writing(patient).count()).toBe(0);
  });
});
