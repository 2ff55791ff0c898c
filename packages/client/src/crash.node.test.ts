import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { describe, expect, it } from "vitest";
import type { TextMessage } from "./api.ts";
import { AuditingStore } from "./testing/audit.ts";
import { calm, type Death, Mortal } from "./testing/mortal.ts";

/*
 * The core says what is new, what goes out and what to erase; a commit makes the first two true together. So a
 * process may die before or after any commit, and what its disk holds is all that the next one needs.
 */

const dayMs = 86_400_000;

type Name = "alice" | "bob";
type Deaths = { readonly [name in Name]?: Death };

interface Stage {
  readonly world: TestWorld;
  readonly store: AuditingStore;
  readonly alice: Mortal;
  readonly bob: Mortal;
  readonly say: (from: Mortal, body: string) => Promise<void>;
  readonly calm: () => Promise<void>;
}

/** Two people in a conversation, or about to begin one. */
async function open(deaths: Deaths, prepare: (devices: Prepared) => Promise<void>): Promise<Stage> {
  const store = new AuditingStore();
  store.hasPlenty = true;
  const world = await TestWorld.create(71, store);
  const devices = {
    world,
    store,
    alice: await world.join("Alice"),
    bob: await world.join("Dr. Bob", "clinician"),
  };
  store.watch(world, devices.alice, devices.bob);
  await prepare(devices);
  const alice = new Mortal(world, devices.alice, deaths.alice);
  const bob = new Mortal(world, devices.bob, deaths.bob);
  return {
    world,
    store,
    alice,
    bob,
    say: (from, body) =>
      from.try(
        () => from.device.client.sendText({ conversation: conversationOf(from.device), body }),
        async () => (await texts(from.device)).some((text) => text.body === body),
      ),
    calm: () => calm(world, [alice, bob]),
  };
}

interface Prepared {
  readonly world: TestWorld;
  readonly store: AuditingStore;
  readonly alice: TestDevice;
  readonly bob: TestDevice;
}

function conversationOf({ client }: TestDevice): string {
  return client.conversations()[0]?.id ?? "";
}

async function texts(device: TestDevice): Promise<TextMessage[]> {
  return (await device.client.messages(conversationOf(device))).filter((one) => one.kind === "text");
}

async function talk({ world, alice, bob }: Prepared): Promise<void> {
  const members = [bob.account];
  const { id: conversation } = await world.settle(
    alice.client.createConversation({ title: "Knee", members }),
  );
  await world.quiet(alice, bob);
  for (const device of [alice, bob, alice]) {
    await world.settle(device.client.sendText({ conversation, body: `before ${device.account}` }));
    await world.quiet(alice, bob);
  }
}

async function nothing(): Promise<void> {}

async function begin({ alice, bob }: Stage): Promise<void> {
  const members = [bob.device.account];
  await alice.try(
    () => alice.device.client.createConversation({ title: "Knee", members }),
    () => alice.device.client.conversations().length > 0,
  );
}

interface Scenario {
  readonly victims: readonly Name[];
  readonly prepare: (devices: Prepared) => Promise<void>;
  /** What is said in it, in the order in which everybody shows it. */
  readonly play: (stage: Stage) => Promise<readonly string[]>;
}

const scenarios: Record<string, Scenario> = {
  "first messages and an answer": {
    victims: ["alice", "bob"],
    prepare: nothing,
    play: async (stage) => {
      await begin(stage);
      await stage.say(stage.alice, "one");
      await stage.say(stage.alice, "two");
      await stage.calm();
      await stage.say(stage.bob, "three");
      await stage.calm();
      return ["one", "two", "three"];
    },
  },
  "a lost session and its mending": {
    victims: ["alice", "bob"],
    prepare: async (devices) => {
      await talk(devices);
      await devices.bob.kill();
      devices.bob.disk.collections.delete("sessions");
      await devices.bob.start();
      devices.bob.client.connect();
      await devices.world.quiet(devices.bob);
    },
    play: async (stage) => {
      await stage.say(stage.alice, "one");
      await stage.calm();
      await stage.say(stage.bob, "two");
      await stage.calm();
      return ["one", "two"];
    },
  },
  "new prekeys of both kinds, and a message made with them": {
    victims: ["bob"],
    prepare: async ({ world, store, alice, bob }) => {
      store.hasPlenty = false;
      const devices = [{ device: 1, oneTime: true }];
      for (let taken = 0; taken < 95; taken += 1) await store.takePreKeys({ account: bob.account, devices });
      await alice.client.disconnect();
      await bob.client.disconnect();
      await world.clock.pass(8 * dayMs);
    },
    play: async (stage) => {
      const { alice, bob } = stage;
      alice.device.client.connect();
      bob.device.client.connect();
      await stage.calm();
      await begin(stage);
      await stage.say(alice, "one");
      await stage.calm();
      return ["one"];
    },
  },
};

describe("a process that dies at a commit loses nothing, says nothing twice and uses no key twice", () => {
  for (const [name, { victims, prepare, play }] of Object.entries(scenarios)) {
    for (const victim of victims) {
      it(`${name}: ${victim}`, async () => {
        const alive = await open({}, prepare);
        await check(alive, await play(alive), "nobody dies");
        expect(alive.store.sealedCount).toBeGreaterThan(0);
        const { commitsCount } = alive[victim];
        expect(commitsCount).toBeGreaterThan(8);
        for (let commit = 1; commit <= commitsCount; commit += 1) {
          for (const when of ["before", "after"] as const) {
            const at = `${victim} dies ${when} commit ${commit}`;
            const stage = await open({ [victim]: { commit, when } }, prepare);
            await check(stage, await play(stage), at);
            expect({ at, hasDied: stage[victim].hasDied }).toEqual({ at, hasDied: true });
          }
        }
      }, 300_000);
    }
  }
});

async function check({ alice, bob, store }: Stage, said: readonly string[], at: string): Promise<void> {
  for (const { device } of [alice, bob]) {
    const shown = await texts(device);
    const messages = await device.client.messages(conversationOf(device));
    expect({
      at,
      bodies: shown.map(({ body }) => body).filter((body) => !body.startsWith("before")),
      undelivered: shown.filter(({ mine, state }) => mine && state !== "delivered"),
      notices: messages.flatMap((one) => (one.kind === "notice" ? [one.notice.type] : [])),
      reusedCount: store.reusedCount,
    }).toEqual({ at, bodies: said, undelivered: [], notices: ["created"], reusedCount: 0 });
  }
}
