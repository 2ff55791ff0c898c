import { TestWorld } from "@cloister/testkit/test-world";
import { describe, expect, it } from "vitest";
import type { LinkRequest } from "./index.ts";
import { AuditingStore } from "./testing/audit.ts";
import { calm, type Death, Mortal } from "./testing/mortal.ts";

/* As crash.node.test.ts, for the way in which a person's second device comes to be. */

type Name = "alice" | "phone";

interface Stage {
  readonly world: TestWorld;
  readonly store: AuditingStore;
  readonly alice: Mortal;
  readonly phone: Mortal;
  readonly bob: Mortal;
}

const maxAttemptsCount = 5;

async function open(deaths: { readonly [name in Name]?: Death }): Promise<Stage> {
  const store = new AuditingStore();
  store.hasPlenty = true;
  const world = await TestWorld.create(91, store);
  const [alice, bob] = [await world.join("Alice"), await world.join("Dr. Bob", "clinician")];
  store.watch(world, alice, bob);
  await world.settle(alice.client.createConversation({ title: "Knee", members: [bob.account] }));
  await world.quiet(alice, bob);
  return {
    world,
    store,
    alice: new Mortal(world, alice, deaths.alice),
    phone: new Mortal(world, await world.device(), deaths.phone),
    bob: new Mortal(world, bob, undefined),
  };
}

/** A person tries again until the phone is in. */
async function link(stage: Stage): Promise<void> {
  const { alice, phone } = stage;
  for (let attempts = 0; attempts < maxAttemptsCount; attempts += 1) {
    await alice.alive();
    await phone.alive();
    if (phone.device.client.self()) break;
    await tryToLink(stage).catch(() => undefined);
  }
  await phone.alive();
  phone.device.client.connect();
}

async function tryToLink({ world, alice, phone }: Stage): Promise<void> {
  const shown = { code: "", comparison: "", isOver: false };
  const signal = { aborted: false };
  const linked = phone.device.client.linkAsNewDevice({
    deviceName: "Phone",
    onCode: (code) => (shown.code = code),
    onComparison: (digits) => (shown.comparison = digits),
    signal,
  });
  void Promise.allSettled([linked]).then(() => (shown.isOver = true));
  try {
    // What was received before the process died needs no second code.
    await world.clock.until(() => shown.code !== "" || shown.isOver);
    if (!shown.isOver) {
      const request: LinkRequest = await world.settle(alice.device.client.linkNewDevice(shown.code));
      expect(request.comparison).toBe(shown.comparison);
      await world.settle(request.accept({ withHistory: false }));
    }
    await world.settle(linked);
  } finally {
    signal.aborted = true;
  }
}

async function play(stage: Stage): Promise<void> {
  const { world, alice, phone, bob } = stage;
  await link(stage);
  await calm(world, [alice, phone, bob]);
  await world.clock.pass(5000);
  await calm(world, [alice, phone, bob]);
  for (const [from, body] of [
    [bob, "one"],
    [phone, "two"],
    [alice, "three"],
  ] as const) {
    const { device } = from;
    await from.try(
      async () => {
        const [conversation] = device.client.conversations();
        await device.client.sendText({ conversation: conversation?.id ?? "", body });
      },
      async () => (await bodiesOf(from)).includes(body),
    );
    await calm(world, [alice, phone, bob]);
  }
}

async function bodiesOf({ device }: Mortal): Promise<string[]> {
  const [conversation] = device.client.conversations();
  const messages = await device.client.messages(conversation?.id ?? "");
  return messages.flatMap((one) =>
    one.kind === "text" ? [one.body] : one.kind === "notice" ? [one.notice.type] : [],
  );
}

async function check({ world, store, alice, phone, bob }: Stage, at: string): Promise<void> {
  const account = await world.organisation.relay.accounts.store.account(alice.device.account);
  const shown = ["created", "one", "two", "three"];
  expect({
    at,
    devicesCount: account?.devices.length,
    shown: await Promise.all([alice, phone, bob].map(bodiesOf)),
    reusedCount: store.reusedCount,
  }).toEqual({ at, devicesCount: 2, shown: [shown, shown, shown], reusedCount: 0 });
}

describe("linking survives a process that dies at a commit", () => {
  it.each<Name>(["alice", "phone"])(
    "of %s",
    async (victim) => {
      const alive = await open({});
      await play(alive);
      await check(alive, "nobody dies");
      const { commitsCount } = alive[victim];
      expect(commitsCount).toBeGreaterThan(4);
      for (let commit = 1; commit <= commitsCount; commit += 1) {
        for (const when of ["before", "after"] as const) {
          const at = `${victim} dies ${when} commit ${commit}`;
          const stage = await open({ [victim]: { commit, when } });
          await play(stage);
          await check(stage, at);
          expect({ at, hasDied: stage[victim].hasDied }).toEqual({ at, hasDied: true });
        }
      }
    },
    300_000,
  );
});
