import { decodeCbor } from "@cloister/codec";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import { CarelessStore } from "./testing/careless-store.ts";
import { letIn, link, showCode } from "./testing/link.ts";
import { Puppet } from "./testing/puppet.ts";

describe("history for a new device", () => {
  let world: TestWorld;
  let store: CarelessStore;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;

  const say = (device: TestDevice, body: string, to = conversation) =>
    world.settle(device.client.sendText({ conversation: to, body }));
  /** What a person sees of a conversation; where it lies is each device's own. */
  const seen = async (device: TestDevice, id = conversation) =>
    (await device.client.messages(id)).map((message) => Object.assign({}, message, { position: undefined }));
  const bodies = async (device: TestDevice, id = conversation) =>
    (await device.client.messages(id)).flatMap((one) => (one.kind === "text" ? [one.body] : []));
  const begin = async (title: string) => {
    const input = { title, members: [bob.account] };
    return (await world.settle(alice.client.createConversation(input))).id;
  };
  const arrived = (device: TestDevice) =>
    world.clock.until(() => device.client.historyTransfer() === undefined);

  beforeEach(async () => {
    store = new CarelessStore();
    world = await TestWorld.create(21, store);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    conversation = await begin("Knee");
    await say(alice, "it hurts");
    await world.quiet(alice, bob);
    await world.settle(bob.client.markRead(conversation));
    await say(bob, "since when?");
    await world.quiet(alice, bob);
    const number = await alice.client.safetyNumber(bob.account);
    await world.settle(alice.client.markVerified(bob.account, number));
  });

  it("has every message as the old one has it, and who was verified", async () => {
    const phone = await link(world, alice, true);
    await arrived(phone);
    await world.quiet(alice, bob, phone);
    expect(await seen(phone)).toEqual(await seen(alice));
    expect(await seen(phone)).toMatchObject([
      { notice: { type: "created" } },
      { body: "it hurts", mine: true, state: "read" },
      { body: "since when?", mine: false },
    ]);
    expect(phone.client.contact(bob.account)).toMatchObject({ verification: "verified", name: "Dr. Bob" });
    const { id, title, unreadCount, members } = alice.client.conversation(conversation) ?? {};
    expect(phone.client.conversation(conversation)).toMatchObject({ id, title, unreadCount, members });
    expect(alice.client.historyTransfer()).toBeUndefined();
    expect(store.blobs.size).toBe(0);
  });

  it("goes on with what comes meanwhile and later, each message once and in order", async () => {
    const shown = await showCode(world);
    await letIn(world, alice, shown, true);
    await say(bob, "before the new device is there");
    await world.settle(shown.linked);
    const phone = shown.device;
    await say(bob, "before it connects");
    phone.client.connect();
    await say(alice, "while it is given");
    await arrived(phone);
    await say(bob, "after");
    await world.quiet(alice, bob, phone);
    const all = ["it hurts", "since when?", "before the new device is there"];
    for (const device of [alice, phone]) {
      const texts = await bodies(device);
      expect(texts.slice(0, 3)).toEqual(all);
      expect(new Set(texts.slice(3))).toEqual(new Set(["after", "before it connects", "while it is given"]));
      expect(texts).toHaveLength(6);
    }
    const notices = (await phone.client.messages(conversation)).filter(({ kind }) => kind === "notice");
    expect(notices).toHaveLength(1);
    expect(phone.client.conversation(conversation)?.lastMessage).toMatchObject({ body: "after" });
    await say(phone, "from the phone");
    await world.quiet(alice, bob, phone);
    expect(await bodies(bob)).toContain("from the phone");
  });

  it("is not given unless the person wants it", async () => {
    const phone = await link(world, alice);
    await world.quiet(alice, bob, phone);
    expect(phone.client.historyTransfer()).toBeUndefined();
    expect(await bodies(phone)).toEqual([]);
    expect(phone.client.contact(bob.account)?.verification ?? "unverified").toBe("unverified");
  });

  it("leaves out what waits to be sent: it comes when it is sent", async () => {
    alice.line.isCut = true;
    await say(alice, "not sent yet");
    alice.line.isCut = false;
    const phone = await link(world, alice, true);
    await arrived(phone);
    await world.quiet(alice, bob, phone);
    expect(await bodies(phone)).toEqual(["it hurts", "since when?", "not sent yet"]);
    expect((await phone.client.messages(conversation)).at(-1)).toMatchObject({ state: "delivered" });
  });

  it("shows a changed identity when the relay lies to the new device only", async () => {
    const mallory = await world.join("Mallory");
    const { identityKey } = (await store.account(mallory.account)) as { identityKey: Uint8Array };
    const shown = await showCode(world);
    await letIn(world, alice, shown, true);
    await world.settle(shown.linked);
    const account = store.account.bind(store);
    store.account = async (id) => {
      const known = await account(id);
      return known && id === bob.account ? { ...known, identityKey } : known;
    };
    shown.device.client.connect();
    await arrived(shown.device);
    await world.clock.pass(5000);
    expect(shown.device.client.contact(bob.account)?.verification).toBe("changed");
    const text = shown.device.client.sendText({ conversation, body: "to whom?" });
    await expect(world.settle(text)).rejects.toMatchObject({ code: "IDENTITY_CHANGED" });
  });

  it("means nothing from anybody else", async () => {
    const phone = await link(world, alice, true);
    const puppet = await Puppet.of(world, bob);
    const { transfer } = historyRow(phone) ?? {};
    const content = { kind: "historyEnd", transfer: transfer ?? "" } as const;
    expect(content.transfer).toMatch(/^.{22}$/);
    await puppet.say(content, [alice.account]);
    await puppet.say({ ...content, kind: "historyPart", blob: "A".repeat(43), doneCount: 1, totalCount: 1 }, [
      alice.account,
    ]);
    await arrived(phone);
    await world.quiet(alice, phone);
    expect(await bodies(phone)).toEqual(["it hurts", "since when?"]);
  });

  it("lets an answer come to a question that was asked before, once", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const agent = await world.join("Assistant", "agent", async () => {
      await held;
      return {
        answer: { outcome: "abstained", sentences: [], citations: [] },
        claims: testClaims,
      };
    });
    const { id } = await world.settle(
      alice.client.createConversation({ title: "Ask", members: [bob.account, agent.account] }),
    );
    await world.settle(alice.client.grantConsent(id, agent.account));
    await world.settle(alice.client.sendText({ conversation: id, body: "may I run?", ask: agent.account }));
    await world.clock.pass(5000);
    const phone = await link(world, alice, true);
    await arrived(phone);
    release();
    await world.clock.pass(10_000);
    await world.quiet(alice, bob, phone);
    for (const device of [alice, phone]) {
      const answers = (await device.client.messages(id)).filter(({ kind }) => kind === "answer");
      expect(answers).toHaveLength(1);
    }
    expect(phone.client.conversation(id)?.consents).toEqual([{ agent: agent.account, by: alice.account }]);
  });
});

const testClaims = {
  backing: "development",
  engine: { name: "test", version: "1" },
  indexDigest: new Uint8Array(32),
  processedAt: "on-premise",
  deidentified: { applied: false },
} as const;

function historyRow(device: TestDevice): { readonly transfer: string } | undefined {
  const bytes = device.disk.collections.get("history-incoming")?.get("only");
  return bytes && (decodeCbor(bytes) as unknown as { transfer: string });
}
