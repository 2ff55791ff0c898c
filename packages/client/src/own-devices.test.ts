import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import { link } from "./testing/link.ts";
import { Puppet } from "./testing/puppet.ts";

describe("consent on several devices", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let agent: TestDevice;
  let conversation: string;

  const consents = (device: TestDevice) => device.client.conversation(conversation)?.consents;

  beforeEach(async () => {
    world = await TestWorld.create(12);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    agent = await world.join("Assistant", "agent", () => Promise.reject(new Error("not asked")));
    const members = [bob.account, agent.account];
    ({ id: conversation } = await world.settle(alice.client.createConversation({ title: "Knee", members })));
    await world.settle(alice.client.grantConsent(conversation, agent.account));
    await world.quiet(alice, bob, agent);
  });

  it("does not come back with a device that was away when it was taken back", async () => {
    const phone = await link(world, alice);
    await world.quiet(alice, bob, phone);
    expect(consents(phone)).toEqual([{ agent: agent.account, by: alice.account }]);
    await phone.client.disconnect();
    await world.settle(alice.client.revokeConsent(conversation, agent.account));
    await world.quiet(alice, bob);
    // The phone still believes in the consent when it tells a new tablet.
    alice.line.isCut = true;
    phone.line.isCut = false;
    phone.client.connect();
    const tablet = await link(world, phone);
    await world.clock.pass(60_000);
    alice.line.isCut = false;
    await world.clock.pass(120_000);
    await world.quiet(alice, bob, phone, tablet);
    for (const device of [alice, bob, phone, tablet]) expect(consents(device)).toEqual([]);
  });

  it("follows the newest decision, and the one that takes it back of two at once", async () => {
    const puppet = await Puppet.of(world, bob);
    const by = bob.account;
    const granted = [{ agent: agent.account, by }];
    const decide = async (isGranted: boolean, atMs: number) => {
      const content = {
        kind: "consent",
        conversation,
        agent: agent.account,
        granted: isGranted,
        atMs,
      } as const;
      await puppet.say(content, [alice.account]);
      await world.quiet(alice);
      return consents(alice)?.filter((consent) => consent.by === by);
    };
    expect(await decide(false, 20)).toEqual([]);
    expect(await decide(true, 10)).toEqual([]);
    expect(await decide(true, 20)).toEqual([]);
    expect(await decide(true, 30)).toEqual(granted);
    expect(await decide(false, 29)).toEqual(granted);
    expect(await decide(false, 30)).toEqual([]);
  });

  it("holds what is decided here though the clock went back", async () => {
    const phone = await link(world, alice);
    await world.quiet(alice, phone);
    const puppet = await Puppet.of(world, phone);
    const atMs = world.clock.nowMs() + 1_000_000;
    await puppet.say({ kind: "consent", conversation, agent: agent.account, granted: true, atMs }, [
      alice.account,
    ]);
    await world.quiet(alice);
    await world.settle(alice.client.revokeConsent(conversation, agent.account));
    await world.quiet(alice, bob);
    for (const device of [alice, bob]) expect(consents(device)).toEqual([]);
  });
});
