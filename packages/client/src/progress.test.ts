import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { AgentReply, AnswerTurn, TextMessage } from "./api.ts";
import { abstention } from "./testing/abstention.ts";

/** An agent that writes what a test tells it to. */
class Writer {
  turn: AnswerTurn | undefined;
  askedCount = 0;
  finish: () => void = () => undefined;

  readonly answer = async (_question: unknown, turn: AnswerTurn): Promise<AgentReply> => {
    this.turn = turn;
    this.askedCount += 1;
    await new Promise<void>((resolve) => {
      this.finish = resolve;
      turn.signal.addEventListener("abort", resolve);
    });
    const { answer } = abstention;
    return turn.signal.aborted ? { ...abstention, answer: { ...answer, outcome: "stopped" } } : abstention;
  };
}

describe("an answer under way", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let agent: TestDevice;
  let writer: Writer;
  let conversation: string;
  let question: TextMessage;

  const texts = (device: TestDevice) => device.client.progress(conversation).map(({ text }) => text);
  const outcomes = async (device: TestDevice) =>
    (await device.client.messages(conversation)).flatMap((one) =>
      one.kind === "answer" ? [one.answer.outcome] : [],
    );
  const write = async (...sentences: string[]) => {
    writer.turn?.write(sentences);
    await world.clock.pass(3_000);
  };
  const quiet = () => world.quiet(alice, bob, agent);

  beforeEach(async () => {
    world = await TestWorld.create(11);
    writer = new Writer();
    agent = await world.join("Assistant", "agent", writer.answer);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    const members = [bob.account, agent.account];
    ({ id: conversation } = await world.settle(alice.client.createConversation({ title: "Knee", members })));
    await world.settle(alice.client.grantConsent(conversation, agent.account));
    await quiet();
    question = await world.settle(
      alice.client.sendText({ conversation, body: "my knee", ask: agent.account }),
    );
    await world.clock.pass(3_000);
  });

  it("shows to everybody in the conversation, until the answer is there", async () => {
    await write("Rest.");
    expect([texts(alice), texts(bob)]).toEqual([["Rest."], ["Rest."]]);
    await write("Rest.", "Cool it.");
    expect([texts(alice), texts(bob)]).toEqual([["Rest. Cool it."], ["Rest. Cool it."]]);
    writer.finish();
    await quiet();
    expect([texts(alice), texts(bob)]).toEqual([[], []]);
    expect(await outcomes(bob)).toEqual(["abstained"]);
  });

  it("is still there after a restart, and goes on", async () => {
    await write("Rest.");
    await alice.restart();
    expect(texts(alice)).toEqual(["Rest."]);
    await world.clock.pass(5_000);
    await write("Rest.", "Cool it.");
    expect(texts(alice)).toEqual(["Rest. Cool it."]);
  });

  it("loses nothing by what is lost of it", async () => {
    alice.line.isCut = true;
    await write("Rest.");
    writer.finish();
    await world.clock.pass(3_000);
    await alice.restart();
    await quiet();
    expect([texts(alice), await outcomes(alice)]).toEqual([[], ["abstained"]]);
  });

  it("ends when the asker wants no more, with what there is", async () => {
    await write("Rest.");
    await world.settle(alice.client.stopAnswer(conversation, question.id));
    await quiet();
    expect(writer.turn?.signal.aborted).toBe(true);
    expect([texts(bob), await outcomes(alice), await outcomes(bob)]).toEqual([[], ["stopped"], ["stopped"]]);
  });

  it("is stopped by nobody else", async () => {
    await world.settle(bob.client.stopAnswer(conversation, question.id));
    await world.clock.pass(3_000);
    expect(writer.turn?.signal.aborted).toBe(false);
    writer.finish();
    await quiet();
  });

  it("stays stopped when the agent starts again", async () => {
    await agent.kill();
    await world.settle(alice.client.stopAnswer(conversation, question.id));
    await agent.start();
    agent.client.connect();
    await world.clock.pass(200_000);
    await quiet();
    expect(await outcomes(alice)).toEqual(["stopped"]);
  });

  it("ends when consent is taken back, and nothing of it is told", async () => {
    await write("Rest.");
    await world.settle(alice.client.revokeConsent(conversation, agent.account));
    await quiet();
    expect(writer.turn?.signal.aborted).toBe(true);
    expect([texts(alice), texts(bob), await outcomes(alice)]).toEqual([[], [], []]);
  });
});
