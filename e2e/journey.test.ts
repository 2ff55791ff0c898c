import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Device, launchBrowser, openDevice } from "./support/browser.ts";
import { ConsentDialog } from "./support/dialogs.ts";
import { findMarkerInFolder } from "./support/marker.ts";
import {
  type ConversationView,
  NewConversationView,
  SettingsView,
  Sidebar,
  WelcomeView,
} from "./support/pages.ts";
import { countEnvelopesForAgent } from "./support/relay-view.ts";
import { clinicianName, coveredQuestion as covered } from "./support/scene.ts";
import { type RunningStack, startStack } from "./support/stack.ts";

/** In every text that must stay between the endpoints; in no article, so finding it means that it leaked. */
const marker = "violet-heron-4711";
const patientName = `Amina ${marker}`;
const title = `My migraine ${marker}`;
const notCovered = `How do I mend the chain of my bicycle ${marker}?`;

let stack: RunningStack;
let browser: Browser;
let patient: Device;
let clinician: Device;
let phone: Device;
let patientView: ConversationView;
let clinicianView: ConversationView;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const devices = () => [patient, clinician, phone];
const envelopesForAgent = () => countEnvelopesForAgent(stack.dataDir);

describe("patient, clinician and assistant in real browsers", () => {
  it("sign up: the patient freely, the clinician by invitation", async () => {
    [patient, clinician] = await Promise.all([
      openDevice(browser, stack.relayUrl),
      openDevice(browser, stack.clinicianInvitation),
    ]);
    await Promise.all([
      new WelcomeView(patient.page).signUp(patientName),
      new WelcomeView(clinician.page).signUpAsInvited(),
    ]);
    expect(clinician.page.url()).not.toContain("invite=");
  });

  it("the patient begins a conversation with clinician and assistant", async () => {
    await new Sidebar(patient.page).newConversation.click();
    patientView = await new NewConversationView(patient.page).create(title, [clinicianName]);
    clinicianView = await new Sidebar(clinician.page).open(title);
    await patientView.readers.getByText(clinicianName).waitFor();
    await clinicianView.readers.getByText(patientName).waitFor();
  });

  it("both see the same safety number and mark each other as compared", async () => {
    const dialogs = await Promise.all([
      patientView.compareWith(clinicianName),
      clinicianView.compareWith(patientName),
    ]);
    const [seen, shown] = await Promise.all(dialogs.map((dialog) => dialog.digits()));
    expect(seen).toMatch(/^\d{60}$/);
    expect(shown).toBe(seen);
    await Promise.all(dialogs.map((dialog) => dialog.confirm()));
    await patientView.readers.getByText("compared", { exact: true }).waitFor();
    await clinicianView.readers.getByText("compared", { exact: true }).waitFor();
  });

  it("messages arrive and say when they were delivered and read", async () => {
    const hello = `Good morning, my head aches again. ${marker}`;
    await new Sidebar(clinician.page).settings.click();
    await patientView.write(hello);
    await patientView.waitForState(hello, "Delivered");
    await new Sidebar(clinician.page).open(title);
    await clinicianView.message(hello).waitFor();
    await patientView.waitForState(hello, "Read");
    const reply = `Good morning. Since when? ${marker}`;
    await clinicianView.write(reply);
    await patientView.message(reply).waitFor();
    await clinicianView.waitForState(reply, "Read");
  });

  it("the assistant reads nothing before the patient consented", async () => {
    const before = await envelopesForAgent();
    await patientView.askButton.click();
    const dialog = new ConsentDialog(patient.page);
    await dialog.decline();
    await patientView.composer.fill(`@assistant ${covered}`);
    await patientView.composer.press("Enter");
    await dialog.decline();
    expect(await patientView.message(covered).count()).toBe(0);
    expect(await envelopesForAgent()).toBe(before);
    await patientView.composer.press("Enter");
    await dialog.agree();
    await patientView.message(covered).waitFor();
    await expect.poll(envelopesForAgent, { timeout: 20_000 }).toBeGreaterThan(before);
  });

  it("shows what a question holds and where it goes, before it goes", async () => {
    await patientView.composer.fill("@assistant My mother Ana Ruiz, born 3/9/1961, has a migraine.");
    await patientView.route.getByText("stays inside").waitFor();
    await patientView.route.getByText("This message contains: a name, a date.").waitFor();
    expect(await patientView.marks()).toEqual(["Ana Ruiz", "3/9/1961"]);
    await patientView.composer.fill("");
  });

  it("answers with citations that open and a receipt that checks out, honestly labelled", async () => {
    const answer = patientView.answerTo(covered);
    await answer.receiptChecked.waitFor();
    await answer.root.getByText("Development assistant: not hardware-verified").waitFor();
    expect(await answer.root.getByText(/^Verified/).count()).toBe(0);
    await answer.root.getByText("Not reviewed by a clinician").waitFor();

    const source = await answer.openSource(1);
    expect((await source.quote.innerText()).length).toBeGreaterThan(40);
    await source.close();

    const receipt = await answer.openReceipt();
    const steps = await receipt.steps();
    expect(steps).toHaveLength(6);
    expect(steps.filter((step) => !step.endsWith(": passed"))).toEqual([]);
    expect(await receipt.fact("Where it might be answered").innerText()).toMatch(
      /^(In an enclave|Inside the organisation)/,
    );
    expect(await receipt.fact("Why there").innerText()).toBe("It is a general question.");
    await receipt.close();
    await clinicianView.answerTo(covered).receiptChecked.waitFor();
  });

  it("says that it does not know, and offers a person", async () => {
    const answer = await patientView.ask(notCovered);
    await answer.root.getByText("It does not know").waitFor();
    await answer.receiptChecked.waitFor();
    await answer.button("Ask a person").click();
    await expect
      .poll(() => patientView.composer.evaluate((input) => input === document.activeElement))
      .toBe(true);
  });

  it("recognises an emergency before anything is sent, and does not stand in the way", async () => {
    const text = "I have crushing chest pain and cannot breathe";
    await patientView.composer.fill(text);
    await patientView.emergency.getByRole("link", { name: "Emergency: 911" }).waitFor();
    expect(await patientView.message(text).count()).toBe(0);
    await patientView.composer.press("Enter");
    await clinicianView.message(text).waitFor();
    await patientView.button("Close this notice").click();
  });

  it("gives the assistant nothing more once consent is taken back", async () => {
    await patientView.choose(/^Take back consent/);
    await patientView.notice("You took back the consent").waitFor();
    // Goes out after the revocation, so when it is there the agent was told.
    await exchange("That is all for the assistant.");
    const before = await envelopesForAgent();
    await exchange("Shall I keep a diary?");
    await patientView.composer.fill(`@assistant ${covered}`);
    await patientView.composer.press("Enter");
    await new ConsentDialog(patient.page).decline();
    await patientView.composer.fill("");
    await patientView.askButton.click();
    await new ConsentDialog(patient.page).decline();
    await exchange("I will keep one.");
    expect(await envelopesForAgent()).toBe(before);
  });

  it("a second device of the patient receives, and knows what is its own person's", async () => {
    phone = await openDevice(browser, stack.relayUrl, { viewport: { width: 390, height: 844 } });
    const code = await new WelcomeView(phone.page).showLinkCode();
    await new Sidebar(patient.page).settings.click();
    const compared = new WelcomeView(phone.page).digits();
    expect(await new SettingsView(patient.page).linkDevice(code)).toBe(await compared);
    await new Sidebar(phone.page).root.waitFor();
    await new Sidebar(patient.page).open(title);

    const mine = `From the first device ${marker}`;
    const phoneView = await new Sidebar(phone.page).open(title);
    await patientView.write(mine);
    await phoneView.message(mine).and(phone.page.locator("[data-mine=true]")).waitFor();
    const theirs = `To both devices ${marker}`;
    await clinicianView.write(theirs);
    await phoneView.message(theirs).and(phone.page.locator("[data-mine=false]")).waitFor();
    await patientView.message(theirs).waitFor();
    const fromPhone = `From the second device ${marker}`;
    await phoneView.write(fromPhone);
    await patientView.message(fromPhone).and(patient.page.locator("[data-mine=true]")).waitFor();
    await clinicianView.message(fromPhone).and(clinician.page.locator("[data-mine=false]")).waitFor();
  });

  it("keeps history over a reload", async () => {
    const rows = patientView.log.getByRole("article");
    const unsettled = patientView.log.getByText(/^(Sent|Delivered)$/);
    await expect.poll(() => unsettled.count(), { timeout: 20_000 }).toBe(0);
    const before = await rows.allInnerTexts();
    await patient.page.reload();
    await patientView.answerTo(covered).receiptChecked.waitFor();
    await expect.poll(() => rows.allInnerTexts()).toEqual(before);
  });

  it("queues while offline and sends after", async () => {
    const text = `Written without a connection ${marker}`;
    await patient.context.setOffline(true);
    await patientView.write(text);
    await patientView.waitForState(text, "Waiting to be sent");
    expect(await clinicianView.message(text).count()).toBe(0);
    await patient.context.setOffline(false);
    await clinicianView.message(text).waitFor();
    await patientView.waitForState(text, "Read");
  });
});

/** One message each way. */
async function exchange(text: string): Promise<void> {
  await patientView.write(text);
  await clinicianView.message(text).waitFor();
  const reply = `I read: ${text}`;
  await clinicianView.write(reply);
  await patientView.message(reply).waitFor();
}

describe("what others than the endpoints saw of it", () => {
  it("holds the marker nowhere: relay, log, process logs, sockets, requests", async () => {
    const found = await Promise.all([
      findMarkerInFolder(stack.dataDir, marker),
      ...devices().map(({ traffic }) => traffic.find(marker)),
    ]);
    expect(found.flat()).toEqual([]);
    for (const { traffic } of devices()) {
      expect(traffic.count("frame")).toBeGreaterThan(3);
      expect(traffic.count("request body")).toBeGreaterThan(1);
      expect(traffic.count("response body")).toBeGreaterThan(3);
    }
  });

  it("finds the marker when a device sends it without encryption", async () => {
    const { page, traffic } = patient;
    const answered = await page.evaluate(sendUnsealed, {
      slot: randomBytes(16).toString("base64url"),
      box: Buffer.from(`not sealed: ${marker}`).toString("base64url"),
      authorization: traffic.authorizationFor(stack.relayUrl),
      text: marker,
    });
    expect(answered).toBe(204);
    const inTraffic = await traffic.find(marker);
    expect(inTraffic.map(({ where }) => where)).toContain("frame sent");
    expect(inTraffic).toContainEqual({ where: expect.stringMatching(/^request body/), encoding: "base64" });
    const inRelay = await findMarkerInFolder(join(stack.dataDir, "relay"), marker);
    expect(inRelay).toContainEqual({ where: expect.stringMatching(/relay\.db/), encoding: "raw" });
  });

  it("went to the relay and the log only, within the content security policy", async () => {
    for (const { traffic } of devices()) {
      expect(traffic.violations).toEqual([]);
      expect(traffic.pageErrors).toEqual([]);
      expect(traffic.origins).toEqual([stack.relayUrl, stack.logUrl].toSorted());
    }
    await patient.page.evaluate(() =>
      document.body.append(Object.assign(document.createElement("style"), { textContent: "*{}" })),
    );
    await expect.poll(() => patient.traffic.violations).toEqual(["style-src-elem inline"]);
    expect(await readFile(join(stack.dataDir, "cloister.log"), "utf8")).not.toBe("");
  });
});

/** In the page: what a client that does not encrypt would send, over HTTP and over a WebSocket. */
async function sendUnsealed(input: {
  readonly slot: string;
  readonly box: string;
  readonly authorization: string;
  readonly text: string;
}): Promise<number> {
  const { status } = await fetch(`/v1/provisioning/${input.slot}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json", Authorization: input.authorization },
    body: JSON.stringify({ box: input.box }),
  });
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/v1/mailbox`);
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  socket.send(new TextEncoder().encode(input.text));
  await new Promise((resolve) => socket.addEventListener("close", resolve));
  return status;
}
