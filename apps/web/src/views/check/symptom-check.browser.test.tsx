import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { changePreferences } from "../../model/preferences.ts";
import { text } from "../../testing/people.ts";
import {
  desktop,
  expectAccessible,
  expectNoSidewaysScroll,
  find,
  open,
  phone,
  press,
  read,
  readNoMore,
  see,
} from "../../testing/render.tsx";
import { scenario } from "../../testing/scenario.ts";

const check = { hash: "#/check/inhaler" };

async function choose(words: string): Promise<void> {
  await userEvent.click(page.getByText(words, { exact: true }).first());
}

/** Goes on to the question with these words, skipping what has no answer. */
async function skipTo(question: string): Promise<void> {
  for (let count = 0; count < 10; count += 1) {
    if (page.getByRole("heading", { name: question }).query() !== null) return;
    const isAnswered = page.getByRole("button", { name: /^Skip$/ }).query() === null;
    await press(isAnswered ? /^Next$/ : /^Skip$/);
  }
  throw new Error("there is no such question");
}

async function toResult(): Promise<void> {
  await skipTo("Your result");
  await see("heading", "Your result");
}

const intake = {
  questionnaire: "chest-pain",
  version: "1",
  answers: [
    { item: "now", codes: ["sweat"] },
    { item: "spread", codes: ["arm", "jaw"] },
    { item: "severity", value: 8 },
  ],
  urgency: "routine",
} as const;

function clinicianWithCheck() {
  const client = scenario("clinician");
  client.receive(text("check", { body: "Symptom check: Chest pain\nIn own words:\nOn the stairs", intake }));
  open(client, { hash: "#/conversation/inhaler" });
}

describe("a symptom check", () => {
  test("begins in a conversation, asks one question a screen, and sends exactly what it shows", async () => {
    const client = scenario();
    open(client, { hash: "#/conversation/inhaler" });
    await press("Symptom check", "link");
    await press("Headache");
    await see("heading", "Do you have any of these now?");
    await press(/^Next$/);
    await read("Choose an answer");
    await choose("None of these");
    await press(/^Next$/);
    await see("heading", "How did it begin?");
    expect(document.activeElement?.textContent).toBe("How did it begin?");
    await choose("Slowly, over hours or longer");
    await press(/^Next$/);
    await skipTo("How strong is the pain now?");
    await choose("5");
    await press(/^Next$/);
    await toResult();
    await read("no clinician reviewed the rules");
    await userEvent.fill(find("textbox", "Anything else"), "It began on Monday");
    expect(find("region", "What will be sent").element().textContent).not.toContain("Monday");
    await choose("Send my own words too");
    const shown = document.querySelector(".check-preview")?.textContent;
    expect(shown).toContain("It began on Monday");
    await press("Send to Dr Lena Vogt");
    await see("textbox", "Message");
    const sent = (await client.messages("inhaler")).at(-1);
    expect(sent).toMatchObject({
      body: shown,
      intake: {
        questionnaire: "headache",
        answers: [
          { item: "now", codes: ["none"] },
          { item: "begin", codes: ["slow"] },
          { item: "severity", value: 5 },
        ],
        urgency: "routine",
      },
    });
    expect(client.intakeDraft("inhaler")).toBeUndefined();
  });

  test("keeps own words on the device unless they are sent on purpose", async () => {
    const client = scenario();
    open(client, check);
    await press("Something else");
    await toResult();
    await userEvent.fill(find("textbox", "Anything else"), "My neighbour Paul knows");
    await press("Send to Dr Lena Vogt");
    await see("textbox", "Message");
    expect(JSON.stringify((await client.messages("inhaler")).at(-1))).not.toContain("Paul");
  });

  test("says at once that it is an emergency, and no later answer takes that back", async () => {
    const client = scenario();
    open(client, check);
    await press("Chest pain or pressure");
    await choose("Cold sweat, grey or very pale");
    await see("alert");
    await see("link", "112");
    expect(client.calls).toContain("recordEmergencyShown");
    await choose("None of these");
    await toResult();
    await read("Get help now");
    await read("changed since");
  });

  test("goes on where it was after a reload, and can be begun anew", async () => {
    const client = scenario();
    client.intakeDrafts.set("inhaler", { ...intake, answers: intake.answers.slice(0, 1), urgency: "urgent" });
    open(client, check);
    await see("heading", "What does it feel like most of all?");
    await press(/^Back$/);
    await see("checkbox", "Cold sweat, grey or very pale");
    await toResultFromAnswered();
    await press("Delete and start again");
    await see("heading", "What is it about?");
    expect(client.intakeDraft("inhaler")).toBeUndefined();
  });

  test("reads own words for red flags", async () => {
    open(scenario(), check);
    await press("Something else");
    await toResult();
    await userEvent.fill(find("textbox", "Anything else"), "I took 40 tablets to end my life");
    await read("Get help now");
  });

  test("takes “none” and “not sure” alone", async () => {
    open(scenario(), check);
    await press("Chest pain or pressure");
    await choose("Short of breath");
    await choose("None of these");
    await expect.element(find("checkbox", "Short of breath")).not.toBeChecked();
    await choose("Heart racing or beating unevenly");
    await expect.element(find("checkbox", "None of these")).not.toBeChecked();
  });

  test("is offered to patients, in conversations with people", async () => {
    open(scenario("clinician"), { hash: "#/conversation/inhaler" });
    await see("textbox", "Message");
    await expect.element(find("link", "Symptom check")).not.toBeInTheDocument();
  });
});

async function toResultFromAnswered(): Promise<void> {
  await press(/^Next$/);
  await toResult();
}

describe("what the clinician sees", () => {
  test("is judged anew, with every answer and its code", async () => {
    clinicianWithCheck();
    await read("Symptom check: Chest pain or pressure");
    // The sender's device said routine; the codes say more.
    await expect.element(page.getByText("Emergency", { exact: true }).first()).toBeVisible();
    await read("On the stairs");
    await choose("Answers and codes");
    await see("rowheader", "How strong is the pain now?");
    await see("cell", "arm, jaw");
  });

  test("is the summary where the questionnaire is not known here", async () => {
    const client = scenario("clinician");
    const newer = { ...intake, version: "99", urgency: "urgent" } as const;
    client.receive(text("check", { body: "Symptom check: Toothache", intake: newer }));
    open(client, { hash: "#/conversation/inhaler" });
    await read("Symptom check: Toothache");
    await read("Urgent: to be seen today");
    await readNoMore("Answers and codes");
  });
});

const places: { readonly [name: string]: () => Promise<void> } = {
  choosing: async () => {
    open(scenario(), check);
    await see("heading", "What is it about?");
  },
  "a question with an emergency": async () => {
    open(scenario(), check);
    await press("Chest pain or pressure");
    await choose("Short of breath");
    await see("alert");
  },
  "one of several": async () => {
    open(scenario(), check);
    await press("Headache");
    await skipTo("How did it begin?");
  },
  "a scale": async () => {
    open(scenario(), check);
    await press("Headache");
    await skipTo("How strong is the pain now?");
  },
  result: async () => {
    open(scenario(), check);
    await press("Headache");
    await toResult();
  },
  "emergency result": async () => {
    const client = scenario();
    client.intakeDrafts.set("inhaler", { ...intake, urgency: "emergency" });
    open(client, check);
    await toResult();
  },
  card: async () => {
    clinicianWithCheck();
    await choose("Answers and codes");
    await see("cell", "arm, jaw");
  },
};

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
