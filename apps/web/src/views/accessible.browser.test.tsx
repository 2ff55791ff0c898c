import { describe, test } from "vitest";
import { page } from "vitest/browser";
import { changePreferences } from "../model/preferences.ts";
import { FakeClient } from "../testing/fake-client.ts";
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
    await see("button", "Copy the code");
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
