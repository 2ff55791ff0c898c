import { decodeContent } from "@cloister/contracts/content";
import { type EnvelopeId, idFromBytes } from "@cloister/contracts/ids";
import type { SendRequest } from "@cloister/relay-core";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import { sentTable } from "./mending-records.ts";
import { Puppet } from "./testing/puppet.ts";

/** Only long texts are this long. */
const longBytes = 10_000;

/** A relay that notes what is sent to one account. */
class NotingStore extends MemoryRelayStore {
  watched = "";
  sentCount = 0;
  readonly long: EnvelopeId[] = [];

  override append(send: SendRequest) {
    for (const { account, id, payload } of send.envelopes) {
      if (account !== this.watched) continue;
      this.sentCount += 1;
      if (payload.length > longBytes) this.long.push(idFromBytes(id));
    }
    return super.append(send);
  }
}

describe("what somebody did not open", () => {
  let store: NotingStore;
  let world: TestWorld;
  let alice: TestDevice;
  let mallory: Puppet;
  let account: string;

  beforeEach(async () => {
    store = new NotingStore();
    world = await TestWorld.create(67, store);
    alice = await world.join("Alice");
    const device = await world.join("Mallory");
    ({ account } = device);
    store.watched = account;
    const { id: conversation } = await world.settle(
      alice.client.createConversation({ title: "Hello", members: [account] }),
    );
    await world.quiet(alice, device);
    await world.settle(alice.client.sendText({ conversation, body: "a".repeat(15_900) }));
    await world.quiet(alice, device);
    mallory = await Puppet.of(world, device);
  });

  const ask = async (envelopes: readonly EnvelopeId[]) => {
    await mallory.say({ kind: "unopened", device: 1, envelopes }, [alice.account]);
    await world.quiet(alice);
    await world.clock.pass(3000);
  };
  const lastWord = () => {
    const words = mallory.heard.filter(({ kind }) => kind === "resent");
    return words.at(-1);
  };

  it("is said again three times", async () => {
    const wanted = [...store.long];
    for (let time = 0; time < 3; time += 1) await ask(wanted);
    expect(store.long).toHaveLength(4);
    expect(lastWord()).toMatchObject({ envelopes: wanted, lost: [] });
    await alice.restart();
    await ask(wanted);
    expect(store.long).toHaveLength(4);
    expect(lastWord()).toMatchObject({ envelopes: wanted, lost: wanted });
  });

  it("does not grow when its copies are asked for too", async () => {
    for (let time = 0; time < 8; time += 1) await ask(store.long.slice(0, 200));
    // Itself, and of it, of copies and of copies of copies 3 + 2 + 1 + 1.
    expect(store.long).toHaveLength(8);
    const kept = [...(alice.disk.collections.get("sent")?.values() ?? [])].map((row) =>
      decodeContent(sentTable.decode(row).content),
    );
    const words = kept.filter((content) => content.kind === "resent");
    expect(words).toHaveLength(8);
    expect(words.flatMap(({ envelopes, lost }) => envelopes.concat(lost))).toEqual([]);
  });

  it("can be asked for a limited number of times a day", async () => {
    for (let time = 0; time < 50; time += 1) await ask(store.long.slice(0, 1));
    const { sentCount } = store;
    await ask(store.long.slice(0, 1));
    expect(store.sentCount).toBe(sentCount);
    await world.clock.pass(86_400_000);
    await ask(store.long.slice(0, 1));
    expect(store.sentCount).toBeGreaterThan(sentCount);
  });
});
