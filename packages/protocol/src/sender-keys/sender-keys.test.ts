/// <reference lib="es2023" />
import { BaseError, concatBytes, toHex, toUtf8 } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { aesCbcEncrypt, xeddsaSign } from "@cloister/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeldKeys } from "../held-keys.ts";
import { messageSeed, nextChainKey } from "../kdf.ts";
import { generateKeyPair } from "../keys.ts";
import { distributionId, GroupMember, GroupSender, group } from "../testing/group.ts";
import { flipped } from "../testing/group-violations.ts";
import { seededRandom } from "../testing/parties.ts";
import {
  acceptDistribution,
  decryptFromGroup,
  emptySenderKeyRecord,
  encryptToGroup,
  inspectDistribution,
  inspectGroupMessage,
  parseSenderKey,
  parseSenderKeyRecord,
  type SenderKeyRecord,
  serializeSenderKey,
  serializeSenderKeyRecord,
  shareSenderKey,
} from "./index.ts";
import { groupMessageKeys } from "./sender-key.ts";
import { readDistribution, writeDistribution, writeSenderKeyMessage } from "./wire.ts";

const random = seededRandom("sender keys");
const code = (id: string) => expect.objectContaining({ code: id }) as Error;
const snapshot = (record: SenderKeyRecord) => toHex(serializeSenderKeyRecord(record));
const range = (count: number) => Array.from({ length: count }, (_, at) => at);

describe("a group conversation", () => {
  it("opens in any order, each message once, whatever is lost", () => {
    const order = fc.shuffledSubarray(range(40), { minLength: 1 });
    fc.assert(
      fc.property(order, (delivered) => {
        const { sender, member } = group("disorder");
        const sent = range(40).map((at) => sender.send(`message ${at}`));
        for (const at of delivered) {
          const message = sent[at] ?? new Uint8Array();
          expect(member.open(message)).toBe(`message ${at}`);
          member.record = parseSenderKeyRecord(serializeSenderKeyRecord(member.record));
          expect(() => member.open(message)).toThrowError(code("RATCHET-003"));
        }
      }),
      { numRuns: 15 },
    );
  });

  it("gives each member the same plaintext and a late one nothing from before", () => {
    const { sender, member: bob } = group("late");
    const before = sender.send("before carol");
    const { distribution, recipients } = sender.share("bob.1", "carol.1");
    expect(recipients).toEqual(["carol.1"]);
    const carol = new GroupMember().accept(distribution);
    const after = sender.send("after");
    expect([bob.open(before), bob.open(after), carol.open(after)]).toEqual([
      "before carol",
      "after",
      "after",
    ]);
    expect(() => carol.open(before)).toThrowError(code("GROUP-005"));
  });

  it("is unchanged by anything that does not open", () => {
    const { sender, member } = group("unchanged");
    const message = sender.send("true");
    const before = snapshot(member.record);
    fc.assert(
      fc.property(fc.nat(message.length - 1), (at) => {
        expect(() => member.open(flipped(message, at))).toThrowError(BaseError);
        expect(snapshot(member.record)).toBe(before);
      }),
    );
    expect(member.open(message)).toBe("true");
  });

  it("changes no state in place", () => {
    const { sender, member } = group("immutable");
    const { senderKey } = sender;
    if (!senderKey) throw new Error("no sender key");
    const own = toHex(serializeSenderKey(senderKey));
    const held = snapshot(member.record);
    const { message } = encryptToGroup(senderKey, toUtf8("x"), random);
    decryptFromGroup(member.record, message);
    acceptDistribution(member.record, new GroupSender("second").share("bob.1").distribution);
    shareSenderKey({ distributionId, members: ["else"], random, senderKey });
    expect([toHex(serializeSenderKey(senderKey)), snapshot(member.record)]).toEqual([own, held]);
  });

  it("names what a store has to load", () => {
    const { sender } = group("names");
    expect(inspectDistribution(sender.share("bob.1").distribution)).toEqual(distributionId);
    sender.send("first");
    const { senderKey } = sender;
    expect(inspectGroupMessage(sender.send("x"))).toEqual({
      distributionId,
      chainId: senderKey?.chainId,
      iteration: 1,
    });
    expect(senderKey?.chainId).toBeLessThan(2 ** 31);
  });
});

describe("membership", () => {
  it("makes a new key for all who stay when a device leaves, which the one who left cannot read", () => {
    const sender = new GroupSender("leaves");
    const { distribution, recipients } = sender.share("bob.1", "carol.1", "dave.1");
    expect(recipients).toEqual(["bob.1", "carol.1", "dave.1"]);
    const [bob, dave] = [new GroupMember().accept(distribution), new GroupMember().accept(distribution)];
    const old = sender.senderKey;
    const late = sender.send("sent before dave left");
    const renewed = sender.share("bob.1", "carol.1", "erin.1");
    expect(renewed.recipients).toEqual(["bob.1", "carol.1", "erin.1"]);
    expect(sender.senderKey?.chainId).not.toBe(old?.chainId);
    expect(sender.senderKey?.signingKeyPair.publicKey).not.toEqual(old?.signingKeyPair.publicKey);
    expect(old?.signingKeyPair.privateKey).toEqual(new Uint8Array(32)); // overwritten
    bob.accept(renewed.distribution);
    const after = sender.send("without dave");
    expect([bob.open(after), bob.open(late)]).toEqual(["without dave", "sent before dave left"]);
    expect(() => dave.open(after)).toThrowError(code("GROUP-002"));
  });

  it("asks for nothing when nobody left or joined, and renews on demand", () => {
    const sender = new GroupSender("same");
    sender.share("bob.1", "carol.1");
    const chainId = sender.senderKey?.chainId;
    expect(sender.share("carol.1", "bob.1").recipients).toEqual([]);
    expect(sender.senderKey?.chainId).toBe(chainId);
    sender.senderKey = undefined;
    expect(sender.share("bob.1", "carol.1").recipients).toEqual(["bob.1", "carol.1"]);
    expect(sender.senderKey).not.toMatchObject({ chainId });
  });

  it("refuses lists of members that nobody can mean", () => {
    const sender = new GroupSender("lists");
    const many = range(1001).map(String);
    for (const members of [[], [""], ["x".repeat(129)], many]) {
      expect(() => sender.share(...members)).toThrowError(code("GROUP-007"));
    }
    expect(sender.share(...many.slice(1)).recipients).toHaveLength(1000);
  });
});

describe("what a member holds", () => {
  it("keeps the five newest keys of a sender and overwrites the others", () => {
    const member = new GroupMember();
    const sent = range(7).map((at) => {
      const sender = new GroupSender(`key ${at}`);
      member.accept(sender.share("bob.1").distribution);
      return sender.send(`under key ${at}`);
    });
    expect(member.record.states).toHaveLength(5);
    for (const [at, message] of sent.entries()) {
      if (at < 2) expect(() => member.open(message)).toThrowError(code("GROUP-002"));
      else expect(member.open(message)).toBe(`under key ${at}`);
    }
  });

  it("does not reopen a message when a distribution is repeated", () => {
    const sender = new GroupSender("repeated");
    const { distribution } = sender.share("bob.1");
    const member = new GroupMember().accept(distribution);
    const message = sender.send("once");
    member.open(message);
    member.accept(distribution);
    expect(() => member.open(message)).toThrowError(code("RATCHET-003"));
  });

  it("replaces a key whose chain id comes back under another signing key", () => {
    const { sender, member } = group("replaced");
    const message = sender.send("under the old key");
    const held = readDistribution(sender.share("bob.1").distribution);
    const signingKey = generateKeyPair(random).publicKey;
    member.accept(writeDistribution({ ...held, signingKey }));
    expect(member.record.states).toHaveLength(1);
    expect(() => member.open(message)).toThrowError(code("GROUP-003"));
  });

  it("goes 25,000 messages ahead and keeps 2,000 keys, no further", () => {
    const { sender, member } = group("far");
    const { senderKey } = sender;
    if (!senderKey) throw new Error("no sender key");
    const at = (iteration: number) =>
      encryptToGroup({ ...senderKey, iteration }, toUtf8("x"), random).message;
    expect(() => member.open(at(25_001))).toThrowError(code("RATCHET-002"));
    // Its key is not the chain's at 25,000, so only padding can fail: the distance was accepted.
    expect(() => member.open(at(25_000))).toThrowError(code("RATCHET-008"));
    const late = sender.send("late");
    for (let count = 0; count < 2000; count += 1) sender.senderKey = advanced(sender);
    member.open(sender.send("on time"));
    expect(member.record.states[0]?.chain.skipped).toHaveLength(2000);
    expect(() => member.open(late)).toThrowError(code("RATCHET-004"));
  });

  it("derives nothing before the signature was verified", () => {
    const { sender, member } = group("order");
    const { senderKey } = sender;
    if (!senderKey) throw new Error("no sender key");
    const signed = writeSenderKeyMessage({ ...senderKey, iteration: 30_000, ciphertext: new Uint8Array(16) });
    expect(() => member.open(concatBytes(signed, new Uint8Array(64)))).toThrowError(code("GROUP-003"));
  });

  it("refuses a sender key message that another member signed", () => {
    const { sender, member } = group("imposture");
    const { senderKey } = sender;
    if (!senderKey) throw new Error("no sender key");
    // A member holds the chain key and can encrypt; the signing key is the sender's alone.
    const { iv, key } = groupMessageKeys(messageSeed(senderKey.chainKey));
    const ciphertext = aesCbcEncrypt({ iv, key, plaintext: toUtf8("as if from the sender") });
    const signed = writeSenderKeyMessage({ ...senderKey, ciphertext });
    const { privateKey } = generateKeyPair(random);
    const forged = concatBytes(signed, xeddsaSign({ privateKey, message: signed, random }));
    expect(() => member.open(forged)).toThrowError(code("GROUP-003"));
  });
});

/** The sender key one message later, without the work of a signature. */
function advanced(sender: GroupSender) {
  const { senderKey } = sender;
  if (!senderKey) throw new Error("no sender key");
  const chainKey = nextChainKey(senderKey.chainKey);
  return { ...senderKey, chainKey, iteration: senderKey.iteration + 1 };
}

describe("strict decoding", () => {
  const key = concatBytes(Uint8Array.of(5), new Uint8Array(32).fill(9));
  const id = new Uint8Array(16);
  const framed = (writer: ProtoWriter, tail = 0) =>
    concatBytes(Uint8Array.of(0x33), writer.finish(), new Uint8Array(tail));
  const distribution = () => new ProtoWriter().bytes(1, id).uint32(2, 1).uint32(3, 0);

  it.each([
    ["WIRE-001", "nothing", new Uint8Array(0)],
    ["WIRE-003", "no signing key", framed(distribution().bytes(4, new Uint8Array(32)))],
    ["WIRE-004", "a short chain key", framed(distribution().bytes(4, new Uint8Array(31)).bytes(5, key))],
    [
      "WIRE-005",
      "a raw signing key",
      framed(distribution().bytes(4, new Uint8Array(32)).bytes(5, key.slice(1))),
    ],
    ["WIRE-002", "a field twice", framed(distribution().uint32(2, 1))],
    [
      "WIRE-004",
      "a chain id of 32 bits",
      framed(
        new ProtoWriter()
          .bytes(1, id)
          .uint32(2, 2 ** 31)
          .uint32(3, 0)
          .bytes(4, new Uint8Array(32))
          .bytes(5, key),
      ),
    ],
    ["KEY-004", "a signing key of low order", undefined],
  ])("%s: a distribution with %s", (expected, _what, bytes) => {
    const lowOrder = concatBytes(Uint8Array.of(5), new Uint8Array(32));
    const input = bytes ?? framed(distribution().bytes(4, new Uint8Array(32)).bytes(5, lowOrder));
    expect(() => acceptDistribution(emptySenderKeyRecord(id), input)).toThrowError(code(expected));
  });

  it.each([
    ["WIRE-001", "only a signature", framed(new ProtoWriter(), 64)],
    ["WIRE-003", "no ciphertext", framed(distribution(), 64)],
    ["WIRE-004", "half a block", framed(distribution().bytes(4, new Uint8Array(8)), 64)],
    ["WIRE-004", "an empty ciphertext", framed(distribution().bytes(4, new Uint8Array(0)), 64)],
    [
      "WIRE-003",
      "no iteration",
      framed(new ProtoWriter().bytes(1, id).uint32(2, 1).bytes(4, new Uint8Array(16)), 64),
    ],
    ["WIRE-001", "more than 1 MiB", new Uint8Array(2 ** 20 + 1).fill(0x33)],
  ])("%s: a message with %s", (expected, _what, bytes) => {
    expect(() => decryptFromGroup(emptySenderKeyRecord(id), bytes)).toThrowError(code(expected));
  });

  it("reads back what it stores and nothing damaged", () => {
    const { sender, member } = group("stored");
    const held = [sender.send("a"), sender.send("b"), sender.send("c")];
    member.open(held[2] ?? new Uint8Array());
    const { senderKey } = sender;
    if (!senderKey) throw new Error("no sender key");
    expect(parseSenderKey(serializeSenderKey(senderKey))).toEqual(senderKey);
    expect(parseSenderKeyRecord(serializeSenderKeyRecord(member.record))).toEqual(member.record);
    const [state] = member.record.states;
    if (!state) throw new Error("no state");
    const store = (change: Partial<typeof state>) =>
      parseSenderKeyRecord(serializeSenderKeyRecord({ distributionId, states: [{ ...state, ...change }] }));
    const seed = new Uint8Array(32);
    const withSkipped = (...counters: number[]) => {
      const skipped = HeldKeys.none.with(counters.map((number) => ({ number, key: seed })));
      return store({ chain: { ...state.chain, skipped } });
    };
    expect(withSkipped(0, 2).states[0]?.chain.skipped).toHaveLength(2);
    for (const damage of [
      () => withSkipped(3),
      () => withSkipped(1, 1),
      () => withSkipped(2, 1),
      () => store({ firstIteration: 4 }),
      () => store({ chainId: 2 ** 31 }),
      () => store({ signingKey: new Uint8Array(33) }),
      () => parseSenderKeyRecord(serializeSenderKeyRecord({ distributionId, states: [state, state] })),
      () => parseSenderKey(serializeSenderKey({ ...senderKey, members: [] })),
      () => parseSenderKey(concatBytes(serializeSenderKey(senderKey), Uint8Array.of(0))),
    ]) {
      expect(damage).toThrowError(code("GROUP-008"));
    }
  });
});
