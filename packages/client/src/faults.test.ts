import type { SendRequest, SendResult } from "@cloister/relay-core";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { decodeLeaf } from "@cloister/transparency";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TextMessage } from "./api.ts";
import { abstention } from "./testing/abstention.ts";
import { Puppet } from "./testing/puppet.ts";

async function texts(device: TestDevice, conversation: string): Promise<TextMessage[]> {
  const messages = await device.client.messages(conversation);
  return messages.filter((message) => message.kind === "text");
}

async function bodies(device: TestDevice, conversation: string): Promise<string[]> {
  return (await texts(device, conversation)).map(({ body }) => body);
}

/** Two people in a conversation that both know. */
async function pair(world: TestWorld) {
  const alice = await world.join("Alice");
  const bob = await world.join("Dr. Bob", "clinician");
  const { id: conversation } = await world.settle(
    alice.client.createConversation({ title: "Knee", members: [bob.account] }),
  );
  await world.quiet(alice, bob);
  return { alice, bob, conversation };
}

type Step = {
  readonly who: "alice" | "bob";
  readonly what: "say" | "read" | "cut" | "wait" | "restart";
};

/** Once found by chance: with its seed, a line breaks without a word just before the network heals. */
const halfOpen: Step[] = [
  { who: "alice", what: "say" },
  { who: "alice", what: "say" },
  { who: "bob", what: "say" },
  { who: "alice", what: "say" },
  { who: "bob", what: "cut" },
  { who: "bob", what: "say" },
  { who: "alice", what: "cut" },
  { who: "alice", what: "wait" },
  { who: "bob", what: "cut" },
  { who: "alice", what: "read" },
  { who: "alice", what: "read" },
  { who: "alice", what: "cut" },
  { who: "bob", what: "say" },
];

describe("on a bad network", () => {
  it("loses nothing, shows nothing twice and keeps each sender's order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 0xffff }),
        fc.array(
          fc.record<Step>({
            who: fc.constantFrom("alice", "bob"),
            what: fc.constantFrom("say", "say", "read", "cut", "wait", "restart"),
          }),
          { minLength: 4, maxLength: 16 },
        ),
        async (seed, steps) => {
          const world = await TestWorld.create(seed);
          const people = await pair(world);
          const { alice, bob, conversation } = people;
          const said: Record<string, string[]> = { alice: [], bob: [] };
          world.network.faults = { lostShare: 0.15, brokenShare: 0.04, maxLatencyMs: 900 };
          for (const [at, { who, what }] of steps.entries()) {
            const device = who === "alice" ? alice : bob;
            if (what === "say") {
              const body = `${who} ${at}`;
              await world.settle(device.client.sendText({ conversation, body }));
              said[who]?.push(body);
            } else if (what === "read") await world.settle(device.client.markRead(conversation));
            else if (what === "cut") device.line.breakAll();
            else if (what === "wait") await world.clock.pass(2000);
            else await device.restart();
          }
          await world.clock.pass(30_000);
          world.network.heal();
          // A line that broke without a word is only noticed when nobody answers on it: 45 s.
          await world.clock.pass(60_000);
          await world.quiet(alice, bob);
          for (const device of [alice, bob]) {
            const shown = await texts(device, conversation);
            for (const [who, account] of [
              ["alice", alice.account],
              ["bob", bob.account],
            ] as const) {
              expect(shown.filter(({ from }) => from === account).map(({ body }) => body)).toEqual(said[who]);
            }
            const own = shown.filter(({ mine }) => mine);
            expect(own.every(({ state }) => state === "delivered" || state === "read")).toBe(true);
          }
        },
      ),
      { numRuns: 15, examples: [[62_638, halfOpen]] },
    );
  }, 120_000);

  it("sends what was written offline, to new people too, once it can", async () => {
    const world = await TestWorld.create(5);
    const { alice, bob, conversation } = await pair(world);
    const carol = await world.join("Carol");
    await world.settle(
      alice.client.createConversation({ title: "All", members: [bob.account, carol.account] }),
    );
    await world.quiet(alice, bob, carol);
    await bob.client.disconnect();
    const { id: fresh } = await world.settle(
      bob.client.createConversation({ title: "New", members: [carol.account] }),
    );
    await world.settle(bob.client.sendText({ conversation: fresh, body: "first words" }));
    await world.settle(bob.client.sendText({ conversation, body: "to Alice" }));
    await bob.kill();
    await bob.start();
    expect((await texts(bob, fresh))[0]?.state).toBe("queued");
    bob.client.connect();
    await world.quiet(alice, bob, carol);
    expect(await bodies(carol, fresh)).toEqual(["first words"]);
    expect(await bodies(alice, conversation)).toEqual(["to Alice"]);
  });

  it("goes on with others while one mailbox is full", async () => {
    const world = await TestWorld.create(6, new FullStore());
    const { alice, bob, conversation } = await pair(world);
    const carol = await world.join("Carol");
    const { id: other } = await world.settle(
      alice.client.createConversation({ title: "Other", members: [carol.account] }),
    );
    await world.quiet(alice, bob, carol);
    const store = world.organisation.relay.accounts.store as FullStore;
    store.full = bob.account;
    await world.settle(alice.client.sendText({ conversation, body: "waits" }));
    await world.settle(alice.client.sendText({ conversation: other, body: "arrives" }));
    await world.clock.pass(5000);
    expect(await bodies(carol, other)).toEqual(["arrives"]);
    expect((await texts(alice, conversation))[0]?.state).toBe("queued");
    store.full = undefined;
    await world.quiet(alice, bob);
    expect(await bodies(bob, conversation)).toEqual(["waits"]);
  });

  it("notices a connection that is dead without a word", async () => {
    const world = await TestWorld.create(8);
    const { alice, bob, conversation } = await pair(world);
    alice.line.deafen();
    await world.settle(bob.client.sendText({ conversation, body: "hello?" }));
    await world.clock.pass(10_000);
    expect(await bodies(alice, conversation)).toEqual([]);
    await world.clock.pass(60_000);
    expect(await bodies(alice, conversation)).toEqual(["hello?"]);
    bob.line.deafen();
    await world.settle(bob.client.sendText({ conversation, body: "and now?" }));
    await world.clock.pass(30_000);
    expect(await bodies(alice, conversation)).toEqual(["hello?", "and now?"]);
  });

  it("connects no more by itself once another connection of the device took its place", async () => {
    const world = await TestWorld.create(9);
    const { alice } = await pair(world);
    const twin = await world.device();
    for (const [name, rows] of alice.disk.collections) twin.disk.collections.set(name, new Map(rows));
    await twin.restart();
    await world.clock.pass(120_000);
    expect(twin.client.connectionState()).toBe("online");
    expect(alice.client.connectionState()).toBe("offline");
  });
});

class FullStore extends MemoryRelayStore {
  full: string | undefined;

  override async append(send: SendRequest): Promise<SendResult> {
    const { full } = this;
    if (full !== undefined && send.envelopes.some(({ account }) => account === full)) {
      return { outcome: "mailboxFull", account: full };
    }
    return super.append(send);
  }
}

/** Says that it stored everything; then stores some twice, some late, and some not at all. */
class HostileStore extends MemoryRelayStore {
  misbehaves = false;
  lostCount = 0;
  #at = 0;
  #late: SendRequest[] = [];

  override async append(send: SendRequest): Promise<SendResult> {
    if (!this.misbehaves) return super.append(send);
    this.#at += 1;
    const stored = { outcome: "stored", seqs: send.envelopes.map(() => 0) } as const;
    const kind = this.#at % 4;
    if (kind === 0) {
      this.lostCount += 1;
      return stored;
    }
    if (kind === 1) {
      this.#late.push(send);
      return stored;
    }
    await super.append(send);
    const again = send.envelopes.map((envelope) => ({
      ...envelope,
      id: envelope.id.map((byte) => byte ^ 255),
    }));
    await super.append({ ...send, envelopes: again });
    for (const late of this.#late.splice(0)) await super.append(late);
    return stored;
  }
}

it("survives envelopes that are lost, doubled and out of order", async () => {
  const store = new HostileStore();
  const world = await TestWorld.create(21, store);
  const { alice, bob, conversation } = await pair(world);
  store.misbehaves = true;
  for (let at = 0; at < 24; at += 1) {
    const [from] = at % 6 < 3 ? [alice] : [bob];
    await world.settle(from?.client.sendText({ conversation, body: `message ${at}` }) ?? Promise.resolve());
    await world.clock.pass(500);
    // Nothing wakes a connection for what a hostile store keeps; a new one fetches it.
    alice.line.breakAll();
    bob.line.breakAll();
    await world.clock.pass(2000);
  }
  store.misbehaves = false;
  await world.settle(alice.client.sendText({ conversation, body: "last of Alice" }));
  await world.settle(bob.client.sendText({ conversation, body: "last of Bob" }));
  await world.quiet(alice, bob);
  expect(store.lostCount).toBeGreaterThan(3);
  for (const device of [alice, bob]) {
    const shown = await texts(device, conversation);
    expect(new Set(shown.map(({ body }) => body)).size).toBe(shown.length);
    expect(shown.map(({ body }) => body)).toEqual(expect.arrayContaining(["last of Alice", "last of Bob"]));
    expect(shown.filter(({ mine }) => !mine).length).toBeGreaterThan(4);
    const notices = (await device.client.messages(conversation)).filter((one) => one.kind === "notice");
    expect(notices.filter(({ notice }) => notice.type === "unreadable")).toEqual([]);
  }
});

/** Never believes that anything arrived, so that each connection brings everything again. */
class ForgetfulStore extends MemoryRelayStore {
  override async acknowledge(): Promise<void> {}
}

it("does nothing twice for what the relay brings again", async () => {
  const world = await TestWorld.create(22, new ForgetfulStore());
  const { alice, bob, conversation } = await pair(world);
  await world.settle(bob.client.sendText({ conversation, body: "hello" }));
  await world.quiet(alice, bob);
  const puppet = await Puppet.of(world, bob);
  await puppet.sayBytes(Uint8Array.of(1, 2, 3), [alice.account]);
  await world.quiet(alice);
  await world.settle(alice.client.sendText({ conversation, body: "what?" }));
  await world.quiet(alice);
  const before = await alice.client.messages(conversation);
  expect(before.map((one) => (one.kind === "notice" ? one.notice.type : one.kind))).toEqual([
    "created",
    "text",
    "unreadable",
    "text",
  ]);
  await alice.restart();
  await world.quiet(alice);
  expect(await alice.client.messages(conversation)).toEqual(before);
  expect(alice.disk.collections.get(`unopened/${bob.account}`)?.size).toBe(1);
});

describe("killed at any commit", () => {
  /** Makes the n-th commit from now fail or, after it took effect, go unheard; the process dies of it. */
  function dieAt(device: TestDevice, commits: number, when: "before" | "after", die: () => void): void {
    const last = device.disk.commitsCount + commits;
    const dying = (number: number) => {
      if (number !== last) return;
      die();
      throw new Error("killed");
    };
    device.disk.beforeCommit = when === "before" ? dying : () => undefined;
    device.disk.afterCommit = when === "after" ? dying : () => undefined;
  }

  /** What each commits for one question, in this order of events; more is fine, fewer would test less. */
  const commitsPerQuestion = { alice: 6, bob: 4, agent: 4 } as const;

  it("signs up once, wherever the process dies", async () => {
    const world = await TestWorld.create(41);
    for (const when of ["before", "after"] as const) {
      for (let commits = 1; commits <= 3; commits += 1) {
        const device = await world.device();
        let isDead = false;
        dieAt(device, commits, when, () => {
          isDead = true;
          void device.kill();
        });
        await world.settle(device.client.signUp({ displayName: "Alice" })).catch(() => undefined);
        dieAt(device, 0, when, () => undefined);
        if (isDead) await device.start();
        const self =
          device.client.self() ?? (await world.settle(device.client.signUp({ displayName: "Alice" })));
        const { store } = world.organisation.relay.accounts;
        expect((await store.account(self.account))?.devices).toHaveLength(1);
        device.client.connect();
        await world.quiet(device);
      }
    }
    expect(world.organisation.requests.filter((route) => route === "POST accounts").length).toBeGreaterThan(
      6,
    );
  });

  for (const when of ["before", "after"] as const) {
    for (const victim of ["alice", "bob", "agent"] as const) {
      it(`${victim} dies ${when} each commit of a question and its answer`, async () => {
        const world = await TestWorld.create(31);
        const agent = await world.join("Assistant", "agent", async () => abstention);
        const alice = await world.join("Alice");
        const bob = await world.join("Dr. Bob", "clinician");
        const members = [bob.account, agent.account];
        const { id: conversation } = await world.settle(
          alice.client.createConversation({ title: "Knee", members }),
        );
        await world.settle(alice.client.grantConsent(conversation, agent.account));
        await world.quiet(alice, bob, agent);
        const victims = { alice, bob, agent };
        let expected = 0;
        let deathsCount = 0;
        for (let commits = 1; commits <= 8; commits += 1) {
          const device = victims[victim];
          let isDead = false;
          dieAt(device, commits, when, () => {
            isDead = true;
            void device.kill();
          });
          const body = `question ${commits}`;
          const before = await bodies(bob, conversation);
          await world
            .settle(alice.client.sendText({ conversation, body, ask: agent.account }))
            .catch(() => undefined);
          await world.clock.pass(20_000);
          dieAt(device, 0, when, () => undefined);
          if (isDead) {
            deathsCount += 1;
            await device.start();
            device.client.connect();
          }
          await world.quiet(alice, bob, agent);
          await world.clock.pass(200_000);
          await world.quiet(alice, bob, agent);
          // What a device has is what everybody has: said, or never said.
          const asked = (await bodies(alice, conversation)).includes(body);
          expected += asked ? 1 : 0;
          expect(await bodies(bob, conversation)).toEqual(asked ? [...before, body] : before);
          for (const reader of [alice, bob]) {
            const messages = await reader.client.messages(conversation);
            const answers = messages.filter((one) => one.kind === "answer");
            expect(new Set(answers.map(({ inReplyTo }) => inReplyTo)).size).toBe(expected);
            expect(answers).toHaveLength(expected);
          }
          expect((await texts(alice, conversation)).every(({ state }) => state === "delivered")).toBe(true);
        }
        expect(expected).toBeGreaterThan(6);
        // One answer is one entry of the log, however often its agent had to begin anew.
        const leaves = await world.organisation.log.leaves(0, 1000);
        const answered = leaves.filter((leaf) => decodeLeaf(leaf).event.type === "ai.answered");
        expect(answered).toHaveLength(expected);
        expect(deathsCount).toBeGreaterThanOrEqual(commitsPerQuestion[victim]);
      }, 120_000);
    }
  }
});
