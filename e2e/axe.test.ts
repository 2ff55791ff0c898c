import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, openDevice } from "./support/browser.ts";
import { CompareDialog, ConsentDialog, ReceiptDialog, SourceDialog } from "./support/dialogs.ts";
import { NewConversationView, SettingsView, Sidebar, WelcomeView } from "./support/pages.ts";
import { clinicianName, playScene, type Scene, title } from "./support/scene.ts";
import { type RunningStack, startStack } from "./support/stack.ts";

/** How the same view is looked at. WCAG 1.4.10: 320 px; 1.4.4: 1280 px at 200 % leave 640 CSS px. */
const looks = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 860 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 860 } },
  { name: "320 px", colorScheme: "light", viewport: { width: 320, height: 640 } },
  { name: "200 %", colorScheme: "dark", viewport: { width: 640, height: 430 } },
] as const;
type Look = (typeof looks)[number];

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

/** Looks at what is on the page in every way; a dialog stays open meanwhile. */
async function expectAccessible(page: Page): Promise<void> {
  for (const look of looks) {
    await show(page, look);
    await expectNoViolation(page, look.name);
  }
  await show(page, looks[0]);
}

async function show(page: Page, { viewport, colorScheme }: Look): Promise<void> {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  // Colours in the middle of a transition are nobody's colours.
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) animation.finish();
    }
  });
}

/** A dialog that still fades in has other colours than the ones people read. Endless animations stay. */
async function standStill(page: Page): Promise<void> {
  const moving = () =>
    page.evaluate(async () => {
      // What a change of style sets in motion begins with the next frame.
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      return document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        .filter(({ playState }) => playState === "running").length;
    });
  await expect.poll(moving, { timeout: 5000 }).toBe(0);
}

async function expectNoViolation(page: Page, look: string, rulesOff: string[] = []): Promise<void> {
  await standStill(page);
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ["violations"] })
    .disableRules(rulesOff)
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  const isCutOff = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect({ look, found, isCutOff }).toEqual({ look, found: [], isCutOff: false });
}

describe("before there is an account", () => {
  const visit = async (url: string) => {
    const { page, context } = await openDevice(browser, url);
    const view = new WelcomeView(page);
    await view.heading.waitFor();
    return { page, view, close: () => context.close() };
  };

  it("welcome, also with a missing name and with a field for an invitation", async () => {
    const { page, view, close } = await visit(stack.relayUrl);
    await view.create.click();
    await view.button("I have an invitation").click();
    await expectAccessible(page);
    await close();
  });

  it("welcome with an invitation", async () => {
    const { page, view, close } = await visit(stack.clinicianInvitation);
    await view.invitation.waitFor();
    await expectAccessible(page);
    await close();
  });

  it("linking this device", async () => {
    const { page, view, close } = await visit(stack.relayUrl);
    await view.showLinkCode();
    await expectAccessible(page);
    await close();
  });
});

describe("views", () => {
  it("empty list", async () => {
    const { page, context } = await openDevice(browser, stack.relayUrl);
    await new WelcomeView(page).signUp("Somebody new");
    await page.getByRole("link", { name: "Begin a conversation" }).waitFor();
    await expectAccessible(page);
    await context.close();
  });

  it("new conversation, with what is missing", async () => {
    const { page } = scene.patient;
    await new Sidebar(page).newConversation.click();
    const form = new NewConversationView(page);
    // Once the form is there, the name stands in it alone and no longer in the conversation before it.
    await form.start.waitFor();
    await form.root.getByText(clinicianName).waitFor();
    await form.start.click();
    await form.root.getByText("Say in a few words").waitFor();
    await expectAccessible(page);
  });

  it("settings", async () => {
    const { page } = scene.patient;
    await new Sidebar(page).settings.click();
    await new SettingsView(page).root.getByText("This one").waitFor();
    await expectAccessible(page);
  });

  it("list of conversations", async () => {
    const { page } = scene.patient;
    await page.goto(`${stack.relayUrl}/#/`);
    await new Sidebar(page).conversation(title).waitFor();
    await expectAccessible(page);
  });

  it("a conversation that this device does not have", async () => {
    const { page } = scene.patient;
    await page.goto(`${stack.relayUrl}/#/conversation/nowhere`);
    await page.getByRole("heading", { name: "Not on this device" }).waitFor();
    await expectAccessible(page);
  });

  it("conversation of the clinician", async () => {
    const { page } = scene.clinician;
    await scene.clinicianView.log.getByText("Receipt checked").waitFor();
    await expectAccessible(page);
  });

  it("conversation with emergency notice, addressed to the assistant", async () => {
    const { patient, patientView } = await inConversation();
    await patientView.askButton.click();
    await patientView.composer.fill("I have crushing chest pain and cannot breathe");
    await patientView.emergency.waitFor();
    await expectAccessible(patient.page);
    await patientView.askButton.click();
    await patientView.composer.fill("");
  });

  it("an answer that does not know, and one that sends for help", async () => {
    const { patient, patientView } = await inConversation();
    const unknown = await patientView.ask("How do I mend the chain of my bicycle?");
    await unknown.receiptChecked.waitFor();
    const urgent = await patientView.ask("I have crushing chest pain and cannot breathe");
    await urgent.receiptChecked.waitFor();
    await expectAccessible(patient.page);
  });

  it("offline, with a message that waits", async () => {
    const { patient, patientView } = await inConversation();
    await patient.context.setOffline(true);
    await new Sidebar(patient.page).offlineNotice.waitFor();
    await patientView.write("Later then");
    await expectAccessible(patient.page);
    await patient.context.setOffline(false);
    await patientView.waitForState("Later then", "Read");
  });
});

describe("dialogs and menus", () => {
  it("options of a conversation", async () => {
    const { patient, patientView } = await inConversation();
    for (const look of looks) {
      await show(patient.page, look);
      await patientView.optionsButton.click();
      const menu = patient.page.getByRole("menu");
      await menu.waitFor();
      await expectNoViolation(patient.page, look.name);
      await patient.page.keyboard.press("Escape");
      await menu.waitFor({ state: "detached" });
    }
    await show(patient.page, looks[0]);
  });

  it("safety numbers, and what to do when they differ", async () => {
    const { patient, patientView } = await inConversation();
    await patientView.compareWith(clinicianName);
    const dialog = new CompareDialog(patient.page);
    await dialog.digits();
    await expectAccessible(patient.page);
    await dialog.button("They don't match").click();
    await dialog.root.getByRole("alert").waitFor();
    await expectAccessible(patient.page);
    await dialog.close();
  });

  it("source", async () => {
    const { patient, answer } = await inConversation();
    await answer.openSource(1);
    const dialog = new SourceDialog(patient.page, 1);
    await dialog.quote.waitFor();
    await expectAccessible(patient.page);
    await dialog.close();
  });

  it("receipt", async () => {
    const { patient, answer } = await inConversation();
    await answer.openReceipt();
    const dialog = new ReceiptDialog(patient.page);
    await dialog.steps();
    await expectAccessible(patient.page);
    await dialog.close();
  });

  it("consent", async () => {
    const { clinician, clinicianView } = scene;
    await clinicianView.askButton.click();
    const dialog = new ConsentDialog(clinician.page);
    await dialog.root.waitFor();
    await expectAccessible(clinician.page);
    await dialog.decline();
  });

  it.each([
    ["Link another device", "dialog", "Close"],
    ["Set up a backup", "dialog", "Not now"],
    ["Erase this device…", "alertdialog", "Keep everything"],
  ] as const)("%s", async (name, role, closing) => {
    const { page } = scene.patient;
    await new Sidebar(page).settings.click();
    await new SettingsView(page).button(name).click();
    const dialog = page.getByRole(role);
    await dialog.waitFor();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: closing }).first().click();
    await dialog.waitFor({ state: "detached" });
  });
});

describe("forced colours", () => {
  it("leave everything recognisable", async () => {
    const { patient } = await inConversation();
    await patient.page.emulateMedia({ forcedColors: "active" });
    // The browser chooses the colours, not these styles.
    await expectNoViolation(patient.page, "forced colours", ["color-contrast"]);
    const current = new Sidebar(patient.page).conversation(title);
    const outline = await current.evaluate((link) => getComputedStyle(link).outlineStyle);
    expect(outline).toBe("solid");
    await patient.page.emulateMedia({ forcedColors: "none" });
  });
});

async function inConversation(): Promise<Scene> {
  await new Sidebar(scene.patient.page).open(title);
  return scene;
}
