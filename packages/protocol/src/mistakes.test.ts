/// <reference lib="es2023" />
/**
 * What quick implementations of this protocol get wrong, each as an attempt that such a one would let pass, and
 * the rule by which it is refused here. Where a mistake loses messages instead, the attempt must succeed.
 */
import { concatBytes, equalBytes, fromUtf8, toUtf8 } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { ed25519Sign, hkdfSha256, hmacSha256, kyber1024Encapsulate, sha256 } from "@cloister/crypto";
import { describe, expect, it } from "vitest";
import {
  decryptMessage,
  encrypt,
  expireRecord,
  type RuleId,
  type SessionRecord,
  serializeSessionRecord,
} from "./index.ts";
import { messageKeys, messageSeed, nextChainKey } from "./kdf.ts";
import { agree, encodeKem, generateKeyPair, rawKem } from "./keys.ts";
import { newChain } from "./receiving-chain.ts";
import { absentSpqr, sendSpqr, startSpqr } from "./spqr/index.ts";
import {
  openFirstWith,
  openFirstWithout,
  openJump,
  startWith,
  withRatchet,
  withSending,
} from "./testing/attempts.ts";
import { forge } from "./testing/forge.ts";
import { conversation, Side, seededRandom, twoClassicSides, twoSides } from "./testing/parties.ts";
import { readPreKeySignalMessage, readSignalMessage, writeSignalMessage } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const months = (count: number) => count * 30 * 86_400_000;

/** A conversation in which it is Alice's turn, with her chain open. */
function talking(seed: string): { alice: Side; bob: Side } {
  const sides = conversation(seed);
  sides.bob.open(sides.alice.send("opens the chain"));
  return sides;
}

const sendAs = (record: SessionRecord, side: Side) => encrypt(record, toUtf8("x"), side.random).message;

/** A message with one of its fields changed under the same MAC. */
function openChanged(change: Partial<Parameters<typeof writeSignalMessage>[0]>): void {
  const { alice, bob } = talking("header");
  const message = readSignalMessage(alice.send("x").bytes);
  const fields = writeSignalMessage({ ...message, ...change });
  bob.open({ type: 2, bytes: concatBytes(fields, message.mac) });
}

/** Whom the session is with, for the one who reads. */
function openWithIdentities(change: { localIdentityKey?: Bytes; remoteIdentityKey?: Bytes }): void {
  const { alice, bob } = talking("identities");
  const { active } = bob.record;
  if (active) bob.record = { ...bob.record, active: { ...active, ...change } };
  bob.open(alice.send("x"));
}

/** How an initiator derives its first keys. */
interface Derivation {
  readonly prefix: Uint8Array;
  readonly salt: Uint8Array;
  readonly info: string;
}
const right: Derivation = {
  prefix: new Uint8Array(32).fill(0xff),
  salt: new Uint8Array(32),
  info: "WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024",
};

/** A first message from an initiator that derives its keys like this, and sees to everything else. */
function openDerived({ prefix, salt, info }: Derivation): void {
  const { alice, bob } = twoSides("derivation");
  const { random } = alice;
  const { privateKey, publicKey } = alice.party.local.identityKeyPair;
  const { local, signedPreKey, oneTimePreKey, kemPreKey } = bob.party;
  const base = generateKeyPair(random);
  const kem = kyber1024Encapsulate({ publicKey: rawKem(kemPreKey.publicKey), random });
  const ikm = concatBytes(
    prefix,
    agree(privateKey, signedPreKey.publicKey),
    agree(base.privateKey, local.identityKeyPair.publicKey),
    agree(base.privateKey, signedPreKey.publicKey),
    agree(base.privateKey, oneTimePreKey.publicKey),
    kem.sharedSecret,
  );
  const keys = hkdfSha256({ ikm, salt, info, lengthBytes: 96 });
  const pending = {
    preKeyId: oneTimePreKey.id,
    signedPreKeyId: signedPreKey.id,
    kem: { kyberPreKeyId: kemPreKey.id, kyberCiphertext: encodeKem(kem.ciphertext) },
    startedAtMs: 0,
  };
  alice.record = {
    active: {
      version: 4,
      origin: { role: "initiator", pending },
      baseKey: base.publicKey,
      localIdentityKey: publicKey,
      remoteIdentityKey: local.identityKeyPair.publicKey,
      localRegistrationId: 7,
      remoteRegistrationId: 7,
      ratchet: {
        rootKey: keys.slice(0, 32),
        sending: { kind: "due", previousCounter: 0 },
        receiving: [newChain(signedPreKey.publicKey, keys.slice(32, 64))],
        spqr: startSpqr(keys.slice(64), "initiator"),
      },
    },
    archived: [],
    highestGrade: "spqr",
  };
  bob.open(alice.send("hello"));
}

/** A message whose MAC leaves the identities out, or is not keyed by the chain. */
function openWithMac(macOf: (keys: { macKey: Bytes }, body: Bytes) => Bytes): void {
  const { alice, bob } = talking("mac");
  const message = readSignalMessage(alice.send("probe").bytes);
  const record = alice.record.active;
  if (record?.ratchet.sending.kind !== "open") throw new Error("no open chain");
  const { key } = sendSpqr(record.ratchet.spqr, alice.random);
  const body = concatBytes(message.authenticated);
  const keys = messageKeys(messageSeed(record.ratchet.sending.chainKey), key);
  bob.open({ type: 2, bytes: concatBytes(body, macOf(keys, body).subarray(0, 8)) });
}

/** Bob's answer to a first message that was changed on its way: none of his state may have changed. */
function openAfterForgery(): void {
  const { alice, bob } = twoSides("forgery");
  alice.start(bob.party.bundle);
  const first = alice.send("hello");
  const forged = first.bytes.slice();
  const inside = readPreKeySignalMessage(first.bytes).message.mac;
  const at = first.bytes.findIndex((_, from) => equalBytes(first.bytes.subarray(from, from + 8), inside));
  forged[at] = (forged[at] ?? 0) ^ 1;
  const before = [serializeSessionRecord(bob.record), bob.party.oneTimePreKey.privateKey.slice()];
  expect(() => bob.open({ type: 3, bytes: forged })).toThrowError(refusedBy("RATCHET-001"));
  expect([serializeSessionRecord(bob.record), bob.party.oneTimePreKey.privateKey]).toEqual(before);
  expect(fromUtf8(bob.open(first))).toBe("hello");
}

const refusedBy = (code: RuleId) => expect.objectContaining({ code }) as Error;
const publicKey = (fill: number) => concatBytes(Uint8Array.of(5), new Uint8Array(32).fill(fill));

interface Mistake {
  readonly mistake: string;
  /** None where the attempt has to succeed. */
  readonly rule?: RuleId;
  readonly attempt: () => unknown;
}

const mistakes: readonly Mistake[] = [
  // The key agreement.
  {
    mistake: "the signature of the signed prekey is not checked",
    rule: "PQXDH-001",
    attempt: () => startWith((_, { oneTimePreKey }) => ({ signedPreKey: oneTimePreKey.publicKey })),
  },
  {
    mistake: "the KEM prekey is not signed",
    rule: "PQXDH-002",
    attempt: () => startWith((bundle) => ({ kyberPreKeySignature: bundle.signedPreKeySignature })),
  },
  {
    mistake: "Ed25519 of a converted key instead of XEdDSA",
    rule: "PQXDH-001",
    attempt: () =>
      startWith(({ signedPreKey }, { local }) => ({
        signedPreKeySignature: ed25519Sign(local.identityKeyPair.privateKey, signedPreKey),
      })),
  },
  {
    mistake: "the 32 bytes 0xFF in front are left out",
    rule: "RATCHET-001",
    attempt: () => openDerived({ ...right, prefix: new Uint8Array() }),
  },
  {
    mistake: "another salt",
    rule: "RATCHET-001",
    attempt: () => openDerived({ ...right, salt: new Uint8Array(32).fill(1) }),
  },
  {
    mistake: "another info",
    rule: "RATCHET-001",
    attempt: () => openDerived({ ...right, info: "WhisperText" }),
  },
  { mistake: "the right derivation is refused as well", attempt: () => openDerived(right) },
  {
    mistake: "the responder does not begin with its signed prekey",
    attempt: () => {
      const { alice, bob } = twoClassicSides("responder");
      alice.start(bob.party.classicBundle);
      bob.open(alice.send("hello"));
      alice.open(bob.send("hello back"));
    },
  },
  {
    mistake: "an all-zero public key",
    rule: "KEY-004",
    attempt: () => startWith(() => ({ preKey: publicKey(0) })),
  },
  {
    mistake: "a public key of low order",
    rule: "KEY-004",
    attempt: () => openFirstWith({ baseKey: concatBytes(Uint8Array.of(5, 1), new Uint8Array(31)) }),
  },
  {
    mistake: "a public key that is not canonical",
    rule: "KEY-003",
    attempt: () => openFirstWith({ baseKey: publicKey(0xff) }),
  },
  {
    mistake: "no type byte: a KEM type for a curve key",
    rule: "WIRE-005",
    attempt: () =>
      startWith((_, { oneTimePreKey }) => ({
        preKey: concatBytes(Uint8Array.of(8), oneTimePreKey.publicKey.subarray(1)),
      })),
  },
  {
    mistake: "no type byte: a curve type for a KEM key",
    rule: "WIRE-006",
    attempt: () =>
      startWith((_, { kemPreKey }) => ({
        kyberPreKey: concatBytes(Uint8Array.of(5), kemPreKey.publicKey.subarray(1)),
      })),
  },
  {
    mistake: "a one-time prekey serves twice",
    rule: "PQXDH-005",
    attempt: () => openFirstWithout("oneTimePreKey"),
  },
  {
    mistake: "a one-time KEM prekey serves twice",
    rule: "PQXDH-006",
    attempt: () => openFirstWithout("kemPreKey"),
  },
  {
    mistake: "a signed prekey is never retired",
    rule: "PQXDH-004",
    attempt: () => openFirstWithout("signedPreKey"),
  },
  {
    mistake: "a first message to the last-resort key is accepted again after state loss",
    rule: "PQXDH-007",
    attempt: () => {
      const { alice, bob } = twoSides("last resort", true);
      alice.start(bob.party.bundle);
      const first = alice.send("hello");
      bob.open(first);
      bob.record = twoSides("nothing").bob.record;
      bob.open(first);
    },
  },

  // The identities.
  {
    mistake: "the reader's identity is not bound",
    rule: "RATCHET-001",
    attempt: () => openWithIdentities({ localIdentityKey: publicKey(9) }),
  },
  {
    mistake: "the writer's identity is not bound",
    rule: "RATCHET-001",
    attempt: () => openWithIdentities({ remoteIdentityKey: publicKey(9) }),
  },
  {
    mistake: "the MAC covers the message alone",
    rule: "RATCHET-001",
    attempt: () => openWithMac(({ macKey }, body) => hmacSha256(macKey, body)),
  },
  {
    mistake: "a changed identity is trusted silently",
    rule: "IDENTITY-001",
    attempt: () => {
      const { alice, bob } = talking("changed");
      const reinstalled = twoSides("reinstalled").alice;
      reinstalled.start(bob.party.bundle);
      bob.open(reinstalled.send("it is still me"));
      alice.send("it is not");
    },
  },
  {
    mistake: "a message that was made for somebody else is opened",
    rule: "WIRE-008",
    attempt: () => {
      const { alice, bob } = talking("names");
      const bytes = forge(alice, { extra: new ProtoWriter().bytes(6, new Uint8Array(36)).finish() });
      const address = (fill: number) => ({ serviceId: new Uint8Array(17).fill(fill), deviceId: 1 });
      decryptMessage(bob.record, bytes, { local: address(1), remote: address(2) });
    },
  },

  // The header.
  {
    mistake: "the counter is not authenticated",
    rule: "RATCHET-001",
    attempt: () => openChanged({ counter: 9 }),
  },
  {
    mistake: "the previous counter is not authenticated",
    rule: "RATCHET-001",
    attempt: () => openChanged({ previousCounter: 9 }),
  },
  {
    mistake: "the ratchet key is not authenticated",
    rule: "RATCHET-006",
    attempt: () => openChanged({ ratchetKey: publicKey(9) }),
  },
  {
    mistake: "the post-quantum field is not authenticated",
    rule: "RATCHET-001",
    attempt: () => openChanged({ spqrField: Uint8Array.of(1, 1, 9, 0) }),
  },
  {
    mistake: "the version is not authenticated",
    rule: "PROTOCOL_VERSION",
    attempt: () => openChanged({ version: 3, spqrField: undefined }),
  },
  {
    mistake: "a MAC without a key",
    rule: "RATCHET-001",
    attempt: () => openWithMac((_, body) => sha256(body)),
  },

  // The chains.
  {
    mistake: "the chain steps by SHA-256",
    rule: "RATCHET-001",
    attempt: () => {
      const { alice, bob } = talking("sha-256");
      bob.open(
        sendAs(
          withSending(alice, ({ chainKey, counter }) => ({
            chainKey: sha256(chainKey),
            counter: counter + 1,
          })),
          alice,
        ),
      );
    },
  },
  {
    mistake: "the right chain is refused as well",
    attempt: () => {
      const { alice, bob } = talking("hmac");
      const record = withSending(alice, ({ chainKey, counter }) => ({
        chainKey: nextChainKey(chainKey),
        counter: counter + 1,
      }));
      bob.open(sendAs(record, alice));
    },
  },
  {
    mistake: "the root key is not the salt",
    rule: "RATCHET-001",
    attempt: () => {
      const { alice, bob } = conversation("root");
      bob.open(
        sendAs(
          withRatchet(alice, (ratchet) => ({ ...ratchet, rootKey: new Uint8Array(32) })),
          alice,
        ),
      );
    },
  },
  {
    mistake: "one lost message ends the session",
    attempt: () => {
      const { alice, bob } = talking("lost");
      const late = alice.send("late");
      bob.open(alice.send("on time"));
      expect(fromUtf8(bob.open(late))).toBe("late");
    },
  },
  { mistake: "skips are not bounded", rule: "RATCHET-002", attempt: () => openJump(25_000) },
  {
    mistake: "skipped keys are kept without number",
    rule: "RATCHET-004",
    attempt: () => {
      const { alice, bob } = talking("kept");
      const late = alice.send("late");
      for (let count = 0; count < 2000; count += 1) alice.send("lost");
      bob.open(alice.send("on time"));
      bob.open(late);
    },
  },
  {
    mistake: "skipped keys never expire",
    rule: "RATCHET-004",
    attempt: () => {
      const { alice, bob } = talking("expired");
      const late = alice.send("late");
      bob.open(alice.send("on time"));
      for (const nowMs of [months(1), months(2)]) bob.commit(expireRecord(bob.record, nowMs));
      bob.open(late);
    },
  },
  {
    mistake: "an old chain stays open beyond its declared end",
    rule: "RATCHET-005",
    attempt: () => {
      const { alice, bob } = talking("closed");
      const clone = alice.record;
      alice.open(bob.send("answer"));
      bob.open(alice.send("a new chain"));
      bob.open(sendAs(clone, alice));
    },
  },
  {
    mistake: "an old chain is dropped with the messages that are still on their way",
    attempt: () => {
      const { alice, bob } = talking("old chain");
      const late = alice.send("late");
      alice.open(bob.send("answer"));
      bob.open(alice.send("a new chain"));
      expect(fromUtf8(bob.open(late))).toBe("late");
    },
  },
  {
    mistake: "a duplicate is opened again",
    rule: "RATCHET-003",
    attempt: () => {
      const { alice, bob } = talking("duplicate");
      const sent = alice.send("once");
      bob.open(sent);
      bob.open(sent);
    },
  },
  {
    mistake: "the counter overflows",
    rule: "RATCHET-007",
    attempt: () => {
      const { alice } = talking("overflow");
      sendAs(
        withSending(alice, () => ({ counter: 2 ** 32 })),
        alice,
      );
    },
  },

  // The state.
  { mistake: "state or prekeys change before the message authenticates", attempt: openAfterForgery },
  {
    mistake: "the padding is looked at before the MAC",
    rule: "RATCHET-001",
    attempt: () => {
      const { alice, bob } = talking("padding");
      const bytes = forge(alice, { badPadding: true });
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      bob.open({ type: 2, bytes });
    },
  },
  {
    mistake: "a sender that was rolled back goes on under its old keys",
    rule: "RATCHET-006",
    attempt: () => {
      const { alice, bob } = conversation("rollback");
      const clone = new Side(alice.party, seededRandom("clone"));
      clone.record = alice.record;
      bob.open(alice.send("a new chain"));
      bob.open(clone.send("another one"));
    },
  },
  {
    mistake: "a used key is kept",
    attempt: () => {
      const { alice, bob } = talking("erased");
      const step = encrypt(alice.record, toUtf8("x"), alice.random);
      const { sending } = alice.record.active?.ratchet ?? {};
      expect(sending?.kind === "open" && step.erase.includes(sending.chainKey)).toBe(true);
      bob.open(step.message);
    },
  },
  {
    mistake: "the prekey header is sent once instead of until the answer",
    attempt: () => {
      const { alice, bob } = twoSides("header until answered");
      alice.start(bob.party.bundle);
      alice.send("lost");
      expect(fromUtf8(bob.open(alice.send("opens the session")))).toBe("opens the session");
    },
  },
  {
    mistake: "a session that nobody answers is used for ever",
    rule: "SESSION-001",
    attempt: () => {
      const { alice, bob } = twoSides("unanswered");
      alice.start(bob.party.bundle);
      sendAs(expireRecord(alice.record, months(1) + 1).record, alice);
    },
  },
  {
    mistake: "an inactive session is dropped, and does not come back when the other side uses it",
    attempt: () => {
      const { alice, bob } = talking("inactive");
      const late = bob.send("on the first session");
      alice.start(bob.party.bundle);
      expect(fromUtf8(alice.open(late))).toBe("on the first session");
      expect(alice.send("and back").type).toBe(2);
    },
  },

  // The bytes.
  {
    mistake: "a field comes twice",
    rule: "WIRE-002",
    attempt: () => {
      const { alice, bob } = talking("twice");
      bob.open({ type: 2, bytes: forge(alice, { extra: new ProtoWriter().uint32(2, 0).finish() }) });
    },
  },
  {
    mistake: "bytes are left at the end",
    rule: "WIRE-002",
    attempt: () => {
      const { alice, bob } = twoSides("trailing");
      alice.start(bob.party.bundle);
      bob.openFirst(concatBytes(alice.send("x").bytes, Uint8Array.of(0)));
    },
  },
  {
    mistake: "lengths are not bounded",
    rule: "WIRE-001",
    attempt: () => talking("long").bob.open({ type: 2, bytes: new Uint8Array(2 ** 20 + 1).fill(0x44) }),
  },

  // Downgrades.
  {
    mistake: "version 3 will do where a post-quantum key was offered",
    rule: "PROTOCOL_VERSION",
    attempt: () => {
      const { alice, bob } = twoSides("version 3");
      alice.start(bob.party.classicBundle);
    },
  },
  {
    mistake: "version 3 will do for a device that had more",
    rule: "DOWNGRADE-001",
    attempt: () => {
      const { alice, bob } = talking("had more");
      alice.minimum = "v3";
      alice.start(bob.party.classicBundle);
    },
  },
  {
    mistake: "a first message without the post-quantum ratchet will do",
    rule: "SPQR-001",
    attempt: () => {
      const { alice, bob } = twoSides("without");
      alice.start(bob.party.bundle);
      bob.open(
        sendAs(
          withRatchet(alice, (ratchet) => ({ ...ratchet, spqr: absentSpqr })),
          alice,
        ),
      );
    },
  },
  {
    mistake: "the post-quantum ratchet may stop within a session",
    rule: "SPQR-001",
    attempt: () => {
      const { alice, bob } = talking("stops");
      bob.open(
        sendAs(
          withRatchet(alice, (ratchet) => ({ ...ratchet, spqr: absentSpqr })),
          alice,
        ),
      );
    },
  },
];

describe("the mistakes of quick implementations", () => {
  const refused = mistakes.flatMap(({ mistake, rule, attempt }) =>
    rule ? [{ mistake, rule, attempt }] : [],
  );
  const succeeding = mistakes.filter(({ rule }) => rule === undefined);

  it.each(refused)("$mistake: $rule", ({ rule, attempt }) => {
    expect(attempt).toThrowError(refusedBy(rule));
  });

  it.each(succeeding)("not here: $mistake", ({ attempt }) => {
    expect(attempt).not.toThrow();
  });

  it("are told apart", () => {
    const names = mistakes.map(({ mistake }) => mistake);
    expect(new Set(names).size).toBe(names.length);
  });
});
