import { generateIdentityKeyPair } from "@cloister/protocol";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { AgentReply, AnswerMessage } from "./api.ts";
import { Puppet } from "./testing/puppet.ts";

/** A relay that can show another identity key than it registered, and keep a credential to itself. */
class LyingStore extends MemoryRelayStore {
  keys = new Map<string, Uint8Array>();
  hidesCredentials = false;

  override async account(account: string) {
    const record = await super.account(account);
    if (!record) return record;
    const { credential, ...rest } = { ...record, identityKey: this.keys.get(account) ?? record.identityKey };
    return { ...rest, ...(credential && !this.hidesCredentials && { credential }) };
  }
}

describe("deceit", () => {
  let world: TestWorld;
  let store: LyingStore;
  let alice: TestDevice;
  let bob: TestDevice;
  let agent: TestDevice;
  let conversation: string;
  let backing: AgentReply["claims"]["backing"];

  beforeEach(async () => {
    store = new LyingStore();
    world = await TestWorld.create(29, store);
    backing = "development";
    agent = await world.join("Assistant", "agent", async () => ({
      answer: { outcome: "abstained", sentences: [{ text: "Yes.", citations: [] }], citations: [] },
      claims: {
        backing,
        engine: { name: "test", version: "1" },
        indexDigest: new Uint8Array(32),
        processedAt: "on-premise",
        deidentified: { applied: false },
      },
    }));
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    const members = [bob.account, agent.account];
    ({ id: conversation } = await world.settle(alice.client.createConversation({ title: "Knee", members })));
    await world.quiet(alice, bob, agent);
  });

  /** The relay shows a fresh key for Bob, which Alice's device learns when it asks about him again. */
  const swapKey = async () => {
    store.keys.set(bob.account, generateIdentityKeyPair(world.random).publicKey);
    await alice.restart();
    const { self } = bob.client;
    expect(self()).toBeDefined();
    store.revealTo = undefined;
  };

  const verdictAtAlice = async () => {
    const answer = (await alice.client.messages(conversation)).find(({ kind }) => kind === "answer");
    return world.settle(alice.client.verifyReceipt(answer as AnswerMessage));
  };
});
