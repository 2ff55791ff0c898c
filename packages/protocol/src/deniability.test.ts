/// <reference lib="es2023" />
/**
 * What a recipient can prove to a third party about a conversation: nothing. Bob makes up a whole
 * conversation with Alice from his own secrets and her public identity key; a judge to whom he discloses
 * everything he could ever have accepts it exactly as a true one.
 */
import { fromBase64, fromUtf8, toBase64 } from "@cloister/bytes";
import { readProto } from "@cloister/codec";
import { describe, expect, it } from "vitest";
import type { OutgoingMessage } from "./index.ts";
import { generateKeyPair } from "./keys.ts";
import { respond } from "./pqxdh.ts";
import { decryptFromGroup } from "./sender-keys/index.ts";
import { startSpqr } from "./spqr/index.ts";
import { GroupMember, GroupSender } from "./testing/group.ts";
import { flipped } from "./testing/group-violations.ts";
import { makeParty, type Party, Side, seededRandom } from "./testing/parties.ts";

const BOB_SEED = "bob's whole randomness, which he discloses";

/** Alice's public half: all that anybody but she has of her. */
interface PublicParty {
  readonly identityKey: Uint8Array<ArrayBuffer>;
  readonly registrationId: number;
}

const publicHalf = ({ local }: Party): PublicParty => ({
  identityKey: local.identityKeyPair.publicKey,
  registrationId: local.registrationId,
});

interface Line extends OutgoingMessage {
  readonly from: "alice" | "bob";
}

interface Conversation {
  readonly lines: readonly Line[];
  /** What Bob says he wrote, in order. */
  readonly bobsTexts: readonly string[];
}

function newBob(): Side {
  const random = seededRandom(BOB_SEED);
  return new Side(makeParty(random), random);
}

/** Alice's texts as given; Bob answers after every second one. */
function talk(alice: Side, bob: Side, texts: readonly string[]): Conversation {
  const lines: Line[] = [];
  const bobsTexts: string[] = [];
  for (const [at, text] of texts.entries()) {
    const sent = alice.send(text);
    lines.push({ from: "alice", ...sent });
    bob.open(sent);
    if (at % 2 === 0) continue;
    const answer = `answer ${at}`;
    const answered = bob.send(answer);
    lines.push({ from: "bob", ...answered });
    bobsTexts.push(answer);
    alice.open(answered);
  }
  return { lines, bobsTexts };
}

/** A conversation that took place. */
function real(alice: Party, texts: readonly string[]): Conversation {
  const [side, bob] = [new Side(alice, seededRandom("alice's own")), newBob()];
  side.start(bob.party.bundle);
  return talk(side, bob, texts);
}

/**
 * The same without Alice. Each Diffie-Hellman with her identity key is computed from Bob's signed prekey
 * (X25519 is symmetric), the others from a base key that Bob draws; then he plays both ratchets.
 */
function forged(alice: PublicParty, texts: readonly string[]): Conversation {
  const [random, bob] = [seededRandom("forger"), newBob()];
  const standIn = { publicKey: alice.identityKey, privateKey: generateKeyPair(random).privateKey };
  const local = { identityKeyPair: standIn, registrationId: alice.registrationId };
  const puppet = new Side({ ...makeParty(random), local }, random);
  puppet.start(bob.party.bundle);
  const { active } = puppet.record;
  const pending = active?.origin.role === "initiator" ? active.origin.pending : undefined;
  const [chain] = active?.ratchet.receiving ?? [];
  if (!active || !pending?.kem || !chain) throw new Error("no session begun");
  const { signedPreKey, oneTimePreKey, kemPreKey } = bob.party;
  const { rootKey, chainKey, spqrKey } = respond({
    identityKeyPair: bob.party.local.identityKeyPair,
    signedPreKey,
    oneTimePreKey,
    kem: { kemPreKey, kyberCiphertext: pending.kem.kyberCiphertext },
    remoteIdentityKey: alice.identityKey,
    baseKey: active.baseKey,
  });
  if (!spqrKey) throw new Error("no post-quantum ratchet");
  const ratchet = {
    ...active.ratchet,
    rootKey,
    receiving: [{ ...chain, chainKey }],
    spqr: startSpqr(spqrKey, "initiator"),
  };
  puppet.record = { ...puppet.record, active: { ...active, ratchet } };
  return talk(puppet, bob, texts);
}

/**
 * Everything a third party can check, given all of Bob's secrets and randomness: his keys are those he
 * published, each message from Alice authenticates under them and names her identity, and each of his own
 * is the one that his randomness gives, byte for byte. Returns what Alice is said to have written.
 */
function judge(alice: PublicParty, published: Side["party"]["bundle"], { lines, bobsTexts }: Conversation) {
  const bob = newBob();
  expect(bob.party.bundle).toEqual(published);
  const texts = [...bobsTexts];
  const hers: string[] = [];
  for (const { from, ...message } of lines) {
    if (from === "bob") {
      expect(message).toEqual(bob.send(texts.shift() ?? ""));
      continue;
    }
    hers.push(fromUtf8(bob.open(message)));
    const { active } = bob.record;
    expect([active?.remoteIdentityKey, active?.remoteRegistrationId]).toEqual([
      alice.identityKey,
      alice.registrationId,
    ]);
  }
  expect(texts).toEqual([]);
  return hers;
}

/** What shows on the wire without any key: kinds, lengths and the fields' lengths. */
function shapeOf({ lines }: Conversation) {
  return lines.map(({ from, type, bytes }) => {
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8] as const;
    const body = bytes.subarray(1, type === 2 ? -8 : undefined);
    const present = numbers.map((number) => {
      for (const kind of ["bytes", "uint32"] as const) {
        try {
          const { field } = readProto(body, { field: [number, kind] });
          return typeof field === "object" ? field.length : kind;
        } catch {
          // the other kind
        }
      }
      return "none";
    });
    return [from, type, bytes.length, present];
  });
}

const alice = makeParty(seededRandom("alice"));
const bundle = newBob().party.bundle;
const texts = Array.from({ length: 60 }, (_, at) => `I told you so ${at}`);

describe("a one-to-one conversation", () => {
  const [genuine, madeUp] = [real(alice, texts), forged(publicHalf(alice), texts)];

  it("can be made up by its recipient, and every check a third party has accepts both alike", () => {
    expect(judge(publicHalf(alice), bundle, genuine)).toEqual(texts);
    expect(judge(publicHalf(alice), bundle, madeUp)).toEqual(texts);
    expect(shapeOf(madeUp)).toEqual(shapeOf(genuine));
    expect(madeUp.lines.map(({ type }) => type)).toContain(3);
    expect(madeUp.lines.map(({ type }) => type)).toContain(2);
  });

  it("can be made up with words that she never wrote", () => {
    const words = ["I confess", "to all of it"];
    expect(judge(publicHalf(alice), bundle, forged(publicHalf(alice), words))).toEqual(words);
  });

  it("is judged by a check that can fail", () => {
    const carol = publicHalf(makeParty(seededRandom("carol")));
    expect(() => judge(carol, bundle, genuine)).toThrowError(/to deeply equal/);
    for (const { lines, bobsTexts } of [genuine, madeUp]) {
      const broken = lines.map((line, at) => (at === 7 ? { ...line, bytes: flipped(line.bytes, -1) } : line));
      expect(() => judge(publicHalf(alice), bundle, { lines: broken, bobsTexts })).toThrowError(
        /authenticate|deeply equal/,
      );
      const other = [...bobsTexts.slice(1), "something else"];
      expect(() => judge(publicHalf(alice), bundle, { lines, bobsTexts: other })).toThrowError(
        /deeply equal/,
      );
    }
  });
});

// Group messages are signed, but by a key that only one-to-one sessions tie to its sender.
describe("a group conversation", () => {
  const said = (sender: GroupSender) => ({
    distribution: toBase64(sender.share("bob.1", "carol.1").distribution),
    message: sender.send("for everybody to read"),
  });

  /** What a third party can check of a group message that one member shows: the distribution and its signature. */
  function judgeGroup(conversation: Conversation, message: Uint8Array): string {
    const [distribution = ""] = judge(publicHalf(alice), bundle, conversation);
    const { record } = new GroupMember().accept(fromBase64(distribution));
    return fromUtf8(decryptFromGroup(record, message).plaintext);
  }

  it("can be made up by one member for an outsider", () => {
    const hers = said(new GroupSender("alice's sender key"));
    expect(judgeGroup(real(alice, [hers.distribution]), hers.message)).toBe("for everybody to read");
    const made = said(new GroupSender("a sender key that Bob drew"));
    const conversation = forged(publicHalf(alice), [made.distribution]);
    expect(judgeGroup(conversation, made.message)).toBe("for everybody to read");
  });

  it("cannot be made up for another member, who got the sender's key from the sender", () => {
    const hers = said(new GroupSender("alice's sender key"));
    const carol = new GroupMember().accept(fromBase64(hers.distribution));
    const made = said(new GroupSender("a sender key that Bob drew"));
    expect(() => carol.open(made.message)).toThrowError(expect.objectContaining({ code: "GROUP-002" }));
    expect(carol.open(hers.message)).toBe("for everybody to read");
  });
});
