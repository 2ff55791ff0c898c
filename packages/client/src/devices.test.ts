import { x25519KeyPair } from "@cloister/crypto";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientEvent } from "./api.ts";
import { parseLinkCode, slotOf } from "./linking-code.ts";
import { letIn, link, showCode } from "./testing/link.ts";

describe("several devices of one person", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;

  const bodies = async (device: TestDevice) =>
    (await device.client.messages(conversation)).flatMap((one) => (one.kind === "text" ? [one.body] : []));

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
    const phone = await link(world, alice);
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
    const phone = await link(world, alice);
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
    const phone = await link(world, alice);
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
    const phone = await link(world, alice);
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
    const phone = await link(world, alice);
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
    const shown = await showCode(world);
    await world.clock.pass(5000);
    shown.signal.aborted = true;
    await expect(world.settle(shown.linked)).rejects.toMatchObject({ code: "LINK_ABORTED" });
    expect(shown.device.client.self()).toBeUndefined();
    const expired = await showCode(world, shown.device);
    await expect(world.clock.settle(expired.linked, 700_000)).rejects.toMatchObject({ code: "LINK_EXPIRED" });
  });

  it("says when the new device does not answer", async () => {
    const { code, signal } = await showCode(world);
    signal.aborted = true;
    await world.clock.pass(2000);
    await expect(world.settle(alice.client.linkNewDevice(code))).rejects.toMatchObject({
      code: "LINK_NO_ANSWER",
    });
  });

  it("shows what the new device calls itself, and six digits that are the same on both", async () => {
    const shown = await showCode(world);
    const request = await world.settle(alice.client.linkNewDevice(shown.code));
    expect(request.deviceName).toBe("Phone");
    expect(request.comparison).toMatch(/^\d{6}$/);
    expect(shown.comparison()).toBe(request.comparison);
    // Nothing is given before a person has compared.
    await world.clock.pass(10_000);
    expect(shown.device.client.self()).toBeUndefined();
    expect(world.organisation.requests.filter((route) => route === "POST accounts/devices")).toEqual([]);
  });

  it("begins anew when what it received came too late", async () => {
    const late = await showCode(world);
    await letIn(world, alice, late);
    world.organisation.relay.accounts.permits.withdraw(alice.account);
    await expect(world.settle(late.linked)).rejects.toMatchObject({ code: "LINK_EXPIRED" });
    const again = await showCode(world, late.device);
    await letIn(world, alice, again);
    await expect(world.settle(again.linked)).resolves.toMatchObject({ account: alice.account });
  });

  it("lets a lost answer be asked for again", async () => {
    const shown = await showCode(world);
    const { device } = shown;
    const request = await world.settle(alice.client.linkNewDevice(shown.code));
    // The identity is stored with the next commit of a fresh device; the registration's answer gets lost.
    device.disk.afterCommit = () => {
      device.line.isCut = true;
    };
    await world.settle(request.accept({ withHistory: false }));
    await expect(world.settle(shown.linked)).rejects.toMatchObject({ family: "Unavailable" });
    device.disk.afterCommit = () => undefined;
    await device.restart();
    const input = { deviceName: "Phone", onCode: () => undefined, onComparison: () => undefined };
    const self = await world.settle(device.client.linkAsNewDevice({ ...input, signal: { aborted: false } }));
    expect(self).toMatchObject({ account: alice.account, device: 2 });
  });

  it("lets the person press again when the box may not have arrived", async () => {
    const shown = await showCode(world);
    const request = await world.settle(alice.client.linkNewDevice(shown.code));
    await world.settle(request.accept({ withHistory: true }));
    await world.settle(request.accept({ withHistory: true }).catch(() => undefined));
    await expect(world.settle(shown.linked)).resolves.toMatchObject({ account: alice.account });
  });

  it("shows other digits when somebody put another code in the place of the new device's", async () => {
    const phone = await showCode(world);
    const [strangers, bobs] = [
      await showCode(world),
      await world.settle(bob.client.linkNewDevice(phone.code)),
    ];
    const request = await world.settle(alice.client.linkNewDevice(strangers.code));
    expect(phone.comparison()).toBe(bobs.comparison);
    expect(request.comparison).not.toBe(phone.comparison());
  });

  it("refuses an answer from who did not make the code, and a box that is not the old device's", async () => {
    const { store } = world.organisation.relay.accounts;
    const put = (slot: string, box: Uint8Array) => {
      const nowMs = world.clock.nowMs();
      const input = { slot, account: bob.account, box, nowMs, expiresAtMs: nowMs + 60_000 };
      return store.putBox({ ...input, maxPerAccountCount: 5 });
    };
    const first = await showCode(world);
    await put(slotOf(parseLinkCode(first.code), "answer"), x25519KeyPair(world.random).publicKey);
    const asked = world.settle(alice.client.linkNewDevice(first.code));
    await expect(asked).rejects.toMatchObject({ code: "LINK_INVALID" });

    const second = await showCode(world);
    await world.settle(alice.client.linkNewDevice(second.code));
    await put(slotOf(parseLinkCode(second.code), "identity"), world.random(400));
    await expect(world.settle(second.linked)).rejects.toMatchObject({ code: "LINK_INVALID" });

    const third = await showCode(world);
    await put(slotOf(parseLinkCode(third.code), "hello"), new Uint8Array(32));
    await expect(world.settle(third.linked)).rejects.toMatchObject({ code: "LINK_INVALID" });
  });
});
