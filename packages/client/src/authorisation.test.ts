import type { Content } from "@cloister/contracts/content";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import { cleanName } from "./names.ts";
import { Puppet } from "./testing/puppet.ts";

const id = (character: string) => `${character.repeat(21)}A`;
const answer = {
  outcome: "abstained",
  sentences: [{ text: "Trust me.", citations: [] }],
  citations: [],
} as const;

describe("who may say what", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let agent: TestDevice;
  let conversation: string;

  const view = () => alice.client.conversation(conversation);
  const messages = async () =>
    (await alice.client.messages(conversation)).filter(({ kind }) => kind !== "notice");
  const text = (body: string, more: { readonly id?: string; readonly asked?: string } = {}): Content => ({
    kind: "text",
    conversation,
    id: id("t"),
    sentAtMs: 5,
    body,
    ...more,
  });
  /** Says it to Alice, and waits until her device has dealt with it. */
  const hear = async (puppet: Puppet, ...contents: readonly Content[]) => {
    for (const content of contents) await puppet.say(content, [alice.account]);
    await world.quiet(alice);
  };

  beforeEach(async () => {
    world = await TestWorld.create(17);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    agent = await world.join("Assistant", "agent", () => Promise.reject(new Error("not asked")));
    const members = [bob.account, agent.account];
    ({ id: conversation } = await world.settle(alice.client.createConversation({ title: "Knee", members })));
    await world.quiet(alice, bob);
  });

  describe("a stranger", () => {
    let mallory: Puppet;
    let account: string;
    const opened = (name: string, accounts: readonly string[]): Content => ({
      kind: "conversation",
      conversation: id(name),
      title: name,
      members: accounts.map((member) => ({ account: member, role: "patient" as const })),
      createdAtMs: 1,
    });

    beforeEach(async () => {
      const device = await world.join("Mallory");
      ({ account } = device);
      mallory = await Puppet.of(world, device);
    });

    it("says nothing in a conversation that it is not in", async () => {
      const before = view();
      await hear(
        mallory,
        text("I am Bob"),
        { kind: "consent", conversation, agent: agent.account, granted: true, atMs: 1 },
        { kind: "status", conversation, status: "read", ids: [id("t")] },
        {
          kind: "answer",
          conversation,
          id: id("a"),
          inReplyTo: id("t"),
          asker: alice.account,
          sentAtMs: 1,
          answer,
          receipt: new Uint8Array(),
        },
      );
      expect(view()).toEqual(before);
      expect(await messages()).toEqual([]);
    });

    it("cannot bring itself in", async () => {
      await hear(mallory, {
        kind: "conversation",
        conversation,
        title: "Taken over",
        members: [
          { account, role: "clinician" },
          { account: alice.account, role: "patient" },
        ],
        createdAtMs: 1,
      });
      expect(view()?.title).toBe("Knee");
      expect(view()?.members).toHaveLength(3);
    });

    it("cannot open a conversation without being in it, or without Alice", async () => {
      await hear(mallory, opened("x", [alice.account, bob.account]), opened("y", [account, bob.account]));
      expect(alice.client.conversations()).toHaveLength(1);
      await hear(mallory, opened("z", [account, alice.account]));
      expect(alice.client.conversations()).toHaveLength(2);
    });

    it("cannot fill the device with messages for conversations that never come", async () => {
      const size = (name: string) => alice.disk.collections.get(`early/${id(name)}`)?.size ?? 0;
      for (let at = 0; at < 230; at += 1) {
        const name = at % 2 === 0 ? "e" : "f";
        await mallory.say({ ...text(`early ${at}`), conversation: id(name) } as Content, [alice.account]);
      }
      await world.quiet(alice);
      expect(size("e") + size("f")).toBe(200);
      // Once a conversation is there, there is room again.
      await hear(mallory, opened("e", [account, alice.account]));
      await hear(mallory, { ...text("late"), conversation: id("g") } as Content);
      expect([size("e"), size("g")]).toEqual([0, 1]);
    });

    it("opens 50 conversations and no more, whom the organisation does not vouch for", async () => {
      for (let at = 0; at < 55; at += 1) {
        const one = `${String(at).padStart(21, "s")}A`;
        await mallory.say({ ...opened("s", [account, alice.account]), conversation: one } as Content, [
          alice.account,
        ]);
      }
      await world.quiet(alice);
      expect(alice.client.conversations()).toHaveLength(51);
      await world.settle(bob.client.createConversation({ title: "Still", members: [alice.account] }));
      await world.quiet(alice, bob);
      expect(alice.client.conversations()).toHaveLength(52);
    });

    it("has its rubbish set aside, without holding up anybody", async () => {
      await mallory.sayBytes(new Uint8Array([1, 2, 3]), [alice.account]);
      await mallory.sayBytes(new Uint8Array([0xa1, 0x61, 0x76, 0x02]), [alice.account]);
      await world.settle(bob.client.sendText({ conversation, body: "hello" }));
      await world.quiet(alice, bob);
      expect(await messages()).toMatchObject([{ body: "hello" }]);
      expect(alice.disk.collections.get(`unopened/${account}`)?.size).toBe(2);
    });
  });

  describe("a member", () => {
    let puppet: Puppet;
    beforeEach(async () => {
      puppet = await Puppet.of(world, bob);
    });

    it("is heard, once for each id", async () => {
      await hear(puppet, text("one"), text("the same again"), text("two", { id: id("u") }));
      expect(await messages()).toMatchObject([{ body: "one" }, { body: "two" }]);
      expect(view()?.unreadCount).toBe(2);
    });

    it("cannot hide another's message by taking its id first", async () => {
      const own = await world.settle(alice.client.sendText({ conversation, body: "mine" }));
      await hear(puppet, text("not yours", { id: own.id }));
      expect(await messages()).toMatchObject([{ body: "mine" }, { body: "not yours" }]);
    });

    it("brings others in, and renames nothing", async () => {
      const carol = await world.join("Dr. Carol", "clinician");
      const members = [...(view()?.members ?? []), { account: carol.account, role: "clinician" as const }];
      await hear(puppet, { kind: "conversation", conversation, title: "Renamed", members, createdAtMs: 1 });
      expect(view()).toMatchObject({ title: "Knee", members });
      const joined = { type: "joined", account: carol.account };
      expect((await alice.client.messages(conversation)).at(-1)).toMatchObject({
        from: bob.account,
        notice: joined,
      });
      await hear(puppet, {
        kind: "conversation",
        conversation,
        title: "Alone",
        members: [
          { account: bob.account, role: "clinician" },
          { account: alice.account, role: "patient" },
        ],
        createdAtMs: 1,
      });
      expect(view()?.members).toHaveLength(4);
    });

    it("consents for itself only, and to agents only", async () => {
      await hear(
        puppet,
        { kind: "consent", conversation, agent: agent.account, granted: true, atMs: 1 },
        { kind: "consent", conversation, agent: alice.account, granted: true, atMs: 1 },
        { kind: "consent", conversation, agent: id("q"), granted: true, atMs: 1 },
      );
      expect(view()?.consents).toEqual([{ agent: agent.account, by: bob.account }]);
      await expect(
        world.settle(alice.client.sendText({ conversation, body: "?", ask: agent.account })),
      ).rejects.toMatchObject({ code: "CONSENT_REQUIRED" });
    });

    it("answers for no agent, and reports about no message of others", async () => {
      await hear(
        puppet,
        text("asked", { asked: agent.account }),
        {
          kind: "answer",
          conversation,
          id: id("a"),
          inReplyTo: id("t"),
          asker: alice.account,
          sentAtMs: 1,
          answer,
          receipt: new Uint8Array(),
        },
        { kind: "status", conversation, status: "read", ids: [id("t")] },
        { kind: "ask", conversation, id: id("k"), sentAtMs: 1, body: "?", replyTo: [] },
      );
      expect(await messages()).toMatchObject([{ kind: "text", body: "asked" }]);
    });

    it("calls itself nothing else than the organisation does", async () => {
      await hear(puppet, { kind: "profile", displayName: "The Pope" });
      expect(alice.client.contact(bob.account)?.name).toBe("Dr. Bob");
    });
  });

  it("takes from an agent only answers to what was asked, the first one only", async () => {
    await world.settle(alice.client.grantConsent(conversation, agent.account));
    await world.quiet(alice, agent);
    const puppet = await Puppet.of(world, agent);
    const question = await world.settle(
      alice.client.sendText({ conversation, body: "?", ask: agent.account }),
    );
    const given = (name: string, inReplyTo: string): Content => ({
      kind: "answer",
      conversation,
      id: id(name),
      inReplyTo,
      asker: alice.account,
      sentAtMs: 1,
      answer,
      receipt: new Uint8Array(),
    });
    await hear(
      puppet,
      given("a", id("n")),
      text("I am a person"),
      { kind: "consent", conversation, agent: agent.account, granted: true, atMs: 1 },
      given("b", question.id),
      given("b", question.id),
      given("c", question.id),
    );
    expect((await messages()).filter(({ from }) => from === agent.account)).toMatchObject([{ id: id("b") }]);
    expect(view()?.consents).toEqual([{ agent: agent.account, by: alice.account }]);
  });

  it("shows names and titles of others on one line, without what cannot be seen", async () => {
    const device = await world.join("Mallory");
    const { account } = device;
    const mallory = await Puppet.of(world, device);
    await hear(
      mallory,
      { kind: "profile", displayName: " Dr.\u202E boB\n\u0000 " },
      {
        kind: "conversation",
        conversation: id("z"),
        title: "\u200B\u2066",
        members: [
          { account, role: "clinician" },
          { account: alice.account, role: "patient" },
        ],
        createdAtMs: 1,
      },
    );
    expect(alice.client.contact(account)?.name).toBe("Dr. boB");
    expect(alice.client.conversation(id("z"))).toMatchObject({
      title: "Conversation",
      members: [{ role: "patient" }, { role: "patient" }],
    });
    expect(cleanName("é".repeat(100), 11)).toBe("é".repeat(5));
    expect(cleanName("🧑‍⚕️ ok")).toBe("🧑‍⚕️ ok");
    expect(cleanName("a\uD800b")).toBe("ab");
  });
});
