import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";

const dayMs = 86_400_000;

describe("upkeep", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;

  const counts = ({ account }: TestDevice) =>
    world.organisation.relay.accounts.store.countPreKeys({ account, device: 1 });
  const bodies = async (device: TestDevice) =>
    (await device.client.messages(conversation)).flatMap((one) => (one.kind === "text" ? [one.body] : []));
  const signedKeys = ({ disk }: TestDevice) => disk.collections.get("prekeys-signed")?.size;
  /** Time passes for everybody at once; connections that are open would only tick. */
  const sleep = async (daysCount: number) => {
    await alice.client.disconnect();
    await bob.client.disconnect();
    await world.clock.pass(daysCount * dayMs);
  };

  beforeEach(async () => {
    world = await TestWorld.create(51);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    ({ id: conversation } = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [bob.account] }),
    ));
    await world.quiet(alice, bob);
  });

  it("gives the relay more prekeys when they run low", async () => {
    const { store } = world.organisation.relay.accounts;
    const devices = [{ device: 1, oneTime: true }];
    for (let taken = 0; taken < 95; taken += 1) await store.takePreKeys({ account: bob.account, devices });
    expect((await counts(bob)).oneTimeCount).toBeLessThan(20);
    await bob.restart();
    await world.quiet(bob);
    await world.clock.pass(1000);
    expect(await counts(bob)).toEqual({ oneTimeCount: 100, kemCount: 100 });
  });

  it("opens a new session when the old one has lapsed", async () => {
    await world.clock.pass(2 * dayMs);
    await world.settle(alice.client.sendText({ conversation, body: "after two days" }));
    await world.quiet(alice, bob);
    expect(await bodies(bob)).toEqual(["after two days"]);
  }, 60_000);

  it("changes its signed prekey every week, and opens what was made with the one before", async () => {
    const carol = await world.join("Carol");
    await world.settle(carol.client.directory());
    const { id } = await world.settle(
      carol.client.createConversation({ title: "Later", members: [bob.account] }),
    );
    await sleep(8);
    // Carol's first message waits at the relay, made with Bob's old prekeys.
    await world.settle(carol.client.sendText({ conversation: id, body: "old keys" }));
    await world.settle(carol.client.settled(60_000));
    bob.client.connect();
    await world.quiet(bob, carol);
    expect(signedKeys(bob)).toBe(2);
    expect((await bob.client.messages(id)).map(({ kind }) => kind)).toEqual(["notice", "text"]);
    const late = await world.join("Late");
    const { id: lateId } = await world.settle(
      late.client.createConversation({ title: "New keys", members: [bob.account] }),
    );
    await world.quiet(bob, late);
    expect(bob.client.conversation(lateId)).toBeDefined();
    await carol.client.disconnect();
    await late.client.disconnect();
    await sleep(31);
    bob.client.connect();
    await world.quiet(bob);
    // The first one is destroyed, the second one kept beside the third.
    expect(signedKeys(bob)).toBe(2);
    expect(bob.disk.collections.get("base-keys")?.size).toBe(1);
  }, 60_000);

  it("forgets which envelopes it saw once the relay could not bring them again", async () => {
    const seen = () => bob.disk.collections.get("seen")?.size ?? 0;
    expect(seen()).toBeGreaterThan(0);
    await sleep(46);
    bob.client.connect();
    await world.quiet(bob);
    expect(seen()).toBe(0);
  });
});
