import type { DeviceAddress } from "@cloister/contracts/ids";
import type { SendRequest, StoredEnvelope } from "@cloister/relay-core";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { AgentReply, AnswerMessage } from "./api.ts";
import { link } from "./testing/link.ts";
import { Puppet } from "./testing/puppet.ts";

/** A relay that passes one account's envelopes off as another's, and can keep credentials to itself. */
class LyingStore extends MemoryRelayStore {
  readonly disguises = new Map<string, string>();
  readonly deliveredAs = new Map<string, DeviceAddress>();
  hidesCredentials = false;

  override async account(account: string) {
    const record = await super.account(account);
    if (!record || !this.hidesCredentials) return record;
    const { credential: _hidden, ...rest } = record;
    return rest;
  }

  override async read(page: Parameters<MemoryRelayStore["read"]>[0]) {
    const queued = await super.read(page);
    return queued.map((one) => this.#delivered(one));
  }

  #delivered(one: StoredEnvelope): StoredEnvelope {
    const from = "from" in one ? this.deliveredAs.get(one.from.account) : undefined;
    return from ? { ...one, from } : one;
  }

  override append(send: SendRequest) {
    const account = "from" in send ? this.disguises.get(send.from.account) : undefined;
    return super.append(account === undefined ? send : { ...send, from: { account, device: 1 } });
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

  /** Somebody with a key of their own writes, and the relay says that it was Bob. */
  const impersonateBob = async () => {
    const mallory = await world.join("Mallory");
    store.disguises.set(mallory.account, bob.account);
    alice.line.isCut = true;
    await world.settle(mallory.client.createConversation({ title: "It is me", members: [alice.account] }));
    await world.quiet(mallory);
    alice.line.isCut = false;
    await world.quiet(alice);
    return alice.client.safetyNumber(bob.account);
  };

  it("cannot change this person's own identity", async () => {
    const mallory = await world.join("Mallory");
    store.deliveredAs.set(mallory.account, { account: alice.account, device: 9 });
    alice.line.isCut = true;
    await world.settle(mallory.client.createConversation({ title: "It is me", members: [alice.account] }));
    await world.quiet(mallory);
    alice.line.isCut = false;
    await world.quiet(alice);
    const own = await alice.client.safetyNumber(bob.account);
    expect(alice.disk.collections.get(`unopened/${alice.account}`)?.size ?? 0).toBe(0);
    expect(alice.client.contact(alice.account)?.verification).not.toBe("changed");
    await world.settle(alice.client.acceptIdentity(alice.account));
    expect(await bob.client.safetyNumber(alice.account)).toBe(own);
    await world.settle(alice.client.sendText({ conversation, body: "It is still me" }));
    await world.quiet(alice, bob);
    const heard = await bob.client.messages(conversation);
    expect(heard.flatMap((one) => (one.kind === "text" ? [one.body] : []))).toEqual(["It is still me"]);
    expect((await alice.client.messages(conversation)).map(({ kind }) => kind)).toEqual(["notice", "text"]);
  });

  const verdictAtAlice = async () => {
    const answer = (await alice.client.messages(conversation)).find(({ kind }) => kind === "answer");
    return world.settle(alice.client.verifyReceipt(answer as AnswerMessage));
  };

  it("cannot have a key accepted or verified that nobody looked at", async () => {
    const shown = await impersonateBob();
    expect(alice.client.contact(bob.account)?.verification).toBe("changed");
    const since = await impersonateBob();
    expect(since).not.toBe(shown);
    const refusal = { code: "IDENTITY_CHANGED" };
    await expect(alice.client.acceptIdentity(bob.account, shown)).rejects.toMatchObject(refusal);
    expect(alice.client.contact(bob.account)?.verification).toBe("changed");
    await world.settle(alice.client.acceptIdentity(bob.account, since));
    await expect(alice.client.markVerified(bob.account, shown)).rejects.toMatchObject(refusal);
    await world.settle(alice.client.markVerified(bob.account, since));
    expect(alice.client.contact(bob.account)?.verification).toBe("verified");
  });

  it("does not hand on the organisation's word to a key that it never saw", async () => {
    expect(alice.client.contact(bob.account)).toMatchObject({ role: "clinician", vouched: true });
    await impersonateBob();
    await world.settle(alice.client.acceptIdentity(bob.account));
    expect(alice.client.contact(bob.account)).toMatchObject({ role: "patient", vouched: false });
  });

  it("cannot take back the organisation's word by hiding it", async () => {
    store.hidesCredentials = true;
    await link(world, bob);
    await world.settle(alice.client.sendText({ conversation, body: "to both devices" }));
    await world.quiet(alice);
    expect(alice.client.contact(bob.account)).toMatchObject({ role: "clinician", vouched: true });
  });

  it("shows an answer to another question than the agent was asked", async () => {
    const id = `${"q".repeat(21)}A`;
    const put = { conversation, id, sentAtMs: 5 } as const;
    const puppet = await Puppet.of(world, bob);
    await puppet.say({ kind: "consent", conversation, agent: agent.account, granted: true, atMs: 1 }, [
      agent.account,
    ]);
    await puppet.say({ ...put, kind: "text", body: "May she take ten?", asked: agent.account }, [
      alice.account,
    ]);
    await puppet.say({ ...put, kind: "ask", body: "May she take one?", replyTo: [alice.account] }, [
      agent.account,
    ]);
    await world.quiet(agent, alice);
    const { verified, steps } = await verdictAtAlice();
    expect(verified).toBe(false);
    expect(steps).toContainEqual({ step: "answer", status: "failed", reason: "RECEIPT_REQUEST" });
  });

  it("does not take an agent's own word for its hardware", async () => {
    backing = "hardware";
    await world.settle(alice.client.grantConsent(conversation, agent.account));
    await world.settle(alice.client.sendText({ conversation, body: "Is it?", ask: agent.account }));
    await world.quiet(alice, agent);
    const { verified, steps } = await verdictAtAlice();
    expect(verified).toBe(false);
    expect(steps).toContainEqual({ step: "signature", status: "failed", reason: "BACKING_UNPROVEN" });
  });

  it("fills nobody's disk with what cannot be understood", async () => {
    const mallory = await world.join("Mallory");
    const puppet = await Puppet.of(world, mallory);
    for (let at = 0; at < 60; at += 1) await puppet.sayBytes(Uint8Array.of(at), [alice.account]);
    await world.quiet(alice);
    expect(alice.disk.collections.get(`unopened/${mallory.account}`)?.size).toBe(50);
  });

  it("fills nobody's disk with what cannot be opened, and one line says so", async () => {
    const mallory = await world.join("Mallory");
    const from = { account: mallory.account, device: 1 };
    await world.settle(mallory.client.createConversation({ title: "Hello", members: [alice.account] }));
    await world.quiet(mallory, alice);
    alice.line.isCut = true;
    for (let at = 0; at < 60; at += 1) {
      const envelope = {
        account: alice.account,
        device: 1,
        id: world.random(16),
        payload: world.random(256),
      };
      const room = {
        maxQueuedCount: 100,
        maxQueuedBytes: 1e6,
        maxPerSenderCount: 100,
        maxPerSenderBytes: 1e6,
      };
      await store.append({ from, envelopes: [envelope], ageMs: 0, ...room });
    }
    alice.line.isCut = false;
    const notes = () => [...(alice.disk.collections.get(`broken/${mallory.account}.1`)?.values() ?? [])];
    await world.clock.until(() => notes().length === 60);
    expect(alice.disk.collections.get(`unopened/${mallory.account}`)).toBeUndefined();
    expect(Math.max(...notes().map(({ length }) => length))).toBeLessThan(100);
    // Mallory's device never sent these, and says so.
    await world.quiet(alice, mallory);
    expect(notes()).toEqual([]);
    const hello = alice.client.conversations().find(({ title }) => title === "Hello");
    const shown = await alice.client.messages(hello?.id ?? "");
    expect(shown.map((one) => (one.kind === "notice" ? one.notice.type : one.kind))).toEqual([
      "created",
      "unreadable",
    ]);
  });
});
