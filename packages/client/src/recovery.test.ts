import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { NoticeMessage, TextMessage } from "./api.ts";
import { AuditingStore } from "./testing/audit.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;

function damage(payload: Uint8Array): void {
  payload[60] = (payload[60] ?? 0) ^ 1;
}

type Disk = ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;

function copyDisk({ disk }: TestDevice): Disk {
  return new Map([...disk.collections].map(([name, rows]) => [name, new Map(rows)]));
}

/** The device's process dies, and another one finds the disk as it is after `change`. */
async function changeDisk(device: TestDevice, change: (disk: Map<string, Map<string, Uint8Array>>) => void) {
  await device.kill();
  change(device.disk.collections);
  await device.start();
  device.client.connect();
}

function restoreDisk(device: TestDevice, copy: Disk): Promise<void> {
  return changeDisk(device, (disk) => {
    disk.clear();
    for (const [name, rows] of copy) disk.set(name, new Map(rows));
  });
}

describe("a conversation mends itself when", () => {
  let store: AuditingStore;
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;
  let saidCount: number;

  const texts = async (device: TestDevice): Promise<TextMessage[]> =>
    (await device.client.messages(conversation)).filter((one) => one.kind === "text");
  const notices = async (device: TestDevice): Promise<NoticeMessage[]> =>
    (await device.client.messages(conversation)).filter((one) => one.kind === "notice");
  const say = (from: TestDevice, body = `message ${(saidCount += 1)}`) =>
    world.settle(from.client.sendText({ conversation, body }));
  const chat = async (turnsCount: number) => {
    for (let turn = 0; turn < turnsCount; turn += 1) {
      await say(turn % 2 === 0 ? alice : bob);
      await world.quiet(alice, bob);
    }
  };
  const lose = (device: TestDevice, ...names: readonly string[]) =>
    changeDisk(device, (disk) => {
      for (const name of names) disk.delete(name);
    });
  /** Everything that was said is on both sides once, nobody saw anything of it, and it goes on. */
  const expectMended = async () => {
    await world.clock.pass(2 * minuteMs);
    await world.quiet(alice, bob);
    await chat(2);
    for (const device of [alice, bob]) {
      const bodies = (await texts(device)).map(({ body }) => body);
      expect(bodies).toHaveLength(saidCount);
      expect(new Set(bodies).size).toBe(saidCount);
      expect((await texts(device)).filter(({ mine, state }) => mine && state !== "delivered")).toEqual([]);
      expect((await notices(device)).map(({ notice }) => notice.type)).toEqual(["created"]);
    }
  };

  beforeEach(async () => {
    saidCount = 0;
    store = new AuditingStore();
    world = await TestWorld.create(61, store);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    ({ id: conversation } = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [bob.account] }),
    ));
    await world.quiet(alice, bob);
    await chat(3);
  });

  it.each([0, 1, 2, 3])(
    "a device lost its sessions (%i more turns before), and the other writes",
    async (turns) => {
      await chat(turns);
      await lose(bob, "sessions");
      for (let at = 0; at < 3; at += 1) await say(alice);
      await expectMended();
      expect(store.reusedCount).toBe(0);
    },
  );

  it("a device lost its sessions while messages waited for it", async () => {
    bob.line.isCut = true;
    for (let at = 0; at < 5; at += 1) await say(alice);
    await lose(bob, "sessions");
    await expectMended();
    expect(store.reusedCount).toBe(0);
  });

  it("both lost their sessions, and both write at once", async () => {
    await lose(bob, "sessions");
    await lose(alice, "sessions");
    await Promise.all([say(alice), say(bob), say(alice), say(bob)]);
    await expectMended();
    expect(store.reusedCount).toBe(0);
  });

  it.each(["alice", "bob"])("a store went back to an older copy, and %s writes first", async (who) => {
    const copy = copyDisk(bob);
    const before = saidCount;
    await chat(4);
    await restoreDisk(bob, copy);
    // What bob heard and said since is gone from his device, and acknowledged; alice has it.
    const gone = saidCount - before;
    const [first, second] = who === "alice" ? [alice, bob] : [bob, alice];
    for (let at = 0; at < 3; at += 1) await say(first);
    await world.clock.pass(2 * minuteMs);
    await say(second);
    await world.clock.pass(2 * minuteMs);
    await world.quiet(alice, bob);
    await chat(2);
    expect(await texts(alice)).toHaveLength(saidCount);
    expect(await texts(bob)).toHaveLength(saidCount - gone);
    for (const device of [alice, bob]) {
      expect((await notices(device)).map(({ notice }) => notice.type)).toEqual(["created"]);
    }
  });

  it("a store went back within a turn: its key was used before, and what it says arrives all the same", async () => {
    alice.line.isCut = true;
    await say(bob);
    await world.clock.pass(5000);
    const copy = copyDisk(bob);
    await say(bob);
    await world.clock.pass(5000);
    await restoreDisk(bob, copy);
    await say(bob);
    await world.clock.pass(5000);
    // Nothing on a device can tell that its whole store is older.
    expect(store.reusedCount).toBe(1);
    alice.line.isCut = false;
    await world.clock.pass(2 * minuteMs);
    await world.quiet(alice, bob);
    await chat(2);
    expect(await texts(alice)).toHaveLength(saidCount);
    expect(store.reusedCount).toBe(1);
    expect((await notices(alice)).map(({ notice }) => notice.type)).toEqual(["created"]);
  });

  it("a copy of a store runs in turns with the store itself", async () => {
    const twin = await world.device();
    for (const [name, rows] of copyDisk(bob)) twin.disk.collections.set(name, new Map(rows));
    for (let round = 0; round < 3; round += 1) {
      for (const device of [twin, bob]) {
        await device.restart();
        await say(device);
        await say(alice);
        await world.clock.pass(5 * minuteMs);
        await world.quiet(alice, device);
        await device.client.disconnect();
      }
    }
    // Each of alice's reached one of the two; each of theirs reached alice.
    expect(await texts(alice)).toHaveLength(saidCount);
    const heard = [...(await texts(twin)), ...(await texts(bob))].filter(({ mine }) => !mine);
    const said = (await texts(alice)).filter(({ mine }) => mine);
    expect(new Set(heard.map(({ id }) => id)).size).toBe(said.length);
    expect((await notices(alice)).map(({ notice }) => notice.type)).toEqual(["created"]);
  });

  it.each([
    ["cannot be read", (row: Uint8Array) => row.fill(0)],
    ["is cut short", (row: Uint8Array) => row.subarray(0, row.length - 9)],
    ["is empty", () => new Uint8Array()],
  ])("a stored session %s, and either side writes", async (_what, spoil) => {
    for (const [victim, other] of [
      [bob, alice],
      [alice, bob],
    ] as const) {
      await changeDisk(victim, (disk) => {
        for (const [name, row] of disk.get("sessions") ?? []) disk.get("sessions")?.set(name, spoil(row));
      });
      await say(other);
      await say(victim);
      await expectMended();
    }
    expect(store.reusedCount).toBe(0);
  });

  it("the relay damaged everything for a day, at the price of a few sessions", async () => {
    const sessionsBefore = store.baseKeys.size;
    store.onTheWay = damage;
    for (let hour = 0; hour < 24; hour += 1) {
      await say(alice);
      await say(bob);
      await world.clock.pass(60 * minuteMs);
    }
    const damagedCount = store.baseKeys.size - sessionsBefore;
    expect(damagedCount).toBeGreaterThan(4);
    expect(damagedCount).toBeLessThan(24);
    store.onTheWay = () => undefined;
    await world.clock.pass(dayMs);
    await expectMended();
    expect(store.baseKeys.size - sessionsBefore - damagedCount).toBeLessThan(8);
    expect(store.reusedCount).toBe(0);
  }, 60_000);

  it("the other side never answered for a month", async () => {
    const carol = await world.join("Carol");
    const { id } = await world.settle(
      alice.client.createConversation({ title: "Later", members: [carol.account] }),
    );
    await carol.client.disconnect();
    await bob.client.disconnect();
    await world.settle(alice.client.sendText({ conversation: id, body: "are you there?" }));
    await world.settle(alice.client.settled(minuteMs));
    const before = store.baseKeys.size;
    await world.settle(alice.client.sendText({ conversation: id, body: "hello?" }));
    await world.settle(alice.client.settled(minuteMs));
    expect(store.baseKeys.size).toBe(before);
    await alice.client.disconnect();
    await world.clock.pass(31 * dayMs);
    alice.client.connect();
    await world.settle(alice.client.sendText({ conversation: id, body: "still not?" }));
    await world.settle(alice.client.settled(minuteMs));
    expect(store.baseKeys.size).toBe(before + 1);
    carol.client.connect();
    await world.quiet(alice, carol);
    const shown = (await carol.client.messages(id)).flatMap((one) => (one.kind === "text" ? [one.body] : []));
    expect(shown).toContain("still not?");
  });
});
