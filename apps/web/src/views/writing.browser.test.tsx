import type { AnswerProgress, TextMessage } from "@cloister/client";
import { describe, expect, test } from "vitest";
import type { FakeClient } from "../testing/fake-client.ts";
import { answerTo, groundedAnswer, text } from "../testing/people.ts";
import { find, open, press, read, readNoMore, see } from "../testing/render.tsx";
import { scenario } from "../testing/scenario.ts";

const hash = "#/conversation/inhaler";
const question = text("asked", {
  from: "me",
  mine: true,
  asked: "assistant",
  body: "why do I cough at night?",
});

function asked(parts: Partial<AnswerProgress> = {}): AnswerProgress {
  const { conversation, id: inReplyTo } = question;
  return {
    conversation,
    agent: "assistant",
    asker: "me",
    inReplyTo,
    atMs: Date.now(),
    text: "",
    ...parts,
  };
}

const agentOf = (client: FakeClient) =>
  client.conversation("inhaler")?.members.find(({ role }) => role === "agent")?.account ?? "";

function openAsked(): FakeClient {
  const client = scenario();
  client.answers = false;
  const me = client.self()?.account ?? "";
  const agent = agentOf(client);
  open(client, { hash });
  const mine: TextMessage = { ...question, from: me, asked: agent };
  client.receive(mine);
  return client;
}

function progress(client: FakeClient, parts: Partial<AnswerProgress> = {}): void {
  const agent = agentOf(client);
  client.setProgress(asked({ agent, asker: client.self()?.account ?? "", ...parts }));
}

const regions = () =>
  [...document.querySelectorAll("[aria-live=polite]")].map(({ textContent }) => textContent);

describe("an answer that is being written", () => {
  test("shows as unfinished, grows, and gives way to the answer", async () => {
    const client = openAsked();
    await read("Waiting for the assistant");
    progress(client);
    await read("Reading its sources");
    await read("Still being written");
    await readNoMore("Waiting for the assistant");
    progress(client, { text: "Asthma is often worse at night." });
    await read("Asthma is often worse at night.");
    const { from: _from, ...rest } = question;
    const agent = agentOf(client);
    client.receive(answerTo({ ...rest, from: client.self()?.account ?? "" }, agent));
    client.setProgress(undefined, "inhaler");
    await readNoMore("Still being written");
    await read(groundedAnswer.sentences[0]?.text ?? "?");
  });

  test("is told of once, and not read piece by piece", async () => {
    const client = openAsked();
    await read("Waiting for the assistant");
    progress(client);
    await expect.poll(regions).toContainEqual(expect.stringContaining("is writing an answer"));
    const before = regions();
    progress(client, { text: "Asthma is often worse at night." });
    await read("Asthma is often worse at night.");
    expect(regions()).toEqual(before);
  });

  test("can be stopped by whoever asked, and by nobody else", async () => {
    const client = openAsked();
    progress(client);
    await press("Stop");
    await see("button", "Stopping");
    expect(client.calls).toContain(`stopAnswer ${question.id}`);
    progress(client, { asker: "lena" });
    await expect.element(find("button", "Stop")).not.toBeInTheDocument();
  });

  test("that got stuck says so", async () => {
    const client = openAsked();
    progress(client, { atMs: Date.now() - 180_000 });
    await read("Nothing came for a while");
  });

  test("says who stopped it", async () => {
    const client = openAsked();
    const agent = agentOf(client);
    const mine = { ...question, from: client.self()?.account ?? "" };
    client.receive(answerTo(mine, agent, { ...groundedAnswer, outcome: "stopped" }));
    await read("You stopped this answer");
  });
});
