import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Device, launchBrowser, openDevice } from "./support/browser.ts";
import { cameraArguments, showToCamera } from "./support/camera.ts";
import { LinkDialog } from "./support/dialogs.ts";
import { findMarkerInFolder } from "./support/marker.ts";
import {
  type ConversationView,
  NewConversationView,
  SettingsView,
  Sidebar,
  WelcomeView,
} from "./support/pages.ts";
import { clinicianName } from "./support/scene.ts";
import { type RunningStack, startStack } from "./support/stack.ts";

const marker = "copper-otter-2903";
const patientName = `Amina ${marker}`;
const title = `My knee ${marker}`;
const first = `It hurts since Monday. ${marker}`;
const reply = `Can you bend it? ${marker}`;

let stack: RunningStack;
let browser: Browser;
let folder: string;
let patient: Device;
let clinician: Device;
let phone: Device;
let clinicianView: ConversationView;
let words: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-devices-"));
  const camera = join(folder, "camera.y4m");
  await writeFile(camera, "");
  [stack, browser] = await Promise.all([startStack(), launchBrowser(cameraArguments(camera))]);
  [patient, clinician] = await Promise.all([
    openDevice(browser, stack.relayUrl),
    openDevice(browser, stack.clinicianInvitation),
  ]);
  await Promise.all([
    new WelcomeView(patient.page).signUp(patientName),
    new WelcomeView(clinician.page).signUpAsInvited(),
  ]);
  await new Sidebar(patient.page).newConversation.click();
  const view = await new NewConversationView(patient.page).create(title, [clinicianName]);
  clinicianView = await new Sidebar(clinician.page).open(title);
  await clinicianView.readers.getByText(patientName).waitFor();
  await Promise.all([
    (await view.compareWith(clinicianName)).confirm(),
    (await clinicianView.compareWith(patientName)).confirm(),
  ]);
  await view.write(first);
  await clinicianView.message(first).waitFor();
  await clinicianView.write(reply);
  await view.message(reply).waitFor();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Everything from before is there, new messages go both ways, and nobody is alarmed. */
async function expectSamePerson(page: Page, text: string): Promise<void> {
  const view = await new Sidebar(page).open(title);
  await view.message(first).and(page.locator("[data-mine=true]")).waitFor();
  await view.message(reply).and(page.locator("[data-mine=false]")).waitFor();
  await view.readers.getByText("compared", { exact: true }).waitFor();
  await view.write(`${text} ${marker}`);
  await clinicianView.message(text).waitFor();
  await clinicianView.write(`I read: ${text} ${marker}`);
  await view.message(`I read: ${text}`).waitFor();
  await clinicianView.readers.getByText("compared", { exact: true }).waitFor();
  expect(await clinicianView.notice("identity key").count()).toBe(0);
}

describe("a new device", () => {
  it("is read by the camera, compared, let in, and shows what was said before", async () => {
    phone = await openDevice(browser, stack.relayUrl, { viewport: { width: 390, height: 844 } });
    const welcome = new WelcomeView(phone.page);
    await welcome.button("Link to an account on another device").click();
    await welcome.linkCodePicture.waitFor();
    await showToCamera(browser, phone.page, join(folder, "camera.y4m"));

    await new Sidebar(patient.page).settings.click();
    const settings = new SettingsView(patient.page);
    await settings.button("Link another device").click();
    const dialog = new LinkDialog(patient.page);
    await dialog.scan.click();
    await dialog.root.getByText("This browser may not use the camera").waitFor();
    await dialog.close();

    await patient.context.grantPermissions(["camera"]);
    await settings.button("Link another device").click();
    await dialog.scan.click();
    const compared = welcome.digits();
    expect(await settings.letIn()).toBe(await compared);

    const sidebar = new Sidebar(phone.page);
    await sidebar.root.waitFor();
    await sidebar.conversation(title).filter({ hasText: "Can you bend it?" }).waitFor();
    await expectSamePerson(phone.page, "From the phone.");
  });
});

describe("a backup in a file", () => {
  let file: string;

  it("is set up with twelve words on paper", async () => {
    const settings = new SettingsView(patient.page);
    words = await settings.setUpBackup();
    expect(words).toHaveLength(12);
    file = join(folder, "backup.cloister");
    await writeFile(file, await readFile(await settings.saveBackup()));
    await settings.backup.getByText("Last backup: today, in a file.").waitFor();
  });

  it("is refused with wrong words or when it is damaged, in words that help", async () => {
    const device = await openDevice(browser, stack.relayUrl);
    const welcome = new WelcomeView(device.page);
    const damaged = join(folder, "damaged.cloister");
    await writeFile(damaged, (await readFile(file)).subarray(0, -100));
    await welcome.beginRestore(damaged);
    await welcome.words.fill(["zebraa", ...words.slice(1)].join(" "));
    await welcome.button("Restore").last().click();
    await welcome.root.getByText("Word 1, “zebraa”, is not in the list. Is it “zebra”?").waitFor();
    await welcome.words.fill(words.join(" "));
    await welcome.button("Restore").last().click();
    await welcome.root.getByText("it was not copied completely").waitFor();
    await device.context.close();
  });

  it("brings everything back after the device was wiped, in place of all other devices", async () => {
    await new SettingsView(patient.page).erase();
    const welcome = new WelcomeView(patient.page);
    await welcome.beginRestore(file);
    await welcome.words.fill(words.join("\n").toUpperCase());
    await welcome.button("Restore").last().click();
    await new Sidebar(patient.page).root.waitFor();
    await expectSamePerson(patient.page, "From the restored device.");
    await phone.page.getByRole("heading", { name: "This device was removed" }).waitFor();
  });
});

describe("a backup at the organisation", () => {
  it("opens with a passkey", async () => {
    await addAuthenticator(patient.page);
    await new Sidebar(patient.page).settings.click();
    const settings = new SettingsView(patient.page);
    await settings.backup.getByRole("button", { name: "Add a passkey" }).click();
    await settings.backup.getByText("Your twelve words, or your passkey.").waitFor();
    await settings.keepCopy();
    await settings.erase();

    const welcome = new WelcomeView(patient.page);
    await welcome.beginRestore();
    await welcome.button("Use a passkey instead").click();
    await new Sidebar(patient.page).root.waitFor();
    await expectSamePerson(patient.page, "Back by passkey.");
  });

  it("opens with the words just as well", async () => {
    const device = await openDevice(browser, stack.relayUrl);
    const welcome = new WelcomeView(device.page);
    await welcome.beginRestore();
    await welcome.words.fill(words.join(" "));
    await welcome.button("Restore").last().click();
    await new Sidebar(device.page).root.waitFor();
    await expectSamePerson(device.page, "Back by words.");
    await patient.page.getByRole("heading", { name: "This device was removed" }).waitFor();
    expect(await findMarkerInFolder(stack.dataDir, marker)).toEqual([]);
    for (const { traffic } of [patient, clinician, phone, device]) {
      expect(await traffic.find(marker)).toEqual([]);
      expect(traffic.violations).toEqual([]);
      expect(traffic.pageErrors).toEqual([]);
      expect(traffic.origins).toEqual([stack.relayUrl, stack.logUrl].toSorted());
    }
    const someWords = words.slice(0, 2).join(" ");
    expect(await findMarkerInFolder(stack.dataDir, someWords)).toEqual([]);
  });
});

/** A fingerprint reader with PRF, as phones and laptops have it, in place of a real one. */
async function addAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf: true,
    },
  });
}
