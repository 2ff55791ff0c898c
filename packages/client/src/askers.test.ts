import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { AgentQuestion, AgentReply, AnswerMessage, ConsentStands } from "./api.ts";
import { questionsTable } from "./records.ts";
import { Puppet } from "./testing/puppet.ts";

const reply: AgentReply = {
  answer: { outcome: "abstained", sentences: [{ text: "Ask your doctor.", citations: [] }], citations: [] },
  claims: {
    backing: "development",
    engine: { name: "test", version: "1" },
    indexDigest: new Uint8Array(32).fill(9),
    processedAt: "on-premise",
    deidentified: { applied: false },
  },
};

describe("askers of an assistant", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let agent: TestDevice;
  let conversation: string;
  let questions: AgentQuestion[];
  let answer: (question: AgentQuestion) => Promise<AgentReply>;

  const answers = async (device: TestDevice): Promise<readonly AnswerMessage[]> =>
    (await device.client.messages(conversation)).filter((one) => one.kind === "answer");

  beforeEach(async () => {
    world = await TestWorld.create(8);
    questions = [];
    answer = async () => reply;
    agent = await world.join("Assistant", "agent", async (question) => {
      questions.push(question);
      return answer(question);
    });
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    const members = [bob.account, agent.account];
    ({ id: conversation } = await world.settle(alice.client.createConversation({ title: "Knee", members })));
    await world.settle(alice.client.grantConsent(conversation, agent.account));
    await world.quiet(alice, bob, agent);
  });

  it("are each answered when a member asks something else under the same id first", async () => {
    const puppet = await Puppet.of(world, bob);
    let release: () => void = () => undefined;
    answer = (question) =>
      question.from === bob.account
        ? Promise.resolve(reply)
        : new Promise((resolve) => (release = () => resolve(reply)));
    const question = await world.settle(
      alice.client.sendText({ conversation, body: "mine", ask: agent.account }),
    );
    await world.clock.until(() => questions.length === 1);
    const { id } = question;
    const asked = { conversation, id, sentAtMs: 1, body: "not yours" };
    await puppet.say({ kind: "consent", conversation, agent: agent.account, granted: true, atMs: 1 }, [
      agent.account,
    ]);
    await puppet.say({ ...asked, kind: "text", asked: agent.account }, [alice.account]);
    await puppet.say({ ...asked, kind: "ask", replyTo: [alice.account] }, [agent.account]);
    await world.clock.pass(5000);
    expect(await answers(alice)).toMatchObject([{ inReplyTo: id, asker: bob.account }]);
    release();
    await world.quiet(agent, alice);
    expect(await answers(alice)).toMatchObject([{ asker: bob.account }, { asker: alice.account }]);
    for (const received of await answers(alice)) {
      expect((await world.settle(alice.client.verifyReceipt(received))).verified).toBe(true);
    }
  });

  it("are answered six questions at once, then one in ten seconds", async () => {
    const puppet = await Puppet.of(world, alice);
    const put = async (name: string) => {
      const id = `${name.repeat(21)}A`;
      await puppet.say({ kind: "ask", conversation, id, sentAtMs: 1, body: "?", replyTo: [] }, [
        agent.account,
      ]);
      return id;
    };
    const ids: string[] = [];
    for (const name of "abcdefgh") ids.push(await put(name));
    await world.quiet(agent);
    expect(questions.map(({ id }) => id)).toEqual(ids.slice(0, 6));
    expect(agent.disk.collections.get("questions")?.size).toBe(6);
    // Whoever asks too much hears so, once.
    await world.clock.until(() => puppet.heard.some(({ kind }) => kind === "later"));
    expect(puppet.heard.filter(({ kind }) => kind === "later")).toHaveLength(1);
    // What was not taken may be asked again.
    await world.clock.pass(10_000);
    expect(await put("g")).toBe(ids[6]);
    await world.quiet(agent);
    expect(questions.map(({ id }) => id)).toEqual(ids.slice(0, 7));
    // Nobody uses up another's.
    await world.settle(bob.client.grantConsent(conversation, agent.account));
    await world.settle(bob.client.sendText({ conversation, body: "and me?", ask: agent.account }));
    await world.quiet(bob, agent);
    expect(questions.at(-1)?.from).toBe(bob.account);
  });

  it("get every answer in the end, though they ask more than is allowed at once", async () => {
    for (let at = 0; at < 14; at += 1) {
      await world.settle(alice.client.sendText({ conversation, body: `question ${at}`, ask: agent.account }));
    }
    await world.clock.pass(5 * 60_000);
    await world.quiet(alice, bob, agent);
    for (const reader of [alice, bob]) expect(await answers(reader)).toHaveLength(14);
    expect(questions).toHaveLength(14);
  });

  it("have at most eight told of one answer, themselves among them", async () => {
    const puppet = await Puppet.of(world, alice);
    const strangers = Array.from("bcdefghijklm").map((name) => `${name.repeat(21)}A`);
    const id = `${"k".repeat(21)}A`;
    const replyTo = [bob.account, ...strangers];
    await puppet.say({ kind: "ask", conversation, id, sentAtMs: 1, body: "?", replyTo }, [agent.account]);
    await world.clock.until(() => questions.length === 1);
    await world.clock.pass(1000);
    const [row] = [...(agent.disk.collections.get("questions")?.values() ?? [])];
    if (!row) throw new Error("the question is not kept");
    expect(questionsTable.decode(row).replyTo).toEqual([
      alice.account,
      bob.account,
      ...strangers.slice(0, 6),
    ]);
  });
});

describe("what an agent keeps beside its questions", () => {
  it("follows consent: at every start and after each decision", async () => {
    const world = await TestWorld.create(9);
    const heard: boolean[] = [];
    let about: Parameters<ConsentStands>[0] | undefined;
    const followConsents = async (stands: ConsentStands) => {
      heard.push(about !== undefined && (await stands(about)));
    };
    const agent = await world.device(async () => reply, { followConsents });
    const invitationCode = world.organisation.invite("agent", "Assistant");
    await world.settle(agent.client.signUp({ displayName: "Assistant", invitationCode }));
    agent.client.connect();
    const alice = await world.join("Alice");
    const { id } = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [agent.account] }),
    );
    about = { conversation: id, account: alice.account };
    expect(heard).toEqual([false]);
    await world.settle(alice.client.grantConsent(id, agent.account));
    await world.quiet(alice, agent);
    expect(heard).toEqual([false, true]);
    await agent.kill();
    await agent.start();
    agent.client.connect();
    await world.quiet(alice, agent);
    expect(heard).toEqual([false, true, true]);
    await world.settle(alice.client.revokeConsent(id, agent.account));
    await world.quiet(alice, agent);
    expect(heard).toEqual([false, true, true, false]);
  });
});
