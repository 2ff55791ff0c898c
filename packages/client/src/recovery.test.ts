import { decodeContent } from "@cloister/contracts/content";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { NoticeMessage, TextMessage } from "./api.ts";
import { sentTable } from "./mending-records.ts";
import { contactsTable } from "./records.ts";
import { abstention } from "./testing/abstention.ts";
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
  const sayAtOnce = async (from: readonly TestDevice[]) => {
    const sent = from.map(({ client }, at) => client.sendText({ conversation, body: `at once ${at}` }));
    await world.settle(Promise.all(sent));
    saidCount += sent.length;
  };
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
    store.watch(world, alice, bob);
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
    await sayAtOnce([alice, bob, alice, bob]);
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
    store.watch(world, carol);
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

  it("whoever could help is away for days: a line says so, and it is mended when they are back", async () => {
    bob.line.isCut = true;
    await say(alice);
    await world.settle(alice.client.settled(minuteMs));
    await alice.client.disconnect();
    const sessions = store.baseKeys.size;
    await lose(bob, "sessions");
    await world.clock.pass(2 * dayMs + minuteMs);
    expect((await notices(bob)).map(({ notice }) => notice.type)).toEqual(["created"]);
    await world.clock.pass(2 * dayMs);
    expect((await notices(bob)).map(({ notice }) => notice.type)).toEqual(["created", "unreadable"]);
    await world.clock.pass(7 * dayMs);
    expect(store.baseKeys.size - sessions).toBe(3);
    alice.client.connect();
    await world.quiet(alice, bob);
    expect((await texts(bob)).map(({ body }) => body)).toEqual((await texts(alice)).map(({ body }) => body));
    expect((await notices(bob)).map(({ notice }) => notice.type)).toEqual(["created", "unreadable"]);
  }, 60_000);

  it("many things happen on both sides at once", async () => {
    await sayAtOnce(Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? alice : bob)));
    await expectMended();
    expect(store.reusedCount).toBe(0);
  });

  it("an accepted identity was not taken up before the process died", async () => {
    // Alice knows Bob by another key, as after a new device of his.
    await changeDisk(alice, (disk) => {
      const [contacts, row] = [disk.get("contacts"), disk.get("contacts")?.get(bob.account)];
      if (!contacts || !row) throw new Error("Alice does not know Bob");
      const contact = { ...contactsTable.decode(row), identityKey: new Uint8Array(33).fill(5) };
      contacts.set(bob.account, contactsTable.encode(contact));
      disk.delete("sessions");
    });
    await lose(bob, "sessions");
    for (let at = 0; at < 3; at += 1) await say(bob);
    await world.clock.until(() => alice.client.contact(bob.account)?.verification === "changed");
    await world.clock.pass(minuteMs);
    expect(alice.disk.collections.get(`unopened/${bob.account}`)?.size).toBe(3);
    const first = alice.disk.commitsCount + 1;
    alice.disk.afterCommit = (number) => {
      if (number !== first) return;
      void alice.kill();
      throw new Error("killed");
    };
    await world.settle(alice.client.acceptIdentity(bob.account)).catch(() => undefined);
    await alice.start();
    alice.client.connect();
    await world.quiet(alice, bob);
    expect(await texts(alice)).toHaveLength(saidCount);
    expect(alice.disk.collections.get(`unopened/${bob.account}`)?.size).toBe(0);
    expect(alice.disk.collections.get("accepted")?.size).toBe(0);
  });

  it("an assistant lost its sessions, and it hears nothing that consent no longer covers", async () => {
    const asked: string[] = [];
    const agent = await world.join("Assistant", "agent", async ({ body }) => {
      asked.push(body);
      return abstention;
    });
    store.watch(world, agent);
    const { id } = await world.settle(
      alice.client.createConversation({ title: "Ask", members: [agent.account] }),
    );
    const ask = (body: string) =>
      world.settle(alice.client.sendText({ conversation: id, body, ask: agent.account }));
    await world.settle(alice.client.grantConsent(id, agent.account));
    await ask("before");
    await world.quiet(alice, agent);
    agent.line.isCut = true;
    await ask("lost with the session");
    await world.clock.pass(5000);
    await lose(agent, "sessions");
    await world.quiet(alice, agent);
    expect(asked).toEqual(["before", "lost with the session"]);
    agent.line.isCut = true;
    await ask("taken back");
    await world.clock.pass(5000);
    await world.settle(alice.client.revokeConsent(id, agent.account));
    await world.clock.pass(5000);
    await lose(agent, "sessions");
    await world.quiet(alice, agent);
    await world.clock.pass(10 * minuteMs);
    expect(asked).toEqual(["before", "lost with the session"]);
    expect(agent.disk.collections.get("agent-consents")?.size).toBe(0);
    const kept = [...(agent.disk.collections.get("sent")?.values() ?? [])].map((row) =>
      decodeContent(sentTable.decode(row).content),
    );
    expect(kept.filter(({ kind }) => kind === "answer")).toEqual([]);
  });
});
