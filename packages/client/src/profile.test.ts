import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { Message } from "./api.ts";
import { abstention } from "./testing/abstention.ts";

const evidence = new Uint8Array(32).fill(1);
const otherEvidence = new Uint8Array(32).fill(2);

describe("the evidence that a session with an agent rests on", () => {
  let world: TestWorld;
  let agent: TestDevice;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;

  const kinds = async (device: TestDevice) =>
    (await device.client.messages(conversation)).map((one: Message) =>
      one.kind === "notice" ? one.notice.type : one.kind,
    );
  const askOnce = async () => {
    await world.settle(alice.client.grantConsent(conversation, agent.account));
    await world.settle(alice.client.sendText({ conversation, body: "Well?", ask: agent.account }));
    await world.clock.pass(20_000);
  };
  const hold = (holder: TestDevice, digest: Uint8Array) => holder.evidence.set(agent.account, digest);

  beforeEach(async () => {
    world = await TestWorld.create(81);
    agent = await world.join("Assistant", "agent", async () => abstention);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    const members = [bob.account, agent.account];
    ({ id: conversation } = await world.settle(alice.client.createConversation({ title: "Knee", members })));
    await world.quiet(alice, bob, agent);
  });

  it("is the same on both sides, whoever begins", async () => {
    for (const device of [agent, alice, bob]) hold(device, evidence);
    await askOnce();
    // Alice opened her session with the agent; the agent opened the one with Bob.
    expect(await kinds(alice)).toContain("answer");
    expect(await kinds(bob)).toContain("answer");
  });

  it("is checked once: what a session rests on does not change under it", async () => {
    for (const device of [agent, alice, bob]) hold(device, evidence);
    await askOnce();
    hold(agent, otherEvidence);
    await world.settle(alice.client.sendText({ conversation, body: "And?", ask: agent.account }));
    await world.clock.pass(20_000);
    expect((await kinds(alice)).filter((kind) => kind === "answer")).toHaveLength(2);
  });

  it.each<[string, Uint8Array | undefined, Uint8Array | undefined]>([
    ["another", evidence, otherEvidence],
    ["none", evidence, undefined],
    ["some where the agent has none", undefined, evidence],
  ])("is refused by the agent when the asker saw %s", async (_what, held, seen) => {
    if (held) hold(agent, held);
    if (seen) hold(alice, seen);
    await askOnce();
    expect(await kinds(alice)).not.toContain("answer");
    expect(agent.disk.collections.get("sessions")?.has(`${alice.account}.1`) ?? false).toBe(false);
    expect(agent.disk.collections.get("questions")?.size ?? 0).toBe(0);
  });

  it("is refused by a reader to whom the agent shows other evidence", async () => {
    for (const device of [agent, alice]) hold(device, evidence);
    hold(bob, otherEvidence);
    await askOnce();
    expect(await kinds(alice)).toContain("answer");
    expect(await kinds(bob)).not.toContain("answer");
    expect(await kinds(bob)).toContain("unreadable");
  });

  it("says nothing about sessions between people", async () => {
    hold(alice, evidence);
    await world.settle(alice.client.sendText({ conversation, body: "between us" }));
    await world.quiet(alice, bob);
    expect(await kinds(bob)).toContain("text");
  });
});
