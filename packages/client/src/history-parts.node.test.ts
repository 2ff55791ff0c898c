import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import { CarelessStore } from "./testing/careless-store.ts";
import { link } from "./testing/link.ts";

describe("history of several parts", () => {
  let world: TestWorld;
  let store: CarelessStore;
  let alice: TestDevice;
  let bob: TestDevice;
  let ids: string[];

  const begin = async (title: string) => {
    const input = { title, members: [bob.account] };
    return (await world.settle(alice.client.createConversation(input))).id;
  };
  const say = (device: TestDevice, body: string, conversation: string) =>
    world.settle(device.client.sendText({ conversation, body }));
  const arrived = (device: TestDevice) =>
    world.clock.until(() => device.client.historyTransfer() === undefined);
  const bodies = async (device: TestDevice, id = "") =>
    (await device.client.messages(id)).flatMap((one) => (one.kind === "text" ? [one.body] : []));
  /** What a person sees of a conversation, without where it lies and the length of the texts. */
  const brief = async (device: TestDevice, id: string) =>
    (await device.client.messages(id)).map((message) => {
      const body = message.kind === "text" ? message.body.slice(0, 10) : undefined;
      return Object.assign({}, message, { body, position: undefined });
    });
  const whole = async (device: TestDevice, among: readonly string[] = ids) => {
    for (const id of among) expect(await brief(device, id)).toEqual(await brief(alice, id));
  };

  beforeEach(async () => {
    store = new CarelessStore();
    world = await TestWorld.create(22, store);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    ids = [await begin("Knee")];
    for (const title of ["Back", "Head", "Eyes"]) {
      const id = await begin(title);
      ids.push(id);
      // About half a part each, so that two make one.
      for (let count = 0; count < 40; count += 1) {
        await say(alice, `${title} ${count} ${"x".repeat(14_000)}`, id);
      }
    }
    await world.quiet(alice, bob);
  });

  it("shows a conversation as a whole or not at all, and how far it is", async () => {
    const phone = await link(world, alice, true);
    const steps: string[] = [];
    const looks: Promise<void>[] = [];
    phone.client.subscribe((event) => {
      if (event.type !== "history") return;
      const { doneCount, totalCount } = phone.client.historyTransfer() ?? {};
      steps.push(`${doneCount}/${totalCount}`);
      if (event.conversation !== undefined) looks.push(whole(phone, [event.conversation]));
    });
    await arrived(phone);
    await Promise.all(looks);
    expect(looks).toHaveLength(4);
    expect(steps).toContain("2/4");
    expect(steps.at(-1)).toBe("undefined/undefined");
    await whole(phone);
  });

  it("is taken up again wherever either process dies", async () => {
    const phone = await link(world, alice, true);
    for (let round = 0; round < 12; round += 1) {
      for (const device of [phone, alice]) {
        const last = device.disk.commitsCount + (round % 4);
        device.disk.beforeCommit = (number) => {
          if (number > last) throw new Error("the process is dead");
        };
        await world.clock.pass(1500);
        device.disk.beforeCommit = () => undefined;
        await device.restart();
      }
    }
    await arrived(phone);
    await world.quiet(alice, bob, phone);
    await whole(phone);
  });

  it("survives lost requests and broken lines", async () => {
    const phone = await link(world, alice, true);
    world.network.faults = { lostShare: 0.2, brokenShare: 0.05, maxLatencyMs: 500 };
    await world.clock.pass(60_000);
    world.network.heal();
    await arrived(phone);
    await world.quiet(alice, bob, phone);
    await whole(phone);
  });

  it("can be declined on the new device; what is complete stays", async () => {
    const phone = await link(world, alice, true);
    await world.clock.until(() => (phone.client.historyTransfer()?.doneCount ?? 0) >= 1);
    await world.settle(phone.client.stopHistory());
    expect(phone.client.historyTransfer()).toBeUndefined();
    await world.quiet(alice, bob, phone);
    await world.clock.pass(30_000);
    expect(alice.client.historyTransfer()).toBeUndefined();
    const counts = await Promise.all(ids.map(async (id) => (await bodies(phone, id)).length));
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(0);
    await whole(
      phone,
      ids.filter((_, at) => (counts[at] ?? 0) > 0),
    );
    expect(store.blobs.size).toBe(0);
  });

  it("can be stopped on the old device, and the new one hears of it", async () => {
    const phone = await link(world, alice, true);
    await world.clock.until(() => (alice.client.historyTransfer()?.doneCount ?? 0) >= 1);
    await world.settle(alice.client.stopHistory());
    await world.clock.until(() => phone.client.historyTransfer() === undefined);
    await world.quiet(alice, bob, phone);
    await say(bob, "still here", ids[3] ?? "");
    await world.quiet(alice, bob, phone);
    expect(await bodies(phone, ids[3])).toContain("still here");
  });

  it("goes on without a part that the relay lost, and says that something is missing", async () => {
    const phone = await link(world, alice, true);
    let lost: string | undefined;
    store.loses = (blob, number) => {
      if (number === 3) lost ??= blob;
      return blob === lost;
    };
    await world.clock.until(() => phone.client.historyTransfer()?.isIncomplete === true);
    const texts = await Promise.all(ids.map(async (id) => (await bodies(phone, id)).length));
    expect(texts).toContain(0);
    expect(texts.some((count) => count > 0)).toBe(true);
    await world.settle(phone.client.stopHistory());
    expect(phone.client.historyTransfer()).toBeUndefined();
  });

  it("takes nothing that the relay changed or exchanged", async () => {
    let firstHeader: Uint8Array | undefined;
    store.swap = (piece) => {
      const isHeader = piece.length < 1000;
      if (isHeader) firstHeader ??= piece;
      return isHeader ? (firstHeader ?? piece) : piece;
    };
    const phone = await link(world, alice, true);
    await world.clock.until(() => phone.client.historyTransfer()?.isIncomplete === true);
    for (const id of ids) expect(await bodies(phone, id)).toHaveLength(0);
  });
});
