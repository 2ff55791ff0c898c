import type { SendRequest } from "@cloister/relay-core";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { TestWorld } from "@cloister/testkit/test-world";
import { decodeLeaf } from "@cloister/transparency";
import { describe, expect, it } from "vitest";
import { Puppet } from "./testing/puppet.ts";

describe("an exchange", () => {
  it("takes messages there and back, with their states", async () => {
    const world = await TestWorld.create(1);
    const alice = await world.join("Alice");
    const bob = await world.join("Dr. Bob", "clinician");
    const directory = await world.settle(alice.client.directory());
    expect(directory).toEqual([
      { account: bob.account, role: "clinician", name: "Dr. Bob", vouched: true, verification: "unverified" },
    ]);
    const conversation = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [bob.account] }),
    );
    const text = await world.settle(alice.client.sendText({ conversation: conversation.id, body: "hello" }));
    expect(text.state).toBe("queued");
    await world.quiet(alice, bob);
    const [received] = bob.client.conversations();
    expect(received).toMatchObject({ id: conversation.id, title: "Knee", unreadCount: 1 });
    expect(await bob.client.messages(conversation.id)).toMatchObject([
      { kind: "notice", notice: { type: "created" }, from: alice.account },
      { kind: "text", body: "hello", mine: false, id: text.id },
    ]);
    expect(bob.client.contact(alice.account)?.name).toBe("Alice");
    expect((await alice.client.messages(conversation.id)).at(-1)).toMatchObject({ state: "delivered" });
    await world.settle(bob.client.markRead(conversation.id));
    await world.settle(bob.client.sendText({ conversation: conversation.id, body: "hi Alice" }));
    await world.quiet(alice, bob);
    const messages = await alice.client.messages(conversation.id);
    expect(messages.at(-1)).toMatchObject({ body: "hi Alice", mine: false });
    expect(messages.at(-2)).toMatchObject({ state: "read" });
  });
});

describe("what others get to know", () => {
  it("tells the log that advice was shown, and nothing about what", async () => {
    const world = await TestWorld.create(1);
    const alice = await world.join("Alice");
    await world.settle(alice.client.recordEmergencyShown());
    await world.clock.pass(1000);
    const leaves = await world.organisation.log.leaves(0, 100);
    const shown = leaves
      .map((leaf) => decodeLeaf(leaf).event)
      .filter(({ type }) => type === "emergency.shown");
    expect(shown).toEqual([{ type: "emergency.shown", at: expect.anything(), actor: expect.anything() }]);
  });

  it("tells a patient's name to the people of a conversation, once, and no name of staff", async () => {
    const world = await TestWorld.create(2);
    const alice = await world.join("Alice");
    const bob = await world.join("Dr. Bob", "clinician");
    const carol = await world.join("Carol");
    const puppet = await Puppet.of(world, carol);
    const members = [bob.account, carol.account];
    const { id } = await world.settle(alice.client.createConversation({ title: "All", members }));
    await world.quiet(alice, bob);
    await world.settle(alice.client.sendText({ conversation: id, body: "one" }));
    await world.settle(alice.client.createConversation({ title: "Again", members }));
    await world.settle(bob.client.sendText({ conversation: id, body: "two" }));
    await world.quiet(alice, bob);
    const profiles = puppet.heard.filter(({ kind }) => kind === "profile");
    expect(profiles).toEqual([{ kind: "profile", displayName: "Alice" }]);
    expect(puppet.heard.filter(({ kind }) => kind === "text")).toHaveLength(2);
  });

  it("reports a message as delivered and read when all people have it", async () => {
    const world = await TestWorld.create(3);
    const alice = await world.join("Alice");
    const bob = await world.join("Dr. Bob", "clinician");
    const carol = await world.join("Dr. Carol", "clinician");
    const { id } = await world.settle(
      alice.client.createConversation({ title: "All", members: [bob.account, carol.account] }),
    );
    await world.quiet(alice, bob, carol);
    const state = async () => {
      const last = (await alice.client.messages(id)).at(-1);
      return last?.kind === "text" ? last.state : undefined;
    };
    carol.line.isCut = true;
    await world.settle(alice.client.sendText({ conversation: id, body: "for both" }));
    await world.quiet(alice, bob);
    await world.settle(bob.client.markRead(id));
    await world.quiet(alice, bob);
    expect(await state()).toBe("sent");
    carol.line.isCut = false;
    await world.quiet(alice, bob, carol);
    expect(await state()).toBe("delivered");
    await world.settle(carol.client.markRead(id));
    await world.quiet(alice, bob, carol);
    expect(await state()).toBe("read");
    expect(alice.client.conversation(id)?.lastMessage).toMatchObject({ state: "read" });
  });

  it("lets no report leave at once", async () => {
    const world = await TestWorld.create(4);
    const alice = await world.join("Alice");
    const bob = await world.join("Dr. Bob", "clinician");
    const { id } = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [bob.account] }),
    );
    await world.quiet(alice, bob);
    for (const body of ["one", "two", "three"]) {
      await world.settle(alice.client.sendText({ conversation: id, body }));
    }
    await world.clock.pass(150);
    expect(await bob.client.messages(id)).toHaveLength(4);
    const waiting = bob.disk.collections.get("outbox");
    expect(waiting?.size).toBe(1);
    await world.quiet(alice, bob);
    expect(
      (await alice.client.messages(id)).filter((one) => one.kind === "text" && one.state === "delivered"),
    ).toHaveLength(3);
  });
});

describe("what goes wrong on this side", () => {
  it("fails a message that nobody could receive, and sends it again when asked to", async () => {
    const world = await TestWorld.create(5);
    const alice = await world.join("Alice");
    const bob = await world.join("Dr. Bob", "clinician");
    const { id } = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [bob.account] }),
    );
    await world.quiet(alice, bob);
    await world.settle(bob.client.revokeDevice(1));
    const text = await world.settle(alice.client.sendText({ conversation: id, body: "anybody?" }));
    await world.quiet(alice);
    const state = async () => (await alice.client.messages(id)).find((one) => one.id === text.id);
    expect(await state()).toMatchObject({ state: "failed" });
    const states: unknown[] = [];
    alice.client.subscribe((event) => {
      if (event.type === "message" && event.message.kind === "text") states.push(event.message.state);
    });
    await world.settle(alice.client.retry(id, text.id));
    await world.quiet(alice);
    expect(states).toEqual(["queued", "failed"]);
    await expect(alice.client.retry(id, "unknown")).rejects.toMatchObject({ code: "MESSAGE_UNKNOWN" });
  });

  it("says what is wrong with a call, and changes nothing", async () => {
    const world = await TestWorld.create(6);
    const device = await world.device();
    expect(device.client.self()).toBeUndefined();
    expect(() => device.client.connect()).toThrow("sign up");
    await expect(device.client.directory()).rejects.toMatchObject({ code: "NO_ACCOUNT" });
    await expect(world.settle(device.client.signUp({ displayName: " \n" }))).rejects.toMatchObject({
      code: "DISPLAY_NAME_MISSING",
    });
    const alice = await world.join("Alice");
    const { client } = alice;
    await expect(client.signUp({ displayName: "Alice" })).rejects.toMatchObject({
      code: "ALREADY_SIGNED_UP",
    });
    await expect(client.createConversation({ title: " ", members: ["x"] })).rejects.toMatchObject({
      code: "TITLE_MISSING",
    });
    await expect(client.createConversation({ title: "x", members: [alice.account] })).rejects.toMatchObject({
      code: "MEMBERS_COUNT",
    });
    const nobody = `${"n".repeat(21)}A`;
    await expect(
      world.settle(client.createConversation({ title: "x", members: [nobody] })),
    ).rejects.toMatchObject({ code: "ACCOUNT_UNKNOWN" });
    await expect(client.sendText({ conversation: nobody, body: "x" })).rejects.toMatchObject({
      code: "CONVERSATION_UNKNOWN",
    });
    const bob = await world.join("Dr. Bob", "clinician");
    const { id } = await world.settle(client.createConversation({ title: "Knee", members: [bob.account] }));
    await expect(client.sendText({ conversation: id, body: " " })).rejects.toMatchObject({
      code: "CONTENT_EMPTY",
    });
    await expect(client.sendText({ conversation: id, body: "ä".repeat(8001) })).rejects.toMatchObject({
      code: "CONTENT_TOO_LARGE",
    });
    await expect(client.grantConsent(id, bob.account)).rejects.toMatchObject({ code: "NOT_VOUCHED" });
    await expect(client.grantConsent(id, nobody)).rejects.toMatchObject({ code: "NOT_A_MEMBER" });
    await world.quiet(alice, bob);
    expect((await client.messages(id)).map(({ kind }) => kind)).toEqual(["notice"]);
    alice.line.isCut = true;
    await expect(world.settle(client.settled(5000))).rejects.toMatchObject({ code: "NOT_SETTLED" });
  });

  it("sends the longest text there may be", async () => {
    const world = await TestWorld.create(7);
    const alice = await world.join("Alice");
    const bob = await world.join("Dr. Bob", "clinician");
    const { id } = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [bob.account] }),
    );
    const body = "ä".repeat(8000);
    await world.settle(alice.client.sendText({ conversation: id, body }));
    await world.quiet(alice, bob);
    expect((await bob.client.messages(id)).at(-1)).toMatchObject({ body });
  });

  it("erases everything, and begins anew on the same device", async () => {
    const world = await TestWorld.create(8);
    const alice = await world.join("Alice");
    const first = alice.account;
    await world.settle(alice.client.erase());
    expect(alice.disk.collections.size).toBe(0);
    expect(alice.client.self()).toBeUndefined();
    expect(alice.client.conversations()).toEqual([]);
    const self = await world.settle(alice.client.signUp({ displayName: "Alice again" }));
    expect(self.account).not.toBe(first);
    alice.client.connect();
    await world.settle(alice.client.settled(60_000));
  });

  it("holds back everything for somebody whose key changed, until a person accepts it", async () => {
    const store = new DisguisingStore();
    const world = await TestWorld.create(9, store);
    const alice = await world.join("Alice");
    const bob = await world.join("Dr. Bob", "clinician");
    const mallory = await world.join("Mallory");
    await world.settle(alice.client.createConversation({ title: "Knee", members: [bob.account] }));
    await world.quiet(alice, bob);
    store.disguise = { mallory: mallory.account, as: bob.account };
    alice.line.isCut = true;
    await world.settle(mallory.client.createConversation({ title: "I am Bob", members: [alice.account] }));
    await world.quiet(mallory);
    alice.line.isCut = false;
    await world.quiet(alice);
    expect(alice.client.contact(bob.account)?.verification).toBe("changed");
    // Sessions with Bob's device are as good as before; still nothing leaves.
    const { id } = await world.settle(
      alice.client.createConversation({ title: "New", members: [bob.account] }),
    );
    await world.clock.pass(120_000);
    expect(bob.client.conversation(id)).toBeUndefined();
    expect(alice.disk.collections.get("outbox")?.size).toBeGreaterThan(0);
  });
});

/** Passes one account's envelopes off as another's. */
class DisguisingStore extends MemoryRelayStore {
  disguise: { readonly mallory: string; readonly as: string } | undefined;

  override append(send: SendRequest) {
    const { disguise } = this;
    const isDisguised = disguise && "from" in send && send.from.account === disguise.mallory;
    return super.append(isDisguised ? { ...send, from: { account: disguise.as, device: 1 } } : send);
  }
}
