import { fromBase64Url, isBaseError, toBase64Url } from "@cloister/bytes";
import { decodeCbor, readMap } from "@cloister/codec";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientEvent } from "./api.ts";

describe("several devices of one person", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;

  const bodies = async (device: TestDevice) =>
    (await device.client.messages(conversation)).flatMap((one) => (one.kind === "text" ? [one.body] : []));

  /** Links a new device as two people would with two screens. */
  const link = async (old: TestDevice): Promise<TestDevice> => {
    const device = await world.device();
    let code = "";
    const linked = device.client.linkAsNewDevice({
      onCode: (shown) => (code = shown),
      signal: { aborted: false },
    });
    await world.clock.until(() => code !== "");
    await world.settle(old.client.linkNewDevice(code));
    await world.settle(linked);
    device.client.connect();
    await world.clock.pass(3000);
    return device;
  };

  beforeEach(async () => {
    world = await TestWorld.create(11);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    ({ id: conversation } = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [bob.account] }),
    ));
    await world.settle(alice.client.sendText({ conversation, body: "before" }));
    await world.quiet(alice, bob);
  });

  it("links a device that knows the conversations and receives from then on", async () => {
    const phone = await link(alice);
    await world.quiet(alice, bob, phone);
    expect(phone.client.self()).toMatchObject({ account: alice.account, device: 2, displayName: "Alice" });
    expect(phone.client.conversation(conversation)).toMatchObject({ title: "Knee" });
    expect(await phone.client.safetyNumber(bob.account)).toBe(await alice.client.safetyNumber(bob.account));
    await world.settle(bob.client.sendText({ conversation, body: "to both" }));
    await world.quiet(alice, bob, phone);
    expect(await bodies(alice)).toEqual(["before", "to both"]);
    expect(await bodies(phone)).toEqual(["to both"]);
  });

  it("shows on each what the others sent, as this person's own, with what became of it", async () => {
    const phone = await link(alice);
    await world.quiet(alice, bob, phone);
    await world.settle(phone.client.sendText({ conversation, body: "from the phone" }));
    await world.quiet(alice, bob, phone);
    await world.settle(bob.client.markRead(conversation));
    await world.quiet(alice, bob, phone);
    for (const device of [alice, phone]) {
      expect((await device.client.messages(conversation)).at(-1)).toMatchObject({
        body: "from the phone",
        mine: true,
        state: "read",
      });
      expect(device.client.conversation(conversation)?.unreadCount).toBe(0);
    }
    expect(await bodies(bob)).toEqual(["before", "from the phone"]);
  });

  it("marks read on all what was read on one", async () => {
    const phone = await link(alice);
    await world.quiet(alice, bob, phone);
    await world.settle(bob.client.sendText({ conversation, body: "one" }));
    await world.settle(bob.client.sendText({ conversation, body: "two" }));
    await world.quiet(alice, bob, phone);
    expect(phone.client.conversation(conversation)?.unreadCount).toBe(2);
    await world.settle(alice.client.markRead(conversation));
    await world.quiet(alice, bob, phone);
    expect(phone.client.conversation(conversation)?.unreadCount).toBe(0);
  });

  it("links while nobody is online, and sends nothing to a device that is not known here", async () => {
    await alice.client.disconnect();
    const phone = await link(alice);
    await world.settle(bob.client.sendText({ conversation, body: "while away" }));
    await world.quiet(bob, phone);
    alice.client.connect();
    await world.quiet(alice, bob, phone);
    await world.quiet(alice, bob, phone);
    // It came before the conversation did, and was kept until that was there.
    expect(await bodies(phone)).toEqual(["while away"]);
    expect(await bodies(alice)).toEqual(["before", "while away"]);
  });

  it("ends a revoked device, and nothing reaches it any more", async () => {
    const phone = await link(alice);
    await world.quiet(alice, bob, phone);
    expect(await world.settle(alice.client.devices())).toEqual([
      { device: 1, current: true },
      { device: 2, current: false },
    ]);
    const events: ClientEvent[] = [];
    phone.client.subscribe((event) => events.push(event));
    await world.settle(alice.client.revokeDevice(2));
    await world.clock.pass(120_000);
    expect(events).toContainEqual({ type: "revoked" });
    expect(phone.client.connectionState()).toBe("offline");
    await world.settle(bob.client.sendText({ conversation, body: "after" }));
    await world.quiet(alice, bob);
    await world.settle(alice.client.sendText({ conversation, body: "mine" }));
    await world.quiet(alice, bob);
    expect(await bodies(alice)).toEqual(["before", "after", "mine"]);
    expect(await bodies(phone)).toEqual([]);
    expect(await world.settle(alice.client.devices())).toEqual([{ device: 1, current: true }]);
    phone.client.connect();
    await world.clock.pass(120_000);
    expect(events.filter(({ type }) => type === "revoked")).toHaveLength(2);
  });

  it("refuses codes that are none, and stops when asked to", async () => {
    await expect(alice.client.linkNewDevice("not a code")).rejects.toMatchObject({
      code: "LINK_CODE_INVALID",
    });
    const device = await world.device();
    const signal = { aborted: false };
    const linked = device.client.linkAsNewDevice({ onCode: () => undefined, signal });
    await world.clock.pass(5000);
    signal.aborted = true;
    await expect(world.settle(linked)).rejects.toMatchObject({ code: "LINK_ABORTED" });
    expect(device.client.self()).toBeUndefined();
    const expired = device.client.linkAsNewDevice({ onCode: () => undefined, signal: { aborted: false } });
    await expect(world.clock.settle(expired, 700_000)).rejects.toMatchObject({ code: "LINK_EXPIRED" });
  });

  it("begins anew when what it received came too late", async () => {
    const device = await world.device();
    let code = "";
    const begin = () =>
      device.client.linkAsNewDevice({ onCode: (shown) => (code = shown), signal: { aborted: false } });
    const late = begin();
    await world.clock.until(() => code !== "");
    await world.settle(alice.client.linkNewDevice(code));
    world.organisation.relay.accounts.permits.withdraw(alice.account);
    await expect(world.settle(late)).rejects.toMatchObject({ code: "LINK_EXPIRED" });
    code = "";
    const again = begin();
    await world.clock.until(() => code !== "");
    await world.settle(alice.client.linkNewDevice(code));
    await expect(world.settle(again)).resolves.toMatchObject({ account: alice.account });
  });

  it("refuses a box that somebody else left", async () => {
    const device = await world.device();
    const codes: string[] = [];
    const onCode = (code: string) => void codes.push(code);
    const linked = device.client.linkAsNewDevice({ onCode, signal: { aborted: false } });
    await world.clock.until(() => codes.length === 1);
    const other = await world.device();
    const decoy = other.client.linkAsNewDevice({ onCode, signal: { aborted: false } });
    await world.clock.until(() => codes.length === 2);
    // The box for the second code, put where the first one looks.
    const { store } = world.organisation.relay.accounts;
    await world.settle(alice.client.linkNewDevice(codes[1] ?? ""));
    await expect(world.settle(decoy)).resolves.toMatchObject({ account: alice.account });
    const nowMs = world.clock.nowMs();
    await store.putBox({
      slot: slotOf(codes[0] ?? ""),
      account: bob.account,
      box: world.random(300),
      nowMs,
      expiresAtMs: nowMs + 60_000,
      maxPerAccountCount: 5,
    });
    const outcome = await world.settle(linked).catch((error: unknown) => error);
    expect(isBaseError(outcome, "LINK_INVALID")).toBe(true);
  });

  it("lets a lost answer be asked for again", async () => {
    const device = await world.device();
    let code = "";
    const link1 = device.client.linkAsNewDevice({
      onCode: (shown) => (code = shown),
      signal: { aborted: false },
    });
    await world.clock.until(() => code !== "");
    await world.settle(alice.client.linkNewDevice(code));
    // The identity is stored with the third commit of a fresh device; the registration's answer gets lost.
    device.disk.afterCommit = () => {
      device.line.isCut = true;
    };
    await expect(world.settle(link1)).rejects.toMatchObject({ family: "Unavailable" });
    device.disk.afterCommit = () => undefined;
    await device.restart();
    const self = await world.settle(
      device.client.linkAsNewDevice({ onCode: () => undefined, signal: { aborted: false } }),
    );
    expect(self).toMatchObject({ account: alice.account, device: 2 });
  });
});

function slotOf(code: string): string {
  const bytes = fromBase64Url(code);
  const map = readMap(decodeCbor(bytes));
  return toBase64Url(map.bytes("slot", { length: 32 }));
}
