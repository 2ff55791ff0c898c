import { fromBase64Url } from "@cloister/bytes";
import { openEnvelope, openSealedEnvelope } from "@cloister/contracts/envelope";
import { decodeClientFrame } from "@cloister/contracts/frames";
import { type SealedRequest, sealedRequest } from "@cloister/contracts/http";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { decodeLeaf, TransparencyLog } from "@cloister/transparency";
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod/mini";
import type { AgentQuestion, AgentReply, AnswerMessage } from "./api.ts";
import { Puppet } from "./testing/puppet.ts";

const reply: AgentReply = {
  answer: {
    outcome: "grounded",
    sentences: [{ text: "Rest the knee.", citations: [1] }],
    citations: [
      {
        article: "knee-pain",
        passage: "p1",
        title: "Knee pain",
        quote: "Rest the knee.",
        sourceName: "NHS",
        sourceUrl: "https://example.org/knee",
        digest: new Uint8Array(32).fill(3),
        clinicallyReviewed: false,
      },
    ],
  },
  claims: {
    backing: "development",
    engine: { name: "test", version: "1" },
    indexDigest: new Uint8Array(32).fill(9),
    processedAt: "on-premise",
    deidentified: { applied: false },
  },
};

/** Sealed mail on its way, if that is what the bytes are. */
function sealedIn(bytes: Uint8Array): SealedRequest | undefined {
  try {
    return z.parse(sealedRequest, JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

describe("the assistant", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let agent: TestDevice;
  let conversation: string;
  let questions: AgentQuestion[];
  let answer: (question: AgentQuestion) => Promise<AgentReply>;

  const all = () => world.quiet(alice, bob, agent);
  const grant = () => world.settle(alice.client.grantConsent(conversation, agent.account));
  const ask = (body: string) =>
    world.settle(alice.client.sendText({ conversation, body, ask: agent.account }));
  const answers = async (device: TestDevice): Promise<readonly AnswerMessage[]> =>
    (await device.client.messages(conversation)).filter((one) => one.kind === "answer");
  const firstAnswer = async (device: TestDevice): Promise<AnswerMessage> => {
    const [first] = await answers(device);
    if (!first) throw new Error("there is no answer");
    return first;
  };
  /** Envelopes for the agent that left any device so far. */
  const envelopesToAgent = () =>
    world.network.captured.reduce((count, bytes) => count + countForAgent(bytes), 0);

  const countForAgent = (bytes: Uint8Array): number => {
    const sealed = sealedIn(bytes);
    if (sealed) return sealed.account === agent.account ? sealed.envelopes.length : 0;
    try {
      const frame = decodeClientFrame(bytes);
      if (frame.type !== "send") return 0;
      return frame.envelopes.filter(({ account }) => account === agent.account).length;
    } catch {
      // Another HTTP body, or a frame of the relay.
      return 0;
    }
  };

  /** Envelopes that the relay keeps because the device has not acknowledged them. */
  const waitingFor = async ({ account }: TestDevice) => {
    const page = { afterSeq: 0, maxCount: 100, maxBytes: 1_000_000 };
    const { store } = world.organisation.relay.accounts;
    return (await store.read({ address: { account, device: 1 }, ...page })).length;
  };

  beforeEach(async () => {
    world = await TestWorld.create(7);
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
    await all();
  });

  it("gets nothing at all without consent", async () => {
    await world.settle(alice.client.sendText({ conversation, body: "between us" }));
    await world.settle(bob.client.sendText({ conversation, body: "yes" }));
    await world.settle(bob.client.markRead(conversation));
    await all();
    expect(envelopesToAgent()).toBe(0);
    await expect(ask("may I?")).rejects.toMatchObject({ code: "CONSENT_REQUIRED" });
    expect(envelopesToAgent()).toBe(0);
    expect(questions).toEqual([]);
  });

  it("answers everybody who may read the question, with a receipt that both verify", async () => {
    await grant();
    const question = await ask("My knee hurts");
    await all();
    expect(questions).toEqual([
      { conversation, id: question.id, from: alice.account, body: "My knee hurts" },
    ]);
    for (const device of [alice, bob]) {
      const received = await firstAnswer(device);
      expect(received).toMatchObject({ from: agent.account, inReplyTo: question.id, answer: reply.answer });
      const verdict = await world.settle(device.client.verifyReceipt(received));
      expect(verdict.steps.filter((step) => step.status === "failed")).toEqual([]);
      expect(verdict).toMatchObject({
        verified: true,
        claims: {
          backing: "development",
          processedAt: "on-premise",
          knowledgeDigest: "09".repeat(32),
          deidentified: false,
          logOrigin: "log.test",
          sources: [{ id: "knee-pain", title: "Knee pain", url: "https://example.org/knee" }],
        },
      });
    }
    expect((await alice.client.messages(conversation)).find(({ id }) => id === question.id)).toMatchObject({
      asked: agent.account,
    });
  });

  it("is answered for whoever consented, and for nobody else", async () => {
    await grant();
    await all();
    await expect(
      world.settle(bob.client.sendText({ conversation, body: "me too?", ask: agent.account })),
    ).rejects.toMatchObject({ code: "CONSENT_REQUIRED" });
    expect(bob.client.conversation(conversation)?.consents).toEqual([
      { agent: agent.account, by: alice.account },
    ]);
  });

  it("grants nothing while the log is down", async () => {
    world.organisation.logIsDown = true;
    await expect(grant()).rejects.toMatchObject({ family: "Unavailable" });
    await all();
    expect(alice.client.conversation(conversation)?.consents).toEqual([]);
    expect(envelopesToAgent()).toBe(0);
    world.organisation.logIsDown = false;
    await grant();
    expect(alice.client.conversation(conversation)?.consents).toHaveLength(1);
  });

  it("hears one last word when consent is taken back, and nothing after it", async () => {
    await grant();
    await ask("first");
    await all();
    expect(envelopesToAgent()).toBe(2);
    alice.line.isCut = true;
    await ask("queued while offline");
    world.organisation.logIsDown = true;
    await world.settle(alice.client.revokeConsent(conversation, agent.account));
    expect(alice.client.conversation(conversation)?.consents).toEqual([]);
    alice.line.isCut = false;
    await all();
    await world.clock.pass(3_600_000);
    await all();
    expect(envelopesToAgent()).toBe(3);
    expect(questions.map(({ body }) => body)).toEqual(["first"]);
    await expect(ask("again")).rejects.toMatchObject({ code: "CONSENT_REQUIRED" });
    expect(bob.client.conversation(conversation)?.consents).toEqual([]);
    // The agent keeps nothing of what was asked.
    expect([...(agent.disk.collections.get("questions") ?? [])]).toEqual([]);
    expect([...(agent.disk.collections.get("agent-consents") ?? [])]).toEqual([]);
    world.organisation.logIsDown = false;
    await world.clock.pass(120_000);
    const leaves = await world.organisation.log.leaves(0, 100);
    const types = leaves.map((leaf) => decodeLeaf(leaf).event.type);
    expect(types.filter((type) => type.startsWith("consent"))).toEqual([
      "consent.granted",
      "consent.revoked",
    ]);
  });

  it("does not acknowledge a question before its answer is queued, and answers once after a crash", async () => {
    await grant();
    await all();
    let finish: () => void = () => undefined;
    answer = () => new Promise((resolve) => (finish = () => resolve(reply)));
    await ask("crash");
    await world.clock.until(() => questions.length === 1);
    await world.clock.pass(1000);
    expect(await waitingFor(agent)).toBe(1);
    // What comes after it is dealt with, and not acknowledged before it either.
    await world.settle(bob.client.grantConsent(conversation, agent.account));
    await world.clock.pass(1000);
    expect(agent.disk.collections.get("agent-consents")?.size).toBe(2);
    expect(await waitingFor(agent)).toBe(2);
    // A new connection brings the question again; it is still the same one.
    agent.line.breakAll();
    await world.clock.pass(10_000);
    expect(questions).toHaveLength(1);
    expect(await waitingFor(agent)).toBe(2);
    await agent.kill();
    answer = async () => reply;
    finish();
    await agent.start();
    agent.client.connect();
    await all();
    expect(questions).toHaveLength(2);
    expect(await waitingFor(agent)).toBe(0);
    expect(await answers(alice)).toHaveLength(1);
    expect(await answers(bob)).toHaveLength(1);
    await world.clock.pass(3_600_000);
    await all();
    expect(questions).toHaveLength(2);
    expect(await answers(alice)).toHaveLength(1);
  });

  it("answers no question of somebody who did not consent, whatever their device sends", async () => {
    await grant();
    await all();
    const puppet = await Puppet.of(world, bob);
    const id = `${"k".repeat(21)}A`;
    await puppet.say({ kind: "ask", conversation, id, sentAtMs: 1, body: "?", replyTo: [alice.account] }, [
      agent.account,
    ]);
    await world.quiet(agent, alice);
    expect(questions).toEqual([]);
    expect(await waitingFor(agent)).toBe(0);
  });

  it("answers once though it was stopped and started over the same question", async () => {
    await grant();
    await all();
    const finish: (() => void)[] = [];
    answer = () => new Promise((resolve) => finish.push(() => resolve(reply)));
    await ask("twice?");
    await world.clock.until(() => finish.length === 1);
    await world.settle(agent.client.disconnect());
    agent.client.connect();
    await world.clock.until(() => finish.length === 2);
    for (const end of finish) end();
    await all();
    expect(await answers(alice)).toHaveLength(1);
    expect(agent.disk.collections.get("outbox")?.size).toBe(0);
  });

  it("is asked again when it stays silent, with the same id", async () => {
    await grant();
    await all();
    let failing = true;
    answer = async () => {
      if (failing) throw new Error("the model is broken");
      return reply;
    };
    const question = await ask("still there?");
    await world.clock.pass(100_000);
    expect(questions.length).toBeGreaterThan(2);
    failing = false;
    await world.clock.pass(200_000);
    await all();
    expect(new Set(questions.map(({ id }) => id))).toEqual(new Set([question.id]));
    expect(await answers(alice)).toHaveLength(1);
  });

  it("answers a repeated question with the answer that it gave", async () => {
    await grant();
    const question = await ask("once");
    await all();
    const before = await firstAnswer(alice);
    const puppet = await Puppet.of(world, alice);
    await puppet.say(
      {
        kind: "ask",
        conversation,
        id: question.id,
        sentAtMs: 0,
        body: "once",
        replyTo: [bob.account],
      },
      [agent.account],
    );
    await world.quiet(bob, agent);
    expect(questions).toHaveLength(1);
    expect(puppet.heard.filter(({ kind }) => kind === "answer")).toMatchObject([{ id: before.id }]);
    expect(await answers(bob)).toHaveLength(1);
  });

  describe("a receipt", () => {
    let message: AnswerMessage;
    /** The log's own key signs another history. */
    const fork = async (kept: readonly Uint8Array[]) => {
      const { log, logSeed: seed } = world.organisation;
      const forked = new TransparencyLog({ store: new MemoryLogStore(), origin: log.origin, seed });
      for (const leaf of kept) await forked.append(leaf);
      world.organisation.log = forked;
    };
    const failedSteps = async (changed: AnswerMessage) => {
      const verdict = await world.settle(alice.client.verifyReceipt(changed));
      expect(verdict.verified).toBe(false);
      expect(verdict.claims).toBeUndefined();
      return verdict.steps.filter(({ status }) => status === "failed").map(({ step }) => step);
    };

    beforeEach(async () => {
      await grant();
      await ask("My knee hurts");
      await all();
      message = await firstAnswer(alice);
    });

    it("fails when the answer or a citation was changed", async () => {
      const [citation] = message.answer.citations;
      if (!citation) throw new Error("there is no citation");
      const citations = [{ ...citation, quote: "Run a marathon." }];
      expect(await failedSteps({ ...message, answer: { ...message.answer, citations } })).toContain("answer");
      const sentences = [{ text: "Run a marathon.", citations: [1] }];
      expect(await failedSteps({ ...message, answer: { ...message.answer, sentences } })).toContain("answer");
    });

    it("fails when it is another question's", async () => {
      expect(await failedSteps({ ...message, inReplyTo: conversation })).toEqual(["answer"]);
    });

    it("fails when somebody else signed it, or when it is rubbish", async () => {
      expect(await failedSteps({ ...message, from: bob.account })).toContain("signature");
      expect(await failedSteps({ ...message, receipt: fromBase64Url("AAAA") })).toContain("signature");
    });

    it("fails against a log that lost its end, and against another history", async () => {
      expect((await world.settle(alice.client.verifyReceipt(message))).verified).toBe(true);
      const { log } = world.organisation;
      const leaves = await log.leaves(0, 1000);
      await fork(leaves.slice(0, -1));
      expect(await failedSteps(message)).toEqual(["consistency"]);
      await fork([...leaves.slice(1), ...leaves.slice(0, 1)]);
      expect(await failedSteps(message)).toEqual(["consistency"]);
      world.organisation.log = log;
      expect((await world.settle(alice.client.verifyReceipt(message))).verified).toBe(true);
    });

    it("fails against a log that forgot what was seen of it, though the receipt is older", async () => {
      const { log } = world.organisation;
      const older = await log.leaves(0, 1000);
      await world.settle(alice.client.sendText({ conversation, body: "another leaf" }));
      await all();
      await world.clock.pass(1000);
      expect((await world.settle(alice.client.verifyReceipt(message))).verified).toBe(true);
      expect(await log.size()).toBeGreaterThan(older.length);
      await fork(older);
      expect(await failedSteps(message)).toEqual(["consistency"]);
    });

    it("says that it cannot tell when the log is out of reach and its head moved on", async () => {
      await world.settle(alice.client.sendText({ conversation, body: "another leaf" }));
      await all();
      await world.clock.pass(1000);
      expect((await world.settle(alice.client.verifyReceipt(message))).verified).toBe(true);
      world.organisation.logIsDown = true;
      await expect(world.settle(alice.client.verifyReceipt(message))).rejects.toMatchObject({
        family: "Unavailable",
      });
    });
  });

  it("sends envelopes of bucket sizes only, and no plaintext over the wire", async () => {
    await grant();
    await ask("Quetzalcoatlus northropi");
    await all();
    const marker = "Quetzalcoatlus";
    let sealedCount = 0;
    for (const bytes of world.network.captured) {
      expect(new TextDecoder("latin1").decode(bytes)).not.toContain(marker);
      for (const { payload } of sealedIn(bytes)?.envelopes ?? []) {
        openSealedEnvelope(fromBase64Url(payload));
        sealedCount += 1;
      }
      try {
        const frame = decodeClientFrame(bytes);
        if (frame.type !== "send") continue;
        for (const { payload } of frame.envelopes) openEnvelope(payload);
      } catch {
        // An HTTP body or a frame of the relay.
      }
    }
    expect(sealedCount).toBeGreaterThan(0);
    expect(questions[0]?.body).toContain(marker);
  });
});
