import { BaseError } from "@cloister/bytes";
import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeClient } from "../testing/fake-client.ts";
import { fakeInvitationCode } from "../testing/fake-invitation.ts";
import { contacts, organisation } from "../testing/people.ts";
import { find, open, press, read, readNoMore, see } from "../testing/render.tsx";
import { scenario } from "../testing/scenario.ts";

async function tabTo(role: string, name: string): Promise<void> {
  await see(role, name);
  const target = find(role, name).element();
  for (let count = 0; count < 40 && document.activeElement !== target; count += 1) {
    await userEvent.keyboard("{Tab}");
  }
  expect(document.activeElement).toBe(target);
}

describe("by keyboard only", () => {
  test("from nothing to a message", async () => {
    open(new FakeClient(undefined, Object.values(contacts)));
    await tabTo("textbox", "How should we call you?");
    await userEvent.keyboard("Amina{Enter}");
    await see("link", "Begin a conversation");
    await tabTo("link", "Begin a conversation");
    await userEvent.keyboard("{Enter}");
    await tabTo("textbox", "What is it about?");
    await userEvent.keyboard("My cough");
    await tabTo("checkbox", "Dr Lena Vogt");
    await userEvent.keyboard(" ");
    await tabTo("button", "Start the conversation");
    await userEvent.keyboard("{Enter}");
    await see("heading", "Dr Lena Vogt");
    await tabTo("textbox", "Message");
    await userEvent.keyboard("Good morning{Enter}");
    await read("Good morning");
  });

  test("arrow keys move in the list, and the skip link jumps over it", async () => {
    open(scenario());
    await see("link", "Joseph");
    await userEvent.keyboard("{Tab}");
    expect(document.activeElement?.textContent).toContain("Skip");
    await userEvent.keyboard("{Enter}");
    expect(document.activeElement?.id).toBe("main");
    find("link", "Dr Lena Vogt").element().focus();
    await userEvent.keyboard("{ArrowDown}");
    expect(document.activeElement?.textContent).toContain("Joseph");
    await userEvent.keyboard("{End}");
    expect(document.activeElement?.textContent).toContain("sleep");
    await userEvent.keyboard("{Home}{Enter}");
    await see("heading", "Dr Lena Vogt");
    await expect.poll(() => document.activeElement?.tagName).toBe("H1");
  });
});

describe("signing up", () => {
  test("an invitation names role and person and is what the account is made with", async () => {
    const client = new FakeClient();
    open(client, { invitationCode: fakeInvitationCode("clinician", "Dr Lena Vogt") });
    await read("You are invited as clinician");
    await press("Create account");
    await see("heading", "Conversations");
    expect(client.self()).toMatchObject({ role: "clinician", displayName: "Dr Lena Vogt" });
  });

  test("by invitation only: there is no way around one", async () => {
    const client = new FakeClient();
    client.info = { ...organisation, signUp: "invitation" };
    open(client);
    await see("textbox", "Invitation");
    expect(page.getByRole("button", { name: "Create account" }).elements()).toHaveLength(0);
    await userEvent.fill(find("textbox", "Invitation"), "not an invitation");
    await read("Copy the whole link again");
    await userEvent.fill(
      find("textbox", "Invitation"),
      `https://chat.example/#invite=${fakeInvitationCode("patient", "")}`,
    );
    await see("textbox", "How should we call you?");
  });

  test("an invitation on a device that has an account is not lost without a word", async () => {
    open(scenario(), { invitationCode: fakeInvitationCode("clinician", "Dr Lena Vogt") });
    await see("dialog", "The invitation was not used");
    await press("Close");
    await readNoMore("was not used");
  });

  test("an expired invitation says what to do", async () => {
    open(new FakeClient(), { invitationCode: fakeInvitationCode("clinician", "Dr Lena Vogt", 1000) });
    await read("Ask the organisation for a new one");
  });

  test("what the relay refuses is said, and can be tried again", async () => {
    const client = new FakeClient();
    client.failNext("signUp", new BaseError("Policy", "INVITATION_USED", "used"));
    open(client, { invitationCode: fakeInvitationCode("clinician", "Dr Lena Vogt") });
    await press("Create account");
    await read("was used already");
    await press("Create account");
    await see("heading", "Conversations");
  });
});

describe("settings", () => {
  test("a device is removed after a question", async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Remove device 2");
    await press("Keep it");
    await press("Remove device 2");
    await press("Remove it");
    await readNoMore("Device 2");
  });

  test("erasing asks first, then nothing is left", async () => {
    const client = scenario();
    open(client, { hash: "#/settings" });
    await press("Erase this device…");
    await press("Keep everything");
    expect(client.calls).not.toContain("erase");
    await press("Erase this device…");
    await press(/^Erase$/);
    await see("heading", "Private messages with");
    expect(client.self()).toBeUndefined();
  });

  test("theme and text size take effect and are remembered", async () => {
    open(scenario(), { hash: "#/settings" });
    await see("radio", "Dark");
    await userEvent.click(page.getByText("Dark", { exact: true }));
    await userEvent.click(page.getByText("Largest", { exact: true }));
    expect(getComputedStyle(document.documentElement).colorScheme).toBe("dark");
    expect(getComputedStyle(document.documentElement).fontSize).toBe("25px");
    expect(JSON.parse(localStorage.getItem("cloister.preferences") ?? "")).toMatchObject({
      theme: "dark",
      textSize: "largest",
    });
  });
});

test("offline is said, and that messages wait", async () => {
  const client = scenario();
  open(client);
  client.setConnection("offline");
  await read("Messages wait on this device");
  client.setConnection("online");
  await readNoMore("You are offline");
});
