import { generateIdentityKeyPair } from "@cloister/protocol";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import { link } from "./testing/link.ts";

/** A relay that can show another identity key for an account than the one it registered. */
class LyingStore extends MemoryRelayStore {
  lies = new Map<string, Uint8Array>();

  override async account(account: string) {
    const record = await super.account(account);
    const identityKey = this.lies.get(account);
    return record && identityKey ? { ...record, identityKey } : record;
  }
}

describe("identities", () => {
  let world: TestWorld;
  let store: LyingStore;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;

  beforeEach(async () => {
    store = new LyingStore();
    world = await TestWorld.create(13, store);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    ({ id: conversation } = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [bob.account] }),
    ));
    await world.quiet(alice, bob);
  });

  const notices = async () =>
    (await alice.client.messages(conversation)).filter(
      (one) => one.kind === "notice" && one.notice.type === "identityChanged",
    );
  /** Bob has a new device, so that Alice's must ask about him; and the relay shows another key for him. */
  const change = async () => {
    const phone = await link(world, bob);
    store.lies.set(bob.account, generateIdentityKeyPair(world.random).publicKey);
    return phone;
  };

  it("gives both sides the same safety number, and remembers that it was compared", async () => {
    const numbers = [
      await alice.client.safetyNumber(bob.account),
      await bob.client.safetyNumber(alice.account),
    ];
    expect(numbers[0]).toMatch(/^\d{60}$/);
    expect(numbers[1]).toBe(numbers[0]);
    await world.settle(alice.client.markVerified(bob.account, numbers[0] ?? ""));
    await alice.restart();
    expect(alice.client.contact(bob.account)?.verification).toBe("verified");
  });

  it("sends nothing after a change until a person decides, and says so once", async () => {
    const number = await alice.client.safetyNumber(bob.account);
    await world.settle(alice.client.markVerified(bob.account, number));
    const phone = await change();
    const text = await world.settle(alice.client.sendText({ conversation, body: "for Bob" }));
    await world.clock.pass(60_000);
    expect(alice.client.contact(bob.account)?.verification).toBe("changed");
    expect(await notices()).toHaveLength(1);
    expect(await alice.client.safetyNumber(bob.account)).not.toBe(number);
    expect(await stateOf(text.id)).toBe("queued");
    await expect(alice.client.sendText({ conversation, body: "more" })).rejects.toMatchObject({
      code: "IDENTITY_CHANGED",
    });
    await expect(
      alice.client.markVerified(bob.account, await alice.client.safetyNumber(bob.account)),
    ).rejects.toMatchObject({ code: "IDENTITY_CHANGED" });
    await alice.restart();
    await world.clock.pass(60_000);
    expect(await notices()).toHaveLength(1);
    expect(await bodies(bob)).toEqual([]);
    expect(await bodies(phone)).toEqual([]);
  });

  it("goes on with the new key once a person accepted it", async () => {
    await change();
    await world.settle(alice.client.sendText({ conversation, body: "for Bob" }));
    await world.clock.pass(60_000);
    await world.settle(alice.client.acceptIdentity(bob.account));
    expect(alice.client.contact(bob.account)?.verification).toBe("unverified");
    await world.clock.pass(60_000);
    // The relay lied: nobody holds the key that it showed, and its bundles are not signed with it.
    expect(await bodies(bob)).toEqual([]);
    store.lies.clear();
    await world.clock.pass(600_000);
    expect(alice.client.contact(bob.account)?.verification).toBe("changed");
    await world.settle(alice.client.acceptIdentity(bob.account));
    await world.quiet(alice, bob);
    expect(await bodies(bob)).toEqual(["for Bob"]);
  });

  it("does not believe a role that the organisation did not give", async () => {
    const mallory = await world.join("Mallory");
    const { id } = await world.settle(
      mallory.client.createConversation({ title: "Hello", members: [alice.account] }),
    );
    await world.quiet(alice, mallory);
    expect(alice.client.contact(mallory.account)).toMatchObject({ role: "patient", vouched: false });
    expect(alice.client.conversation(id)?.members).toContainEqual({
      account: mallory.account,
      role: "patient",
    });
  });

  it("refuses an invitation of another organisation", async () => {
    const elsewhere = await TestWorld.create(14);
    const device = await world.device();
    const invitationCode = elsewhere.organisation.invite("clinician", "Dr. Eve");
    await expect(
      world.settle(device.client.signUp({ displayName: "Eve", invitationCode })),
    ).rejects.toMatchObject({ code: "INVITATION_INVALID" });
    expect(device.client.self()).toBeUndefined();
    const right = world.organisation.invite("clinician", "Dr. Eve");
    const self = await world.settle(device.client.signUp({ displayName: "Eve", invitationCode: right }));
    expect(self).toMatchObject({ role: "clinician", displayName: "Eve" });
    const again = await world.device();
    await expect(
      world.settle(again.client.signUp({ displayName: "Eve", invitationCode: right })),
    ).rejects.toMatchObject({ code: "INVITATION_USED" });
  });

  async function stateOf(id: string) {
    const message = (await alice.client.messages(conversation)).find((one) => one.id === id);
    return message?.kind === "text" ? message.state : undefined;
  }

  async function bodies(device: TestDevice) {
    return (await device.client.messages(conversation)).flatMap((one) =>
      one.kind === "text" ? [one.body] : [],
    );
  }
});
