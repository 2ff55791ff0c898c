import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Device, launchBrowser, openDevice } from "./support/browser.ts";
import {
  CompareDialog,
  ConsentDialog,
  LetInDialog,
  LinkDialog,
  ReceiptDialog,
  SourceDialog,
} from "./support/dialogs.ts";
import { Keyboard } from "./support/keyboard.ts";
import {
  ConversationView,
  NewConversationView,
  SettingsView,
  Sidebar,
  WelcomeView,
} from "./support/pages.ts";
import { clinicianName, coveredQuestion, patientName, title } from "./support/scene.ts";
import { type RunningStack, startStack } from "./support/stack.ts";

let stack: RunningStack;
let browser: Browser;
let patient: Device;
let clinician: Device;
let patientKeys: Keyboard;
let clinicianKeys: Keyboard;
let patientView: ConversationView;
let clinicianView: ConversationView;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  [patient, clinician] = await Promise.all([
    openDevice(browser, stack.relayUrl),
    openDevice(browser, stack.clinicianInvitation),
  ]);
  [patientKeys, clinicianKeys] = [new Keyboard(patient.page), new Keyboard(clinician.page)];
  [patientView, clinicianView] = [new ConversationView(patient.page), new ConversationView(clinician.page)];
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** No mouse anywhere: each stop of the focus is in sight and marked, and no dialog that closes loses it. */
describe("the whole journey by keyboard", () => {
  it("signs up", async () => {
    await patientKeys.type(new WelcomeView(patient.page).name, patientName);
    await patientKeys.press("Enter");
    await new Sidebar(patient.page).root.waitFor();
    await clinicianKeys.activate(new WelcomeView(clinician.page).create);
    await new Sidebar(clinician.page).root.waitFor();
    await Promise.all([patientKeys.expectFocus(), clinicianKeys.expectFocus()]);
  });

  it("begins a conversation, and opens it on the other side by arrow keys", async () => {
    await patientKeys.activate(new Sidebar(patient.page).newConversation);
    const form = new NewConversationView(patient.page);
    await patientKeys.type(form.title, title);
    await patientKeys.activate(form.person(clinicianName), "Space");
    expect(await form.person(clinicianName).isChecked()).toBe(true);
    await patientKeys.activate(form.start);
    await patientView.composer.waitFor();
    await patientKeys.expectFocus(patientView.root.getByRole("heading", { level: 1 }));

    const row = new Sidebar(clinician.page).conversation(title);
    await clinicianKeys.tabTo(row);
    await clinicianKeys.press("ArrowDown");
    await clinicianKeys.press("Enter");
    await clinicianView.composer.waitFor();
  });

  it("skips the list", async () => {
    await patient.page.reload();
    await patientView.composer.waitFor();
    await patientKeys.activate(patient.page.getByRole("link", { name: "Skip the list of conversations" }));
    await patientKeys.expectFocus(patientView.root);
  });

  it("compares safety numbers", async () => {
    await compare(patientKeys, patientView, clinicianName);
    await compare(clinicianKeys, clinicianView, patientName);
    await patientView.readers.getByText("compared", { exact: true }).waitFor();
  });

  it("exchanges messages", async () => {
    await patientKeys.type(patientView.composer, "Good morning");
    await patientKeys.press("Enter");
    await patientView.waitForState("Good morning", "Read");
    await patientKeys.expectFocus(patientView.composer);
    await clinicianKeys.type(clinicianView.composer, "Good day to you");
    await clinicianKeys.press("Enter");
    await patientView.message("Good day to you").waitFor();
  });

  it("asks the assistant, first declining and then giving consent", async () => {
    const dialog = new ConsentDialog(patient.page);
    await patientKeys.activate(patientView.askButton);
    await patientKeys.escapeFrom(dialog.root);
    await patientKeys.expectFocus(patientView.composer);

    await patientKeys.activate(patientView.askButton, "Space");
    await patientKeys.activate(dialog.button(/^Yes, let it read/));
    await dialog.gone();
    await patientKeys.expectFocus(patientView.composer);
    await patient.page.keyboard.type(coveredQuestion);
    await patientKeys.press("Enter");
    await patientView.answerTo(coveredQuestion).receiptChecked.waitFor();
  });

  it("opens source and receipt, and comes back to where it was", async () => {
    const answer = patientView.answerTo(coveredQuestion);
    const source = answer.sourceLinks.first();
    await patientKeys.activate(source);
    await patientKeys.escapeFrom(new SourceDialog(patient.page, 1).root);
    await patientKeys.expectFocus(source);

    const details = answer.button("Details of the receipt");
    await patientKeys.activate(details);
    const receipt = new ReceiptDialog(patient.page);
    await patientKeys.activate(receipt.button("Close"));
    await receipt.gone();
    await patientKeys.expectFocus(details);

    await patientKeys.activate(answer.button("Ask a person"));
    await patientKeys.expectFocus(patientView.composer);
  });

  it("reads the emergency notice and closes it", async () => {
    await patient.page.keyboard.type("I have crushing chest pain and cannot breathe");
    await patientView.emergency.waitFor();
    await patientKeys.activate(patientView.button("Close this notice"));
    await patientView.emergency.waitFor({ state: "detached" });
    await patientKeys.expectFocus(patientView.composer);
    await patient.page.keyboard.type(".");
    await patientKeys.press("Enter");
    await clinicianView.message("crushing chest pain").waitFor();
  });

  it("takes consent back", async () => {
    await patientKeys.activate(patientView.optionsButton);
    await patientKeys.chooseInMenu(patient.page.getByRole("menuitem", { name: /^Take back consent/ }));
    await patientView.notice("You took back the consent").waitFor();
    await patientKeys.expectFocus(patientView.optionsButton);
  });

  it("links a second device and removes it again", async () => {
    const phone = await openDevice(browser, stack.relayUrl);
    const phoneKeys = new Keyboard(phone.page);
    const welcome = new WelcomeView(phone.page);
    await phoneKeys.activate(welcome.button("Link to an account on another device"));
    await phoneKeys.expectFocus(welcome.heading);
    const code = await welcome.linkCode();

    const settings = new SettingsView(patient.page);
    await patientKeys.activate(new Sidebar(patient.page).settings);
    await patientKeys.activate(settings.button("Link another device"));
    const link = new LinkDialog(patient.page);
    await patientKeys.type(link.code, code);
    await patientKeys.activate(link.use);
    const letIn = new LetInDialog(patient.page);
    await letIn.root.waitFor();
    await patientKeys.activate(letIn.accept);
    await letIn.gone();
    await patientKeys.expectFocus(settings.button("Link another device"));
    await new Sidebar(phone.page).root.waitFor();
    await phoneKeys.expectFocus();

    await patient.page.reload();
    await patientKeys.activate(settings.button("Remove device 2"));
    const removal = patient.page.getByRole("alertdialog", { name: "Remove device 2?" });
    await patientKeys.activate(removal.getByRole("button", { name: "Remove it" }));
    await removal.waitFor({ state: "detached" });
    await patientKeys.expectFocus();
    await phone.page.getByRole("heading", { name: "This device was removed" }).waitFor();
  });

  it("changes the look", async () => {
    const dark = new SettingsView(patient.page).root.getByRole("radio", { name: "Dark" });
    await patientKeys.tabTo(
      new SettingsView(patient.page).root.getByRole("radio", { name: "As the device" }),
    );
    await patientKeys.press("ArrowUp");
    expect(await dark.isChecked()).toBe(true);
    await patientKeys.expectFocus(dark);
  });
});

async function compare(keys: Keyboard, view: ConversationView, name: string): Promise<void> {
  const page = keys === patientKeys ? patient.page : clinician.page;
  await keys.activate(view.optionsButton);
  await keys.chooseInMenu(page.getByRole("menuitem", { name: `Compare safety numbers with ${name}` }));
  const dialog = new CompareDialog(page);
  expect(await dialog.digits()).toMatch(/^\d{60}$/);
  await keys.activate(dialog.button("They match"));
  await dialog.gone();
  await keys.expectFocus(view.optionsButton);
}
