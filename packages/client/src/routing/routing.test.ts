import type { RoutedDecision } from "@cloister/contracts/decision";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { AnswerMessage, ClientEvent, TextMessage } from "../api.ts";
import { abstention } from "../testing/abstention.ts";
import { Puppet } from "../testing/puppet.ts";
import { readText } from "./index.ts";

describe("where a question may go", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let bob: TestDevice;
  let agent: TestDevice;
  let conversation: string;
  let askedCount: number;

  const all = () => world.quiet(alice, bob, agent);
  const ask = (body: string) => {
    const assessment = readText(body).assessment;
    return world.settle(alice.client.sendText({ conversation, body, ask: agent.account, assessment }));
  };
  const said = async (device: TestDevice, kind: "text" | "answer") =>
    (await device.client.messages(conversation)).filter((one) => one.kind === kind);
  const verdict = async (device: TestDevice) => {
    const answers = await said(device, "answer");
    return world.settle(device.client.verifyReceipt(answers.at(-1) as AnswerMessage));
  };

  beforeEach(async () => {
    world = await TestWorld.create(97);
    askedCount = 0;
    agent = await world.join("Assistant", "agent", async () => {
      askedCount += 1;
      return abstention;
    });
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    const members = [bob.account, agent.account];
    ({ id: conversation } = await world.settle(alice.client.createConversation({ title: "Gout", members })));
    await world.settle(alice.client.grantConsent(conversation, agent.account));
    await all();
  });

  it("is decided here, travels with the question and stands in the receipt, for everybody", async () => {
    const body = "My mother Ana Ruiz has gout";
    const { assessment } = readText(body);
    const shown = alice.client.route({ conversation, ask: agent.account, assessment });
    expect(shown).toMatchObject({ outcome: "routed", processor: "on-premise", sensitivity: "sensitive" });
    const { decision } = await ask(body);
    expect(decision).toMatchObject({
      processor: "on-premise",
      deidentify: false,
      policyDigest: shown.policyDigest,
    });
    expect(decision?.reasons).toEqual(["HAS_NAME", "CASE_RELATIVE"]);
    await all();
    for (const device of [alice, bob]) {
      expect(((await said(device, "text"))[0] as TextMessage).decision).toEqual(decision);
      expect(await verdict(device)).toMatchObject({ verified: true, claims: { decision } });
    }
  });

  it("counts what nobody read as what could not be checked", async () => {
    const message = await world.settle(
      alice.client.sendText({ conversation, body: "What is gout?", ask: agent.account }),
    );
    expect(message.decision).toMatchObject({ sensitivity: "sensitive", reasons: ["DETECTOR_FAILED"] });
    const other = await world.settle(alice.client.sendText({ conversation, body: "Ana Ruiz has gout" }));
    expect(other.decision).toBeUndefined();
  });

  it("never becomes less sensitive again in one conversation, and that survives a restart", async () => {
    expect((await ask("What is gout?")).decision).toMatchObject({ sensitivity: "public" });
    await ask("My mother Ana Ruiz has it");
    await all();
    await alice.restart();
    const { sensitivity, reasons } = alice.client.route({
      conversation,
      ask: agent.account,
      assessment: readText("What is gout?").assessment,
    });
    expect({ sensitivity, reasons }).toEqual({ sensitivity: "sensitive", reasons: ["CONVERSATION_EARLIER"] });
  });

  it("is narrowed by its person: then nothing goes, nothing is said, and it can be taken back", async () => {
    const events: ClientEvent[] = [];
    alice.client.subscribe((event) => events.push(event));
    await world.settle(alice.client.limitRoute(conversation, "enclave"));
    expect(events).toContainEqual({ type: "conversation", conversation });
    await alice.restart();
    expect(alice.client.conversation(conversation)).toMatchObject({ strictest: "enclave" });
    expect(alice.client.route({ conversation, ask: agent.account })).toMatchObject({
      outcome: "refused",
      reasons: ["DETECTOR_FAILED", "CHOICE_STRICTER"],
    });
    await expect(ask("What is gout?")).rejects.toMatchObject({ code: "ROUTE_REFUSED" });
    await all();
    expect(askedCount).toBe(0);
    expect(await said(bob, "text")).toEqual([]);
    // Between people nothing changes.
    await world.settle(alice.client.sendText({ conversation, body: "Hello" }));
    await world.settle(alice.client.limitRoute(conversation, undefined));
    await ask("What is gout?");
    await all();
    expect(askedCount).toBe(1);
    expect(alice.client.conversation(conversation)).not.toHaveProperty("strictest");
  });

  it("cannot be shown of a conversation that is not here", () => {
    const question = { conversation: "nowhere", ask: agent.account };
    expect(() => alice.client.route(question)).toThrow(
      expect.objectContaining({ code: "CONVERSATION_UNKNOWN" }),
    );
  });

  describe("with a receipt that does not hold", () => {
    const decision: RoutedDecision = {
      sensitivity: "public",
      isCloudBarred: false,
      processor: "on-premise",
      deidentify: false,
      reasons: ["QUESTION_GENERAL"],
      policyDigest: "00".repeat(32),
    };
    const put = { id: `${"q".repeat(21)}A`, sentAtMs: 5, body: "May I?" };

    /** Dr. Bob's device tells people one decision and the agent another. */
    async function failuresAfter(told: RoutedDecision | undefined, shown: RoutedDecision | undefined) {
      const puppet = await Puppet.of(world, bob);
      const consent = {
        kind: "consent",
        conversation,
        agent: agent.account,
        granted: true,
        atMs: 1,
      } as const;
      await puppet.say(consent, [agent.account]);
      const text = { kind: "text", conversation, ...put, asked: agent.account } as const;
      await puppet.say({ ...text, ...(shown && { decision: shown }) }, [alice.account]);
      const question = { kind: "ask", conversation, ...put, replyTo: [alice.account] } as const;
      await puppet.say({ ...question, ...(told && { decision: told }) }, [agent.account]);
      await world.quiet(agent, alice);
      const { steps } = await verdict(alice);
      return steps.flatMap((step) => (step.status === "failed" ? [step.reason] : []));
    }

    it.each<[string, RoutedDecision | undefined, RoutedDecision | undefined, string[]]>([
      ["the same decision", decision, decision, []],
      ["no decision, as before there were any", undefined, undefined, []],
      ["another decision", decision, { ...decision, reasons: ["HAS_NAME"] }, ["RECEIPT_DECISION"]],
      ["a decision that nobody was shown", decision, undefined, ["RECEIPT_DECISION"]],
      ["none though there was one", undefined, decision, ["RECEIPT_DECISION"]],
      [
        "a place that more can see",
        { ...decision, processor: "enclave" },
        { ...decision, processor: "enclave" },
        ["RECEIPT_PLACE"],
      ],
    ])("%s", async (_what, told, shown, reasons) => {
      expect(await failuresAfter(told, shown)).toEqual(reasons);
    });
  });
});
