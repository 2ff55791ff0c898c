import { BaseError } from "@cloister/bytes";
import type { TextMessage } from "@cloister/client";
import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { FakeClient } from "../testing/fake-client.ts";
import { verdictFor } from "../testing/people.ts";
import { find, open, phone, press, read, readNoMore, see, write } from "../testing/render.tsx";
import { scenario } from "../testing/scenario.ts";

const marks = () => [...document.querySelectorAll("mark")].map((mark) => mark.textContent);

/** Somebody alone with the assistant: what they write is addressed to it. */
function openAlone(client: FakeClient = scenario()): FakeClient {
  client.answers = false;
  open(client, { hash: "#/conversation/alone" });
  return client;
}

async function sent(client: FakeClient): Promise<TextMessage | undefined> {
  const messages = await client.messages("alone");
  return messages.toReversed().find((message) => message.kind === "text");
}

describe("before a question goes", () => {
  test("identifiers are marked where they stand, named in words, and carried along while one goes on", async () => {
    openAlone();
    await write("@assistant My mother Ana Ruiz, born 3/9/1961, has gout.");
    await read("This message contains: a name, a date.");
    expect(marks()).toEqual(["Ana Ruiz", "3/9/1961"]);
    await expect.element(page.getByRole("status").filter({ hasText: "a name" })).toBeVisible();
    await expect
      .element(find("textbox", "Message"))
      .toHaveAccessibleDescription(/stays inside\. This message contains: a name, a date/);
    await userEvent.click(find("textbox", "Message"));
    await userEvent.keyboard("{Control>}{Home}{/Control}So: ");
    expect(marks()).toEqual(["Ana Ruiz", "3/9/1961"]);
  });

  test("marks lie under the letters, scrolled and in narrow places too", async () => {
    await page.viewport(phone.width, phone.height);
    openAlone();
    const lines = Array.from(
      { length: 30 },
      (_, line) => `${line}: a word that is long enough to wrap around`,
    );
    await write(`${lines.join("\n")}\nMy mother Ana Ruiz has gout.\n`);
    await read("This message contains: a name.");
    expect(marks()).toEqual(["Ana Ruiz"]);
    const field = find("textbox", "Message").element() as HTMLTextAreaElement;
    const layer = document.querySelector(".composer-marks") as HTMLElement;
    for (const scrollTop of [0, 40, field.scrollHeight]) {
      field.scrollTop = scrollTop;
      await expect.poll(() => layer.scrollTop).toBe(field.scrollTop);
    }
    for (const key of ["clientWidth", "clientHeight", "scrollHeight"] as const) {
      expect({ [key]: layer[key] }).toEqual({ [key]: field[key] });
    }
    const styles = [field, layer].map((element) => getComputedStyle(element));
    for (const key of ["fontSize", "fontFamily", "lineHeight", "letterSpacing", "paddingLeft"] as const) {
      expect({ [key]: styles[1]?.[key] }).toEqual({ [key]: styles[0]?.[key] });
    }
  });

  test("what is for people is neither read nor marked", async () => {
    open(scenario(), { hash: "#/conversation/travel" });
    await write("My mother Ana Ruiz, born 3/9/1961, has gout.");
    await readNoMore("stays inside");
    expect(marks()).toEqual([]);
  });

  test("the route is there at once, and why when there is something to say", async () => {
    const client = openAlone();
    await read("Goes to the assistant at Lindenhof Clinic; stays inside.");
    await write("What are the symptoms of gout?");
    await read("It is a general question.");
    await userEvent.keyboard("{Enter}");
    await press("Yes, let it read");
    await expect.element(find("textbox", "Message")).toHaveValue("");
    await expect
      .poll(async () => (await sent(client))?.decision)
      .toMatchObject({ sensitivity: "public", processor: "on-premise", reasons: ["QUESTION_GENERAL"] });
  });
});

describe("a stricter place", () => {
  test("is chosen in the conversation: the assistant gets nothing, and it says so", async () => {
    const client = openAlone();
    await write("What are the symptoms of gout?");
    await press("Choose where");
    await see("dialog", "Where may your questions go?");
    await userEvent.click(page.getByText("In an enclave only"));
    await press("Done");
    await read("Does not go to the assistant: you chose a stricter place.");
    expect(client.conversation("alone")).toMatchObject({ strictest: "enclave" });
    await press(/^Send$/);
    await press("Yes, let it read");
    await read("The assistant may not get this message");
    await expect.element(find("textbox", "Message")).toHaveValue("What are the symptoms of gout?");
    expect(await sent(client)).toBeUndefined();
    await press("Choose where");
    await userEvent.click(page.getByText("Inside Lindenhof Clinic"));
    await press("Done");
    await read("stays inside");
    expect(client.conversation("alone")).not.toHaveProperty("strictest");
  });

  test("that could not be kept is said", async () => {
    const client = openAlone();
    client.failNext("limitRoute", new BaseError("Unavailable", "STORE_FULL", "no room"));
    await press("Choose where");
    await userEvent.click(page.getByText("On this device only"));
    await see("alert");
  });

  test("a cloud model is named only where the organisation allows one", async () => {
    const client = scenario();
    openAlone(client);
    await press("Choose where");
    await see("radio", "Inside Lindenhof Clinic");
    expect(page.getByText("cloud model may").elements()).toHaveLength(0);
    await press("Done");
    client.policy = { ...client.policy, cloud: { ...client.policy.cloud, isAllowed: true } };
    await write("How?");
    await press("Choose where");
    await see("radio", "Wherever Lindenhof Clinic allows");
  });
});

test("the receipt says what was decided, in words", async () => {
  const client = scenario();
  const policyDigest = "c4".repeat(32);
  client.verdict = verdictFor({
    decision: {
      sensitivity: "sensitive",
      isCloudBarred: false,
      processor: "on-premise",
      deidentify: false,
      reasons: ["HAS_NAME", "CASE_RELATIVE", "NEWER_REASON"],
      policyDigest,
    },
  });
  open(client, { hash: "#/conversation/inhaler" });
  await press("Details of the receipt");
  await read("Inside the organisation");
  await read("It mentions a name; it is about somebody's relative or patient; NEWER_REASON.");
  await read(policyDigest);
});
