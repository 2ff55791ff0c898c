import { toBase64Url } from "@cloister/bytes";
import { fillSealedEnvelope } from "@cloister/contracts/envelope";
import { type AccountId, idToBytes } from "@cloister/contracts/ids";
import { hkdfSha256 } from "@cloister/crypto";
import { generateIdentityKeyPair, type IdentityKeyPair } from "@cloister/protocol";
import { sealForOne, senderIssuer } from "@cloister/protocol/sealed-sender";
import type { SendRequest, SendResult } from "@cloister/relay-core";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import { keysTable, only } from "./records.ts";
import { abstention } from "./testing/abstention.ts";
import { link } from "./testing/link.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Keeps every SEND as the relay sees it, and does with sealed ones what a test says. */
class WatchedStore extends MemoryRelayStore {
  readonly sends: SendRequest[] = [];
  /** Undefined lets it be stored. */
  onSealed: (send: SendRequest) => SendRequest | SendResult | undefined = () => undefined;

  override append(send: SendRequest): Promise<SendResult> {
    this.sends.push(send);
    const changed = "sealedAtMs" in send ? this.onSealed(send) : undefined;
    return changed && "outcome" in changed ? Promise.resolve(changed) : super.append(changed ?? send);
  }

  /** Where the relay saw envelopes for an account come from, since then. */
  origins(account: AccountId, since = 0): readonly string[] {
    return this.sends
      .slice(since)
      .filter(({ envelopes }) => envelopes.some((envelope) => envelope.account === account))
      .map((send) => ("from" in send ? send.from.account : "sealed"));
  }
}

function identityOf({ disk }: TestDevice): IdentityKeyPair {
  const row = disk.collections.get("keys")?.get(only) ?? new Uint8Array();
  return keysTable.decode(row).identityKeyPair;
}

describe("sealed mail", () => {
  let world: TestWorld;
  let store: WatchedStore;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;

  const say = (device: TestDevice, body: string) =>
    world.settle(device.client.sendText({ conversation, body }));
  const shown = async (device: TestDevice) =>
    (await device.client.messages(conversation)).map((one) =>
      one.kind === "text" ? one.body : one.kind === "notice" ? one.notice.type : one.kind,
    );

  beforeEach(async () => {
    store = new WatchedStore();
    world = await TestWorld.create(83, store);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    const members = [bob.account];
    ({ id: conversation } = await world.settle(alice.client.createConversation({ title: "Knee", members })));
    await world.quiet(alice, bob);
    await say(alice, "one");
    await world.quiet(alice, bob);
    await say(bob, "two");
    await world.quiet(alice, bob);
  });

  it("begins where both have heard from each other, and shows the relay no session", async () => {
    const first = store.sends.filter(({ envelopes }) => envelopes.some(({ payload }) => payload[1] === 3));
    expect(first.length).toBeGreaterThan(0);
    expect(first.every((send) => "from" in send)).toBe(true);
    const requests: (string | undefined)[] = [];
    const { organisation } = world;
    const handle = organisation.handle.bind(organisation);
    organisation.handle = (request) => {
      if (request.url.endsWith("/v1/sealed") && request.method === "POST") {
        requests.push(request.headers["Authorization"]);
      }
      return handle(request);
    };
    const since = store.sends.length;
    await say(alice, "three");
    await world.quiet(alice, bob);
    await say(bob, "four");
    await world.quiet(alice, bob);
    expect(new Set(store.origins(bob.account, since))).toEqual(new Set(["sealed"]));
    expect(new Set(store.origins(alice.account, since))).toEqual(new Set(["sealed"]));
    expect(requests.length).toBeGreaterThan(3);
    expect(new Set(requests)).toEqual(new Set([undefined]));
    expect(await shown(alice)).toEqual(["created", "one", "two", "three", "four"]);
    expect(await shown(bob)).toEqual(await shown(alice));
  });

  it("fits the envelope that its content is padded for, whatever the ratchet adds", async () => {
    // Beside the text there are some 110 bytes of content.
    const cases = [
      [380, 1024],
      [3450, 4096],
      [15_740, 16_384],
    ] as const;
    for (let turn = 0; turn < 4; turn += 1) {
      for (const device of [alice, bob]) {
        const reader = device === alice ? bob : alice;
        for (const [bodyBytes, envelopeBytes] of cases) {
          const since = store.sends.length;
          await say(device, "x".repeat(bodyBytes));
          await world.quiet(device, reader);
          const [send] = store.sends.slice(since);
          expect(send).toHaveProperty("sealedAtMs");
          expect(send?.envelopes[0]?.payload.length).toBe(envelopeBytes);
        }
      }
    }
  });

  it("goes to an assistant and comes from it", async () => {
    const agent = await world.join("Assistant", "agent", async () => abstention);
    const members = [agent.account];
    const { id } = await world.settle(alice.client.createConversation({ title: "Ask", members }));
    await world.settle(alice.client.grantConsent(id, agent.account));
    const ask = () =>
      world.settle(alice.client.sendText({ conversation: id, body: "What helps?", ask: agent.account }));
    await ask();
    await world.quiet(alice, agent);
    const since = store.sends.length;
    await ask();
    await world.quiet(alice, agent);
    expect(store.origins(agent.account, since)).toEqual(["sealed"]);
    expect(store.origins(alice.account, since)).toEqual(["sealed"]);
    const kinds = (await alice.client.messages(id)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "answer")).toHaveLength(2);
  });

  it("is queued offline, and goes out in order", async () => {
    alice.line.isCut = true;
    for (const body of ["three", "four", "five"]) await say(alice, body);
    await alice.kill();
    const since = store.sends.length;
    await alice.start();
    alice.client.connect();
    await world.quiet(alice, bob);
    expect(store.origins(bob.account, since)).toEqual(["sealed", "sealed", "sealed"]);
    expect(await shown(bob)).toEqual(["created", "one", "two", "three", "four", "five"]);
  });

  it("is stored once when the answer is lost, or the relay shows it again", async () => {
    const { organisation } = world;
    const handle = organisation.handle.bind(organisation);
    let lostCount = 0;
    organisation.handle = async (request) => {
      const response = await handle(request);
      if (request.method !== "POST" || !request.url.endsWith("/v1/sealed") || lostCount > 0) return response;
      lostCount += 1;
      throw new Error("the answer got lost");
    };
    const since = store.sends.length;
    await say(alice, "three");
    await world.quiet(alice, bob);
    expect(lostCount).toBe(1);
    const [first, again] = store.sends.slice(since);
    expect(first?.envelopes[0]?.id).toEqual(again?.envelopes[0]?.id);
    const [envelope] = first?.envelopes ?? [];
    if (!first || !envelope) throw new Error("nothing was sent");
    await store.append({ ...first, envelopes: [{ ...envelope, id: world.random(16) }] });
    await bob.restart();
    await world.quiet(alice, bob);
    expect(await shown(bob)).toEqual(["created", "one", "two", "three"]);
    expect(bob.disk.collections.get("repairs")?.size ?? 0).toBe(0);
  });

  it("goes the ordinary way when the key is refused, until the other's key is known again", async () => {
    await store.setAccessKeyHash(bob.account, world.random(32));
    const since = store.sends.length;
    await say(alice, "three");
    await world.quiet(alice, bob);
    expect(store.origins(bob.account, since)).toEqual([alice.account]);
    await world.clock.pass(13 * hourMs);
    await say(bob, "four");
    await world.quiet(alice, bob);
    const later = store.sends.length;
    await say(alice, "five");
    await world.quiet(alice, bob);
    expect(store.origins(bob.account, later)).toContain("sealed");
    expect(store.origins(bob.account, later)).not.toContain(alice.account);
    expect(await shown(bob)).toEqual(["created", "one", "two", "three", "four", "five"]);
  });

  it("goes the ordinary way when others filled what sealed mail may take", async () => {
    store.onSealed = () => ({ outcome: "mailboxFull", account: bob.account });
    const since = store.sends.length;
    await say(alice, "three");
    await world.quiet(alice, bob);
    expect(store.origins(bob.account, since)).toEqual(["sealed", alice.account]);
    expect(await shown(bob)).toContain("three");
  });

  it("reaches a device that came since", async () => {
    const phone = await link(world, bob);
    await say(alice, "three");
    await world.quiet(alice, bob, phone);
    for (const device of [bob, phone]) expect(await shown(device)).toContain("three");
    await world.settle(phone.client.sendText({ conversation, body: "four" }));
    await world.quiet(alice, bob, phone);
    const since = store.sends.length;
    await say(alice, "five");
    await world.quiet(alice, bob, phone);
    expect(store.origins(bob.account, since).slice(0, 1)).toEqual(["sealed"]);
    for (const device of [bob, phone]) expect(await shown(device)).toContain("five");
  });

  it("is asked for again when its certificate had expired", async () => {
    let isLate = true;
    store.onSealed = (send) => {
      const late =
        isLate && "sealedAtMs" in send ? { ...send, sealedAtMs: send.sealedAtMs + 2 * dayMs } : send;
      isLate = false;
      return late;
    };
    const since = store.sends.length;
    bob.line.isCut = true;
    await say(alice, "three");
    await world.clock.pass(1000);
    bob.line.isCut = false;
    await world.quiet(alice, bob);
    expect(store.origins(bob.account, since)[0]).toBe("sealed");
    // In a new session, which nobody seals.
    expect(store.origins(alice.account, since)).toContain(bob.account);
    expect(await shown(bob)).toEqual(["created", "one", "two", "three"]);
  });

  it("opens with certificates of the relay's key before, and of a new one", async () => {
    bob.line.isCut = true;
    await say(alice, "under the old key");
    await world.clock.pass(1000);
    world.organisation.senderIssuer = senderIssuer(world.random(32), world.random);
    await world.clock.pass(13 * hourMs);
    const since = store.sends.length;
    await say(alice, "under the new key");
    await world.clock.pass(1000);
    expect(store.origins(bob.account, since)).toEqual(["sealed"]);
    bob.line.isCut = false;
    await world.quiet(alice, bob);
    expect(await shown(bob)).toEqual(["created", "one", "two", "under the old key", "under the new key"]);
  });

  describe("is refused", () => {
    const post = (input: {
      readonly as: AccountId;
      readonly identityKeyPair: IdentityKeyPair;
      readonly issuer?: typeof world.organisation.senderIssuer;
      readonly type?: 2 | 3;
    }) => {
      const { as, identityKeyPair, type = 2 } = input;
      const reader = identityOf(bob);
      const issuer = input.issuer ?? world.organisation.senderIssuer;
      const senderCertificate = issuer.certify({
        account: idToBytes(as),
        deviceId: 1,
        identityKey: identityKeyPair.publicKey,
        expiresAtMs: world.clock.nowMs() + hourMs,
      });
      const payload = fillSealedEnvelope(
        sealForOne({
          content: { type, senderCertificate, message: world.random(120), contentHint: 0 },
          identityKeyPair,
          recipientIdentityKey: reader.publicKey,
          random: world.random,
        }),
      );
      return send(payload);
    };
    const send = (payload: Uint8Array) => {
      const accessKey = hkdfSha256({
        ikm: identityOf(bob).privateKey,
        salt: new Uint8Array(),
        info: "Cloister access key v1",
        lengthBytes: 16,
      });
      return world.organisation.relay.sealedDoor.send({
        account: bob.account,
        accessKey: toBase64Url(accessKey),
        envelopes: [{ device: 1, id: toBase64Url(world.random(16)), payload: toBase64Url(payload) }],
      });
    };
    const expectNothing = async () => {
      await world.quiet(bob);
      expect(bob.disk.collections.get("repairs")?.size ?? 0).toBe(0);
      expect(bob.client.contact(alice.account)?.verification).toBe("unverified");
      await say(alice, "three");
      await world.quiet(alice, bob);
      expect(await shown(bob)).toEqual(["created", "one", "two", "three"]);
    };
    const stranger = () => generateIdentityKeyPair(world.random);

    it("under another identity key than the contact's", async () => {
      await post({ as: alice.account, identityKeyPair: stranger() });
      await expectNothing();
    });

    it("from somebody who is no contact", async () => {
      await post({ as: toBase64Url(world.random(16)), identityKeyPair: stranger() });
      await expectNothing();
    });

    it("when it would begin a session", async () => {
      await post({ as: alice.account, identityKeyPair: identityOf(alice), type: 3 });
      await expectNothing();
    });

    it("when nobody known vouches for the sender", async () => {
      const issuer = senderIssuer(world.random(32), world.random);
      await post({ as: alice.account, identityKeyPair: identityOf(alice), issuer });
      await expectNothing();
    });

    it("when it is no sealed mail at all", async () => {
      await send(world.random(1024));
      await expectNothing();
    });

    it("but a contact is asked what it meant when only the message does not open", async () => {
      await post({ as: alice.account, identityKeyPair: identityOf(alice) });
      await world.clock.until(() => (bob.disk.collections.get("repairs")?.size ?? 0) === 1);
    });
  });
});
