import { BaseError } from "@cloister/bytes";
import type { Message } from "@cloister/client";
import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { FakeClient } from "../testing/fake-client.ts";
import { answerTo, contacts, failedVerdict, text, verdictFor } from "../testing/people.ts";
import { find, open, press, read, readNoMore, see, write } from "../testing/render.tsx";
import { scenario } from "../testing/scenario.ts";

const hash = "#/conversation/inhaler";

function openInhaler(client: FakeClient = scenario()): FakeClient {
  client.answers = false;
  open(client, { hash });
  return client;
}

async function holdsFocus(role: string, name: string): Promise<void> {
  await expect.poll(() => document.activeElement).toBe(find(role, name).element());
}

async function lastSent(client: FakeClient): Promise<Message | undefined> {
  const messages = await client.messages("inhaler");
  return messages.reduce<Message | undefined>((last, message) => (message.mine ? message : last), undefined);
}

describe("writing", () => {
  test("Enter sends, Shift+Enter begins a line, and the focus stays in the text", async () => {
    const client = openInhaler();
    await see("textbox", "Message");
    await userEvent.click(find("textbox", "Message"));
    await userEvent.keyboard("one{Shift>}{Enter}{/Shift}two{Enter}");
    await expect.element(find("textbox", "Message")).toHaveValue("");
    await holdsFocus("textbox", "Message");
    expect(await lastSent(client)).toMatchObject({ body: "one\ntwo" });
    expect(await lastSent(client)).not.toHaveProperty("asked");
  });

  test("text that could not be sent stays, with what to do", async () => {
    const client = openInhaler();
    client.failNext("sendText", new BaseError("Usage", "CONTENT_TOO_LARGE", "too long"));
    await write("far too long");
    await press(/^Send$/);
    await read("Send it in two parts");
    await expect.element(find("textbox", "Message")).toHaveValue("far too long");
  });

  test("a draft is there again after looking elsewhere", async () => {
    openInhaler();
    await write("half a thought");
    await press("Joseph Okafor", "link");
    await read("Vaccinations for travelling");
    await expect.element(find("textbox", "Message")).toHaveValue("");
    await press("Night cough", "link");
    await expect.element(find("textbox", "Message")).toHaveValue("half a thought");
  });

  test("what is written in markup or another direction stays text", async () => {
    const client = openInhaler();
    const body = "<img src=x onerror=alert(1)> [link](javascript:alert(1))";
    client.receive(text("markup", { from: "lena", body }));
    await read(body);
    client.receive(text("rtl", { from: "lena", body: "صباح الخير" }));
    await read("صباح الخير");
    const bubble = page.getByText("صباح الخير").first().element();
    expect(getComputedStyle(bubble).direction).toBe("rtl");
  });
});

describe("states of a message", () => {
  test.each([
    ["queued", "Waiting to be sent"],
    ["sent", "Sent"],
    ["delivered", "Delivered"],
    ["read", "Read"],
    ["failed", "Not sent"],
  ] as const)("%s is said in words", async (state, words) => {
    const client = openInhaler();
    client.receive(text("state", { from: "amina", mine: true, body: "How are things?", state }));
    await read("How are things?");
    const row = page.getByRole("article").filter({ hasText: "How are things?" });
    await expect.element(row.getByText(words, { exact: true })).toBeVisible();
    expect(row.getByText("Try again").elements()).toHaveLength(state === "failed" ? 1 : 0);
  });

  test("a failed message goes out when it is tried again, or says why not", async () => {
    const client = openInhaler();
    client.receive(text("state", { from: "amina", mine: true, body: "How are things?", state: "failed" }));
    client.failNext("retry");
    await press("Try again");
    await read("cannot be reached just now");
    await press("Try again");
    await readNoMore("Not sent");
  });
});

describe("the assistant", () => {
  test("gets nothing before consent; then what is addressed to it, and the text is still there", async () => {
    const client = scenario("clinician");
    openInhaler(client);
    await write("@assistant how much is too much?");
    await read("The assistant will read this message");
    await userEvent.keyboard("{Enter}");
    await see("dialog", "May the assistant read this?");
    await press("No, not now");
    await expect.element(find("textbox", "Message")).toHaveValue("@assistant how much is too much?");
    expect(client.calls).not.toContain("sendText");
    await press(/^Send$/);
    await press("Yes, let it read");
    await expect.element(find("textbox", "Message")).toHaveValue("");
    expect(client.calls.filter((call) => ["grantConsent", "sendText"].includes(call))).toEqual([
      "grantConsent",
      "sendText",
    ]);
    expect(await lastSent(client)).toMatchObject({ asked: "assistant", body: "how much is too much?" });
    await read("Waiting for the assistant");
  });

  test("consent that could not be recorded sends nothing and says so", async () => {
    const client = scenario("clinician");
    openInhaler(client);
    client.failNext("grantConsent");
    await press("Ask the assistant");
    await press("Yes, let it read");
    await read("cannot be reached just now");
    await see("dialog", "May the assistant read this?");
  });

  test("the chip takes the address away again", async () => {
    const client = openInhaler();
    await write("@assistant hello");
    await press("Don't send it to the assistant");
    await readNoMore("The assistant will read this message");
    await press(/^Send$/);
    await read("hello");
    expect(await lastSent(client)).toMatchObject({ body: "hello" });
    expect(await lastSent(client)).not.toHaveProperty("asked");
  });

  test("consent is taken back in the menu", async () => {
    const client = openInhaler();
    await press("Options of this conversation");
    await press("Take back consent", "menuitem");
    await read("gets nothing more from you");
    expect(client.calls).toContain("revokeConsent");
    await press("Ask the assistant");
    await see("dialog", "May the assistant read this?");
  });

  test("an answer is marked as AI, cites what opens, and leads to a person", async () => {
    openInhaler();
    await read("AI, not a person");
    await read("AI can be wrong");
    await press("Source 2");
    await see("dialog", "Source 2");
    await read("It only works when it is taken every day");
    const link = find("link", "medlineplus");
    await expect.element(link).toHaveAttribute("rel", "noreferrer");
    await userEvent.keyboard("{Escape}");
    await holdsFocus("button", "Source 2");
    await press("Ask a person");
    await holdsFocus("textbox", "Message");
  });

  test("a question that failed to arrive is not said to be with the assistant", async () => {
    const client = openInhaler();
    client.setConnection("offline");
    await press("Ask the assistant");
    await write("and at night?");
    await press(/^Send$/);
    await read("waits to be sent");
    await readNoMore("Waiting for the assistant");
  });
});

describe("receipts", () => {
  test("begins at checking and ends at what the check found", async () => {
    const client = scenario();
    let settle: (verdict: typeof failedVerdict) => void = () => undefined;
    client.verdict = new Promise((resolve) => (settle = resolve));
    openInhaler(client);
    await read("Checking the receipt");
    settle(failedVerdict);
    await read("Receipt check failed: do not rely on this answer");
    await press("Details of the receipt");
    await read("RECEIPT-ANSWER");
    await readNoMore("What the assistant signed");
  });

  test("development is never shown as verified; hardware is", async () => {
    openInhaler();
    await read("Development assistant: not hardware-verified");
    expect(page.getByText("Verified:").elements()).toHaveLength(0);
  });

  test("hardware is shown as verified, with the digests to copy", async () => {
    const client = scenario();
    client.verdict = verdictFor({
      backing: "hardware",
      processedAt: "enclave",
      modelDigest: "ab".repeat(32),
    });
    openInhaler(client);
    await read("Verified: made inside protected hardware");
    await press("Details of the receipt");
    await see("button", "Copy the digest of the model");
  });

  test("a check that could not be made is made again on demand", async () => {
    const client = scenario();
    client.failNext("verifyReceipt");
    openInhaler(client);
    await read("could not be checked just now");
    await press("Check again");
    await read("Receipt checked");
  });
});

describe("identities", () => {
  test("numbers that match verify, and the focus goes back", async () => {
    const client = openInhaler();
    client.setContact({ ...contacts["lena"], verification: "unverified" } as never);
    await press("Options of this conversation");
    await press("Compare safety numbers with Dr Lena Vogt", "menuitem");
    await see("list", "Safety number");
    expect(find("list", "Safety number").getByRole("listitem").elements()).toHaveLength(12);
    await press("They match");
    await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
    await read("compared");
    await holdsFocus("button", "Options of this conversation");
  });

  test("numbers that differ verify nobody", async () => {
    const client = openInhaler();
    client.setContact({ ...contacts["lena"], verification: "unverified" } as never);
    await press("Options of this conversation");
    await press("Compare safety numbers with Dr Lena Vogt", "menuitem");
    await press("They don't match");
    await press("Close");
    expect(client.contact("lena")?.verification).toBe("unverified");
  });

  test("a changed identity takes the composer away until somebody decides", async () => {
    const client = openInhaler();
    await write("a secret");
    client.setContact({ ...contacts["lena"], verification: "changed" } as never);
    await see("alert", "");
    await expect.element(page.getByRole("textbox", { name: "Message" })).not.toBeInTheDocument();
    await press("Go on without comparing");
    await expect.element(find("textbox", "Message")).toHaveValue("a secret");
    await read("vouched for");
  });
});

describe("emergencies", () => {
  test("the banner comes while typing, never blocks, and stays after sending until it is closed", async () => {
    const client = openInhaler();
    await write("I have crushing chest pain and cannot breathe");
    await read("Get help now");
    await expect.element(find("link", "Emergency: 112")).toHaveAttribute("href", "tel:112");
    await press(/^Send$/);
    await expect.element(find("textbox", "Message")).toHaveValue("");
    expect(await lastSent(client)).toMatchObject({ body: "I have crushing chest pain and cannot breathe" });
    await read("Get help now");
    await press("Close this notice");
    await readNoMore("Get help now");
    expect(client.calls.filter((call) => call === "recordEmergencyShown")).toHaveLength(1);
  });

  test("small talk raises none, and deleting the words takes it away", async () => {
    openInhaler();
    await write("I have crushing chest pain and cannot breathe");
    await read("Get help now");
    await write("See you on Thursday");
    await readNoMore("Get help now");
  });
});

describe("what is read out", () => {
  test("the log is silent; what arrives is said once, with who said it", async () => {
    const client = openInhaler();
    await expect.element(find("log", "Messages")).toHaveAttribute("aria-live", "off");
    const question = text("q", { from: "amina", mine: true, body: "And at night?", asked: "assistant" });
    client.receive(question);
    client.receive(answerTo(question, "assistant"));
    const polite = () =>
      [...document.querySelectorAll('[aria-live="polite"]')].map((node) => node.textContent).join("");
    await expect.poll(polite).toContain("Answer of Cloister assistant, an AI: A reliever inhaler");
    client.receive(text("new", { from: "lena", body: "Good" }));
    await expect.poll(polite).toContain("New message from Dr Lena Vogt: Good");
    expect(polite()).not.toContain("A reliever");
  });

  test("the title of the page holds a count and no words", async () => {
    const client = scenario();
    open(client);
    await see("link", "Joseph");
    await expect.poll(() => document.title).toBe("(1) Cloister");
  });
});
