import { productionAnchors } from "@cloister/attestation";
import { developmentAnchors } from "@cloister/attestation/development";
import { openEnvelope } from "@cloister/contracts/envelope";
import { decodeClientFrame } from "@cloister/contracts/frames";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { AgentReply, Message } from "../api.ts";
import { abstention } from "../testing/abstention.ts";
import { TestEnclave } from "../testing/enclave.ts";

const inside: AgentReply = { ...abstention, claims: { ...abstention.claims, processedAt: "enclave" } };
const fill = (length: number, value: number) => new Uint8Array(length).fill(value);

describe("an agent in an enclave", () => {
  let world: TestWorld;
  let enclave: TestEnclave;
  let agent: TestDevice;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;
  let reply: () => Promise<AgentReply>;

  const person = async (name: string, anchors = developmentAnchors) => {
    const device = await world.device(undefined, { anchors });
    await world.settle(device.client.signUp({ displayName: name }));
    device.client.connect();
    await world.settle(device.client.settled(60_000));
    return device;
  };
  const begin = async (who: TestDevice) => {
    const members = [bob.account, agent.account];
    ({ id: conversation } = await world.settle(who.client.createConversation({ title: "Knee", members })));
    await world.settle(who.client.grantConsent(conversation, agent.account));
  };
  const ask = async (body: string) => {
    await world.settle(alice.client.sendText({ conversation, body, ask: agent.account }));
    await world.clock.pass(30_000);
  };
  const kinds = async (device: TestDevice) =>
    (await device.client.messages(conversation)).map((one: Message) =>
      one.kind === "notice" ? one.notice.type : one.kind,
    );
  const answersCount = async (device: TestDevice) =>
    (await kinds(device)).filter((kind) => kind === "answer").length;
  const evidence = (device = alice) => device.client.agentEvidence(agent.account);
  const reasons = (device = alice) => evidence(device).claims.flatMap((claim) => claim.reasons);
  /** Signal messages for the agent that ever left anybody's device. */
  const messagesToAgent = () =>
    world.network.captured.filter((bytes) => {
      try {
        const frame = decodeClientFrame(bytes);
        if (frame.type !== "send") return false;
        return frame.envelopes.some(
          ({ account, payload }) => account === agent.account && openEnvelope(payload).bytes.length > 0,
        );
      } catch {
        return false;
      }
    }).length;

  beforeEach(async () => {
    world = await TestWorld.create(83);
    reply = async () => inside;
    enclave = new TestEnclave(world, () => reply());
    agent = await enclave.boot();
    alice = await person("Alice");
    bob = await person("Dr. Bob");
    await begin(alice);
    await world.clock.pass(30_000);
  });

  it("is asked once its evidence passed, and answers everybody", async () => {
    await ask("Well?");
    expect(evidence()).toMatchObject({ state: "passed", class: "development" });
    expect(evidence().claims.every(({ status }) => status === "passed")).toBe(true);
    expect(evidence().facts).toMatchObject({ moduleId: "test", counter: expect.any(Number) });
    expect(await answersCount(alice)).toBe(1);
    // Bob had asked nothing: he verified before he opened what the agent sent.
    expect(await answersCount(bob)).toBe(1);
    expect(evidence(bob)).toMatchObject({ state: "passed" });
    expect(await kinds(bob)).not.toContain("unreadable");
  });

  it("is asked for evidence again in time, without a message", async () => {
    await ask("Well?");
    const { counter = 0 } = evidence().facts ?? {};
    await world.clock.pass(400_000);
    expect(evidence().facts?.counter).toBeGreaterThan(counter);
    expect(evidence().state).toBe("passed");
  });

  it("may start anew: another identity, the same account, and what was open is asked again", async () => {
    await ask("First?");
    const answer = (await alice.client.messages(conversation)).find((one) => one.kind === "answer");
    reply = () => new Promise(() => undefined);
    await ask("Second?");
    const { identityKey } = evidence().facts ?? {};
    await agent.kill();
    reply = async () => inside;
    agent = await enclave.boot();
    enclave.replayed = enclave.shown;
    await ask("Third?");
    // Its identity is another and nothing vouches for that yet: what people write goes out all the same.
    expect(await answersCount(alice)).toBe(1);
    enclave.replayed = undefined;
    await ask("Fourth?");
    await world.clock.pass(200_000);
    expect(evidence()).toMatchObject({ state: "passed" });
    expect(evidence().facts?.identityKey).not.toBe(identityKey);
    expect(await answersCount(alice)).toBe(4);
    expect(await answersCount(bob)).toBe(4);
    expect(await kinds(alice)).not.toContain("identityChanged");
    expect(await kinds(bob)).not.toContain("identityChanged");
    // What an earlier identity signed stays signed.
    if (answer?.kind !== "answer") throw new Error("no answer");
    const { steps } = await world.settle(alice.client.verifyReceipt(answer));
    expect(steps.filter(({ status }) => status === "failed")).toEqual([]);
  });

  it("is asked anew when it lost a question because it started anew", async () => {
    await ask("First?");
    reply = () => new Promise(() => undefined);
    await world.settle(alice.client.sendText({ conversation, body: "Second?", ask: agent.account }));
    await world.clock.pass(3000);
    await agent.kill();
    reply = async () => inside;
    agent = await enclave.boot();
    await world.clock.pass(30_000);
    expect(await answersCount(alice)).toBe(2);
  });

  describe("is blocked, and gets no message,", () => {
    const blocked: readonly [string, string, () => void | Promise<void>][] = [
      ["with a wrong nonce", "NONCE", () => void (enclave.document = { nonce: fill(32, 1) })],
      [
        "with another identity key",
        "MANIFEST_IDENTITY",
        () => void (enclave.manifest = { identityKey: fill(33, 1) }),
      ],
      [
        "with a document for the key service",
        "MANIFEST_ROLE",
        () => void (enclave.manifest = { role: "kms" }),
      ],
      [
        "with an unlisted measurement",
        "MEASUREMENT",
        () => void (enclave.document = { pcrs: new Map([0, 1, 2].map((i) => [i, fill(48, 9)])) }),
      ],
      [
        "in debug mode",
        "DEBUG",
        () => void (enclave.document = { pcrs: new Map([0, 1, 2].map((i) => [i, fill(48, 0)])) }),
      ],
      [
        "with other knowledge",
        "MANIFEST_KNOWLEDGE",
        () => void (enclave.manifest = { knowledgeDigest: fill(32, 8) }),
      ],
      [
        "when its measurement is revoked",
        "POLICY_EMPTY",
        () => world.organisation.release({ ...enclave.release, sequence: 2, builds: [] }),
      ],
    ];
    it.each(blocked)("%s", async (_what, reason, change) => {
      await change();
      alice = await person("Alice");
      await begin(alice);
      const before = messagesToAgent();
      await ask("Well?");
      expect(evidence().state).toBe("blocked");
      expect(reasons()).toContain(reason);
      expect(messagesToAgent()).toBe(before);
      expect(await answersCount(alice)).toBe(0);
      // People are told all the same.
      expect(await kinds(bob)).toContain("text");
    });

    it("by a client of production, however good its development evidence is", async () => {
      alice = await person("Alice", productionAnchors);
      await begin(alice);
      await ask("Well?");
      expect(reasons()).toContain("CHAIN_ROOT");
      expect(await answersCount(alice)).toBe(0);
    });

    it("when the list of released code goes back, or goes away", async () => {
      world.organisation.release({ ...enclave.release, sequence: 5 });
      await ask("Well?");
      await world.clock.pass(700_000);
      expect(await answersCount(alice)).toBe(1);
      world.organisation.release(enclave.release);
      await world.clock.pass(700_000);
      expect(reasons()).toContain("RELEASE_OLDER");
      const { release: _gone, ...info } = world.organisation.info;
      world.organisation.info = info;
      await world.clock.pass(700_000);
      await ask("And now?");
      expect(reasons()).toContain("RELEASE_MISSING");
      expect(await answersCount(alice)).toBe(1);
    });

    it("when it was rolled back, or runs twice from one snapshot", async () => {
      await ask("Well?");
      enclave.counter = 0;
      alice.client.checkAgent(agent.account);
      await world.clock.pass(30_000);
      expect(evidence().state).toBe("blocked");
      expect(reasons()).toContain("BOOT_COUNTER");
      await ask("And?");
      expect(await answersCount(alice)).toBe(1);
    });

    it("when an older boot comes back", async () => {
      await ask("Well?");
      enclave.manifest = { bootId: fill(16, 3), bootedAtMs: 1 };
      alice.client.checkAgent(agent.account);
      await world.clock.pass(30_000);
      expect(reasons()).toContain("BOOT_OLDER");
    });

    it("and is asked again, and passes when it is well", async () => {
      enclave.document = { nonce: fill(32, 1) };
      alice = await person("Alice");
      await begin(alice);
      await ask("Well?");
      expect(await answersCount(alice)).toBe(0);
      enclave.document = {};
      await world.clock.pass(120_000);
      expect(evidence().state).toBe("passed");
      expect(await answersCount(alice)).toBe(1);
    });
  });

  it("cannot be stood in for by a replay of what it showed", async () => {
    await ask("Well?");
    enclave.replayed = enclave.shown;
    alice.client.checkAgent(agent.account);
    await world.clock.pass(30_000);
    expect(evidence().state).toBe("blocked");
    expect(reasons()).toContain("NONCE");
    // Nothing about the enclave itself was wrong: it passes again.
    enclave.replayed = undefined;
    await world.clock.pass(120_000);
    expect(evidence().state).toBe("passed");
  });
});
