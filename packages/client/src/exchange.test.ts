import { TestWorld } from "@cloister/testkit/test-world";
import { describe, expect, it } from "vitest";

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
