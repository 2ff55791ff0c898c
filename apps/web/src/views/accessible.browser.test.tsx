import { describe, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { changePreferences } from "../model/preferences.ts";
import { FakeClient } from "../testing/fake-client.ts";
import { knownPhrase } from "../testing/fake-devices.ts";
import { fakeInvitationCode } from "../testing/fake-invitation.ts";
import {
  abstainedAnswer,
  answerTo,
  contacts,
  emergencyAnswer,
  failedVerdict,
  patient,
  text,
} from "../testing/people.ts";
import {
  desktop,
  expectAccessible,
  expectNoSidewaysScroll,
  find,
  open,
  phone,
  press,
  read,
  see,
  write,
} from "../testing/render.tsx";
import { scenario } from "../testing/scenario.ts";

/** Every view, dialog, menu and notice, with what must be seen when it stands. */
const places: { readonly [name: string]: () => Promise<void> } = {
  welcome: async () => {
    open(new FakeClient());
    await see("heading", "Private messages with Lindenhof Clinic");
  },
  "welcome with a missing name": async () => {
    open(new FakeClient());
    await press("Create account");
    await read("Write the name");
  },
  "welcome without connection": async () => {
    const client = new FakeClient();
    client.failNext("organisation");
    open(client);
    await see("alert");
  },
  "welcome with an invitation": async () => {
    open(new FakeClient(), { invitationCode: fakeInvitationCode("clinician", "Dr Lena Vogt") });
    await see("region", "Your invitation");
  },
  "link this device": async () => {
    open(new FakeClient());
    await press("Link to an account on another device");
    await see("img", "Code for your other device");
  },
  "new device that compares": async () => {
    const client = new FakeClient();
    open(client);
    await press("Link to an account on another device");
    await see("img", "Code for your other device");
    client.own.answer();
    await read("It must be this one");
  },
  "restore with wrong words": async () => {
    open(new FakeClient());
    await press("Restore from a backup");
    await userEvent.click(page.getByText("In a file", { exact: true }));
    await userEvent.fill(find("textbox", "Your twelve words"), knownPhrase.replace("wave", "waev"));
    await press(/^Restore$/);
    await read("Is it “wave”");
  },
  "conversation list": async () => {
    open(scenario());
    await see("link", "Joseph Okafor");
  },
  "empty list": async () => {
    open(new FakeClient(patient, Object.values(contacts)));
    await see("link", "Begin a conversation");
  },
  "new conversation": async () => {
    open(scenario(), { hash: "#/new" });
    await press("Start the conversation");
    await read("Say in a few words");
  },
  conversation: async () => {
    open(scenario(), { hash: "#/conversation/inhaler" });
    await see("button", "Details of the receipt");
  },
  "conversation with every state, offline": async () => {
    const client = scenario();
    client.verdict = failedVerdict;
    open(client, { hash: "#/conversation/inhaler" });
    const question = text("q", {
      from: "amina",
      mine: true,
      body: "Flying with a tattoo?",
      asked: "assistant",
    });
    client.receive(question);
    client.receive(answerTo(question, "assistant", abstainedAnswer));
    client.receive({ ...answerTo(question, "assistant", emergencyAnswer), id: "emergency" });
    for (const state of ["queued", "sent", "delivered", "read", "failed"] as const) {
      client.receive(
        text(`state-${state}`, { from: "amina", mine: true, body: `A message: ${state}`, state }),
      );
    }
    client.receive(
      text("waiting", { from: "amina", mine: true, body: "And?", asked: "assistant", state: "sent" }),
    );
    client.setConnection("offline");
    await see("button", "Try again");
  },
  "question with identifiers": async () => {
    open(scenario(), { hash: "#/conversation/alone" });
    await write("My mother Ana Ruiz, born 3/9/1961, has gout. What helps?");
    await read("This message contains: a name, a date.");
  },
  "question under a limit": async () => {
    const client = scenario();
    await client.limitRoute("alone", "enclave");
    open(client, { hash: "#/conversation/alone" });
    await read("you chose a stricter place");
  },
  "choice of a place": async () => {
    const client = scenario();
    client.policy = { ...client.policy, cloud: { ...client.policy.cloud, isAllowed: true } };
    open(client, { hash: "#/conversation/alone" });
    await press("Choose where");
    await see("radio", "Wherever Lindenhof Clinic allows");
  },
  "conversation for a clinician": async () => {
    open(scenario("clinician"), { hash: "#/conversation/knee" });
    await see("log", "Messages");
  },
  "identity changed": async () => {
    open(scenario("clinician"), { hash: "#/conversation/pressure" });
    await see("button", "Go on without comparing");
  },
  "unknown conversation": async () => {
    open(scenario(), { hash: "#/conversation/nowhere" });
    await see("heading", "Not on this device");
  },
  "writing to the assistant": async () => {
    open(scenario(), { hash: "#/conversation/inhaler" });
    await press("Ask the assistant");
    await read("The assistant will read this message");
  },
  "emergency banner": async () => {
    open(scenario(), { hash: "#/conversation/inhaler" });
    await write("I have crushing chest pain and cannot breathe");
    await see("alert");
  },
  "consent dialog": async () => {
    open(scenario("clinician"), { hash: "#/conversation/inhaler" });
    await press("Ask the assistant");
    await see("dialog", "May the assistant read this?");
  },
  "source dialog": async () => {
    open(scenario(), { hash: "#/conversation/inhaler" });
    await press("Source 1");
    await see("dialog", "Source 1");
  },
  "receipt dialog": async () => {
    open(scenario(), { hash: "#/conversation/inhaler" });
    await press("Details of the receipt");
    await see("dialog", "Receipt of this answer");
  },
  "failed receipt dialog": async () => {
    const client = scenario();
    client.verdict = failedVerdict;
    open(client, { hash: "#/conversation/inhaler" });
    await press("Details of the receipt");
    await see("dialog", "Receipt of this answer");
  },
  "conversation menu": async () => {
    open(scenario(), { hash: "#/conversation/inhaler" });
    await press("Options of this conversation");
    await see("menu");
  },
  "safety number dialog": async () => {
    await compare();
    await see("list", "Safety number");
  },
  "safety code": async () => {
    await compare();
    await userEvent.click(page.getByText("In one room? Scan instead"));
    await see("img", "Your safety code");
  },
  "safety numbers differ": async () => {
    await compare();
    await press("They don't match");
    await read("Do not write anything private here");
  },
  settings: async () => {
    open(scenario(), { hash: "#/settings" });
    await see("button", "Remove device 2");
  },
  "remove a device": async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Remove device 2");
    await see("alertdialog", "Remove device 2?");
  },
  "link another device": async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Link another device");
    await see("dialog", "Link another device");
  },
  "camera that is not there": async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Link another device");
    await press("Scan with the camera");
    await see("alert");
  },
  "compare with the new device": async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Link another device");
    await userEvent.fill(find("textbox", "Code of the new device"), "ABC");
    await press("Use this code");
    await see("dialog", "Is this your device?");
  },
  "earlier messages on their way": async () => {
    const client = scenario();
    client.setHistory({ direction: "receiving", doneCount: 3, totalCount: 12, isIncomplete: false });
    open(client);
    await see("progressbar", "3 of 12");
  },
  "earlier messages that are given": async () => {
    const client = scenario();
    client.setHistory({ direction: "giving", doneCount: 3, totalCount: 12, isIncomplete: false });
    open(client, { hash: "#/settings" });
    await see("progressbar", "3 of 12");
  },
  "earlier messages that are missing": async () => {
    const client = scenario();
    client.setHistory({ direction: "receiving", doneCount: 12, totalCount: 12, isIncomplete: true });
    open(client);
    await read("Some earlier messages are missing");
  },
  "twelve words": async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Set up a backup");
    await see("list", "Your twelve words");
  },
  "three of the words": async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Set up a backup");
    await press("I have written them down");
    await press("Use these words");
    await read("Look at your paper again");
  },
  "a backup that is old": async () => {
    const client = scenario();
    const lastAtMs = Date.now() - 40 * 86_400_000;
    client.setBackup({ ways: ["phrase", "passkey"], isKeptAtRelay: true, lastAtMs, isVoid: false });
    open(client, { hash: "#/settings" });
    await read("Last backup: 40 days ago");
  },
  "a backup that was replaced": async () => {
    const client = scenario();
    client.setBackup({ ways: ["phrase"], isKeptAtRelay: false, isVoid: true });
    open(client, { hash: "#/settings" });
    await read("Your backup was replaced");
  },
  "end the backup": async () => {
    const client = scenario();
    client.setBackup({ ways: ["phrase"], isKeptAtRelay: false, isVoid: false });
    open(client, { hash: "#/settings" });
    await press("End the backup…");
    await see("alertdialog", "End the backup?");
  },
  "erase this device": async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Erase this device…");
    await see("alertdialog", "Erase everything on this device?");
  },
  "removed device": async () => {
    const client = scenario();
    open(client);
    client.revokeThisDevice();
    await see("heading", "This device was removed");
  },
  "other keys of the organisation": async () => {
    const client = scenario();
    open(client);
    client.changeOrganisation();
    await see("heading", "The server shows other keys");
  },
};

async function compare(): Promise<void> {
  open(scenario(), { hash: "#/conversation/inhaler" });
  await press("Options of this conversation");
  await press("Compare safety numbers with Dr Lena Vogt", "menuitem");
}

describe.each(Object.entries(places))("%s", (_name, arrive) => {
  test("passes axe in light and dark", async () => {
    await arrive();
    await expectAccessible();
    changePreferences({ theme: "dark" });
    await expectAccessible();
  });

  test("passes axe and fits at 320 px, and with text of double size", async () => {
    await page.viewport(phone.width, phone.height);
    await arrive();
    await expectAccessible();
    expectNoSidewaysScroll();
    await page.viewport(desktop.width / 2, desktop.height / 2);
    document.documentElement.style.fontSize = "200%";
    await expectAccessible();
    expectNoSidewaysScroll();
    document.documentElement.style.fontSize = "";
  });
});
