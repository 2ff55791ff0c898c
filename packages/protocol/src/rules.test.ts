import { concatBytes, fromHex, toHex, toUtf8, uint32 } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { x25519, xeddsaSign } from "@cloister/crypto";
import { describe, expect, it } from "vitest";
import { checkAddresses } from "./addresses.ts";
import { HeldKeys } from "./held-keys.ts";
import {
  createKemPreKey,
  createOneTimePreKeys,
  createSignedPreKey,
  decryptMessage,
  emptyRecord,
  encrypt,
  inspectPreKeyMessage,
  listRules,
  matchesScannedSafetyNumber,
  parseSessionRecord,
  type RuleId,
  readDecryptionError,
  safetyNumber,
  serializeSessionRecord,
  startSession,
} from "./index.ts";
import { openFirstWith, openFirstWithout, openJump, startWith, withSending } from "./testing/attempts.ts";
import { forge } from "./testing/forge.ts";
import { frankingViolations } from "./testing/franking-violations.ts";
import { groupViolations } from "./testing/group-violations.ts";
import { conversation, seededRandom, twoSides } from "./testing/parties.ts";
import { sealedViolations } from "./testing/sealed-violations.ts";
import { spqrViolations } from "./testing/spqr-violations.ts";
import { readPreKeySignalMessage, writePreKeySignalMessage } from "./wire.ts";

const random = seededRandom("rules");

const inner = (change: (writer: ProtoWriter) => ProtoWriter) =>
  concatBytes(Uint8Array.of(0x44), change(new ProtoWriter()).finish(), new Uint8Array(8));
const address = (last: number) => ({ serviceId: new Uint8Array(17).fill(last, 16), deviceId: 1 });
const key33 = concatBytes(Uint8Array.of(5), new Uint8Array(32).fill(9));

/** The sum with the point of order two, (0, 0): its u is the inverse of the key's. */
function addTorsion(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  const p = 2n ** 255n - 19n;
  let [base, inverse] = [BigInt(`0x${toHex(encoded.slice(1).toReversed())}`), 1n];
  for (let exponent = p - 2n; exponent > 0n; exponent >>= 1n, base = (base * base) % p) {
    if (exponent & 1n) inverse = (inverse * base) % p;
  }
  const raw = fromHex(inverse.toString(16).padStart(64, "0")).toReversed();
  return concatBytes(encoded.subarray(0, 1), raw);
}

/** For each rule, an input that breaks it and nothing else. The type makes a missing rule a compile error. */
const violations: Record<RuleId, () => unknown> = {
  PROTOCOL_VERSION: () => {
    const { alice, bob } = conversation("version");
    const { bytes } = alice.send("downgraded");
    bytes[0] = 0x33;
    bob.open({ type: 2, bytes });
  },
  "DOWNGRADE-001": () => {
    const { alice, bob } = conversation("downgrade");
    alice.minimum = "v3";
    alice.start(bob.party.classicBundle);
  },
  "WIRE-001": () => inspectPreKeyMessage(new Uint8Array(1)),
  "WIRE-002": () =>
    decryptMessage(
      emptyRecord,
      inner((w) => w.bytes(1, key33).uint32(2, 0).uint32(2, 0).bytes(4, new Uint8Array(16))),
    ),
  "WIRE-003": () =>
    decryptMessage(
      emptyRecord,
      inner((w) => w.bytes(1, key33).uint32(2, 0)),
    ),
  "WIRE-004": () =>
    decryptMessage(
      emptyRecord,
      inner((w) => w.bytes(1, key33).uint32(2, 0).bytes(4, new Uint8Array(15))),
    ),
  "WIRE-005": () =>
    startWith(({ preKey }) => ({ preKey: concatBytes(Uint8Array.of(8), preKey?.subarray(1) ?? key33) })),
  "WIRE-006": () => startWith(({ kyberPreKey }) => ({ kyberPreKey: kyberPreKey?.subarray(1) ?? key33 })),
  "WIRE-007": () => readDecryptionError(Uint8Array.of(0xc0, 0x0a, 0x00, 0x80)),
  "WIRE-008": () => checkAddresses(new Uint8Array(36), { local: address(1), remote: address(2) }),
  "KEY-001": () => {
    const { local } = twoSides("key").alice.party;
    const identityKeyPair = { ...local.identityKeyPair, privateKey: new Uint8Array(31) };
    createSignedPreKey({ identityKeyPair, id: 1, random });
  },
  "KEY-002": () => createOneTimePreKeys({ firstId: 0, count: 1, random }),
  "KEY-003": () =>
    startWith(() => ({ preKey: concatBytes(Uint8Array.of(5), new Uint8Array(32).fill(0xff)) })),
  "KEY-004": () => startWith(() => ({ preKey: concatBytes(Uint8Array.of(5), new Uint8Array(32)) })),
  "IDENTITY-001": () => {
    const { alice } = conversation("identity");
    alice.start(twoSides("somebody else").bob.party.bundle);
  },
  "PQXDH-001": () => startWith(() => ({ signedPreKeySignature: new Uint8Array(64) })),
  "PQXDH-002": () =>
    startWith(({ signedPreKeySignature }) => ({ kyberPreKeySignature: signedPreKeySignature })),
  "PQXDH-003": () =>
    startWith((_, { local }) => {
      const kyberPreKey = concatBytes(Uint8Array.of(8), new Uint8Array(1568).fill(0xff));
      const { privateKey } = local.identityKeyPair;
      return { kyberPreKey, kyberPreKeySignature: xeddsaSign({ privateKey, message: kyberPreKey, random }) };
    }),
  "PQXDH-004": () => openFirstWithout("signedPreKey"),
  "PQXDH-005": () => openFirstWithout("oneTimePreKey"),
  "PQXDH-006": () => openFirstWithout("kemPreKey"),
  "PQXDH-007": () => {
    const { alice, bob } = twoSides("replay", true);
    alice.start(bob.party.bundle);
    const first = alice.send("once");
    bob.open(first);
    bob.record = emptyRecord;
    bob.open(first);
  },
  "PQXDH-008": () => {
    const { alice, bob } = twoSides("repetition");
    alice.start(bob.party.bundle);
    bob.open(alice.send("one"));
    const { message, ...outer } = readPreKeySignalMessage(alice.send("two").bytes);
    const bytes = concatBytes(message.authenticated, message.mac);
    const changed = { ...outer, registrationId: outer.registrationId + 1, message: bytes };
    bob.openFirst(writePreKeySignalMessage(changed));
  },
  "RATCHET-001": () => {
    const { alice, bob } = conversation("mac");
    const { bytes } = alice.send("tampered");
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    bob.open({ type: 2, bytes });
  },
  "RATCHET-002": () => openJump(25_000),
  "RATCHET-003": () => {
    const { alice, bob } = conversation("duplicate");
    const sent = alice.send("once");
    bob.open(sent);
    bob.open(sent);
  },
  "RATCHET-004": () => {
    const { alice, bob } = conversation("late");
    const late = alice.send("late");
    for (let count = 0; count < 2000; count += 1) alice.send("lost");
    bob.open(alice.send("on time"));
    bob.open(late);
  },
  "RATCHET-005": () => {
    const { alice, bob } = conversation("closed");
    bob.open(alice.send("first"));
    const clone = alice.record;
    alice.open(bob.send("answer"));
    bob.open(alice.send("new chain, which ends the old one"));
    bob.open(encrypt(clone, toUtf8("beyond the end"), random).message);
  },
  "RATCHET-006": () => {
    const { alice, bob } = conversation("turn");
    const clone = alice.record;
    bob.open(alice.send("new ratchet key"));
    bob.open(encrypt(clone, toUtf8("another new ratchet key"), random).message);
  },
  "RATCHET-007": () => {
    const { alice } = conversation("used up");
    alice.send("opens the chain");
    encrypt(
      withSending(alice, () => ({ counter: 2 ** 32 })),
      toUtf8("one too many"),
      random,
    );
  },
  "RATCHET-008": () => {
    const { alice, bob } = conversation("padding");
    bob.open(alice.send("opens the chain"));
    decryptMessage(bob.record, forge(alice, { badPadding: true }));
  },
  ...spqrViolations,
  ...groupViolations,
  ...sealedViolations,
  ...frankingViolations,
  "SESSION-001": () => encrypt(emptyRecord, new Uint8Array(1), random),
  "SESSION-002": () =>
    parseSessionRecord(serializeSessionRecord(conversation("stored").alice.record).subarray(0, -1)),
  "SESSION-003": () => parseSessionRecord(fromHex("a166666f726d617402")),
  "SAFETY-001": () =>
    safetyNumber({
      localId: new Uint8Array(),
      localIdentityKey: key33,
      remoteId: uint32(1),
      remoteIdentityKey: key33,
    }),
  "SAFETY-002": () => {
    const own = safetyNumber({
      localId: uint32(1),
      localIdentityKey: key33,
      remoteId: uint32(2),
      remoteIdentityKey: key33,
    });
    matchesScannedSafetyNumber(own, own.qr.subarray(1));
  },
};

describe("rules", () => {
  it.each(Object.entries(violations))("%s refuses what breaks it", (code, violate) => {
    expect(violate).toThrowError(expect.objectContaining({ code }));
  });

  it("says each rule in a sentence of its own and names its source", () => {
    const rules = listRules();
    expect(new Set(rules.map((rule) => rule.sentence)).size).toBe(rules.length);
    expect(rules.every((rule) => rule.clause.length > 0)).toBe(true);
  });

  it("accepts the limits themselves", () => {
    // The MAC fails, because the skipped chain was never derived: the jump itself was accepted.
    expect(() => openJump(24_999)).toThrowError(expect.objectContaining({ code: "RATCHET-001" }));
  });

  it("refuses every downgrade of a first message", () => {
    const code = (id: RuleId) => expect.objectContaining({ code: id }) as Error;
    const downgrade = code("PROTOCOL_VERSION");
    const { alice, bob } = twoSides("downgrade");
    alice.start(bob.party.bundle);
    const { bytes } = alice.send("hello");
    const { message, ...outer } = readPreKeySignalMessage(bytes);
    const withoutKem = new ProtoWriter()
      .bytes(2, outer.baseKey)
      .bytes(3, outer.identityKey)
      .bytes(4, concatBytes(message.authenticated, message.mac))
      .uint32(5, outer.registrationId)
      .uint32(6, outer.signedPreKeyId)
      .finish();
    expect(() => bob.openFirst(concatBytes(Uint8Array.of(0x44), withoutKem))).toThrowError(downgrade);
    for (const version of [0x22, 0x33, 0x34, 0x43, 0x45, 0x54]) {
      const changed = concatBytes(Uint8Array.of(version), bytes.subarray(1));
      expect(() => bob.openFirst(changed)).toThrowError(downgrade);
    }
    const classic = concatBytes(Uint8Array.of(0x33), withoutKem);
    expect(() => bob.openFirst(classic)).toThrowError(downgrade);
    const { kyberPreKey: _key, ...bundle } = bob.party.bundle;
    expect(() => alice.start(bundle)).toThrowError(code("WIRE-003"));
    expect(() => alice.start(bob.party.classicBundle)).toThrowError(downgrade);
  });

  it("refuses a base key with a torsion part, whose Diffie-Hellman looks ordinary", () => {
    const torsioned = fromHex("053da8e774947065741fa2ac667994baf883772f2659e6ec33bbe6ca15198b6a0b");
    const refused = expect.objectContaining({ code: "KEY-004" }) as Error;
    expect(() => openFirstWith({ baseKey: torsioned })).toThrowError(refused);
  });

  it("refuses an identity key that a torsion part was added to, though it agrees like the true one", () => {
    const code = (id: RuleId) => expect.objectContaining({ code: id }) as Error;
    const { publicKey, privateKey } = twoSides("first").alice.party.local.identityKeyPair;
    const changed = addTorsion(publicKey);
    const own = createOneTimePreKeys({ firstId: 1, count: 1, random })[0]?.privateKey ?? privateKey;
    expect(x25519(own, changed.slice(1))).toEqual(x25519(own, publicKey.slice(1)));
    expect(() => openFirstWith({ identityKey: changed })).toThrowError(code("RATCHET-001"));
    expect(() => startWith(({ identityKey }) => ({ identityKey: addTorsion(identityKey) }))).toThrowError(
      code("PQXDH-001"),
    );
  });

  it.each([0, 1, 9])("refuses keys of low order or a second encoding (%d)", (u) => {
    const key = Uint8Array.of(5, u, ...new Uint8Array(31));
    if (u === 9) key[32] = 0x80;
    const refused = expect.objectContaining({ code: u === 9 ? "KEY-003" : "KEY-004" }) as Error;
    expect(() => startWith(() => ({ preKey: key }))).toThrowError(refused);
    expect(() => openFirstWith({ identityKey: key })).toThrowError(refused);
    expect(() => openFirstWith({ baseKey: key })).toThrowError(refused);
    expect(() =>
      startWith((_, { local }) => {
        const { privateKey } = local.identityKeyPair;
        const signedPreKeySignature = xeddsaSign({ privateKey, message: key, random });
        return { signedPreKey: key, signedPreKeySignature };
      }),
    ).toThrowError(refused);
  });

  it("refuses a ratchet key that is not canonical", () => {
    const { alice, bob } = conversation("ratchet key");
    const { bytes } = alice.send("x");
    bytes.fill(0xff, 4, 36); // version byte, tag, length, 0x05, then the key
    expect(() => bob.open({ type: 2, bytes })).toThrowError(expect.objectContaining({ code: "KEY-003" }));
  });

  it("refuses a first message under the base key of a session that this side began", () => {
    const { alice, bob } = twoSides("reflected");
    alice.start(bob.party.bundle);
    const own = readPreKeySignalMessage(alice.send("x").bytes);
    const { message, ...outer } = own;
    const identityKey = bob.party.local.identityKeyPair.publicKey;
    const inside = concatBytes(message.authenticated, message.mac);
    const reflected = writePreKeySignalMessage({ ...outer, identityKey, message: inside });
    expect(() => alice.openFirst(reflected)).toThrowError(expect.objectContaining({ code: "PQXDH-008" }));
  });

  it("bounds the frame and the ciphertext of a message", () => {
    const code = (id: RuleId) => expect.objectContaining({ code: id }) as Error;
    const framed = (length: number) => Uint8Array.of(0x44, ...new Uint8Array(length - 1));
    expect(() => decryptMessage(emptyRecord, framed(9))).toThrowError(code("WIRE-001"));
    expect(() => decryptMessage(emptyRecord, framed(10))).toThrowError(code("WIRE-002"));
    const large = new Uint8Array(2 ** 20 + 1).fill(0x44);
    expect(() => decryptMessage(emptyRecord, large)).toThrowError(code("WIRE-001"));
    expect(() => decryptMessage(emptyRecord, large.subarray(1))).toThrowError(code("WIRE-002"));
    const empty = inner((w) => w.bytes(1, key33).uint32(2, 0).bytes(4, new Uint8Array()));
    expect(() => decryptMessage(emptyRecord, empty)).toThrowError(code("WIRE-004"));
  });

  it("refuses stored records that no session could have left behind", () => {
    const { alice, bob } = twoSides("impossible");
    alice.start(bob.party.bundle);
    const { active } = alice.record;
    if (active?.origin.role !== "initiator" || !active.origin.pending) throw new Error("no pending session");
    const refused = expect.objectContaining({ code: "SESSION-002" }) as Error;
    const store = (change: Partial<typeof active>) =>
      parseSessionRecord(serializeSessionRecord({ ...alice.record, active: { ...active, ...change } }));
    expect(store({})).toEqual(alice.record);
    expect(() => store({ ratchet: { ...active.ratchet, receiving: [] } })).toThrowError(refused);
    const [chain] = active.ratchet.receiving;
    if (!chain) throw new Error("no receiving chain");
    const withSkipped = (...counters: number[]) => {
      const key = new Uint8Array(32);
      const skipped = HeldKeys.none.with(counters.map((number) => ({ number, key })));
      return store({ ratchet: { ...active.ratchet, receiving: [{ ...chain, counter: 5, skipped }] } });
    };
    expect(withSkipped(1, 4).active?.ratchet.receiving[0]?.skipped).toHaveLength(2);
    for (const counters of [[5], [4, 1], [1, 1]])
      expect(() => withSkipped(...counters)).toThrowError(refused);
    const kem = { kyberPreKeyId: 13, kyberCiphertext: new Uint8Array(1569) };
    const pending = { ...active.origin.pending, kem };
    expect(() => store({ origin: { role: "initiator", pending } })).toThrowError(refused);
  });

  it("says nothing about padding before the MAC was verified", () => {
    const { alice, bob } = conversation("oracle");
    bob.open(alice.send("opens the chain"));
    const bytes = forge(alice, { badPadding: true });
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    expect(() => decryptMessage(bob.record, bytes)).toThrowError(
      expect.objectContaining({ code: "RATCHET-001" }),
    );
  });

  it("refuses other wrong input under the same ids", () => {
    const { local } = twoSides("others").alice.party;
    const { identityKeyPair } = local;
    const code = (id: RuleId) => expect.objectContaining({ code: id }) as Error;
    expect(() => createKemPreKey({ identityKeyPair, id: 2 ** 24, lastResort: true, random })).toThrowError(
      code("KEY-002"),
    );
    expect(() => startWith(() => ({ deviceId: 0 }))).toThrowError(code("WIRE-004"));
    expect(() => openFirstWith({ baseKey: concatBytes(Uint8Array.of(5), new Uint8Array(32)) })).toThrowError(
      code("KEY-004"),
    );
    expect(() =>
      openFirstWith({ identityKey: concatBytes(Uint8Array.of(5), new Uint8Array(32).fill(0xff)) }),
    ).toThrowError(code("KEY-003"));
    expect(() => decryptMessage(emptyRecord, conversation("no session").alice.send("x").bytes)).toThrowError(
      code("SESSION-001"),
    );
    const { alice, bob } = conversation("identity of a message");
    const stranger = twoSides("stranger").alice;
    stranger.start(bob.party.bundle);
    expect(() => bob.open(stranger.send("who?"))).toThrowError(code("IDENTITY-001"));
    const remote = bob.party.bundle;
    const trustedIdentityKey = stranger.party.local.identityKeyPair.publicKey;
    expect(() =>
      startSession({ local: alice.party.local, remote, random, nowMs: 0, trustedIdentityKey }),
    ).toThrowError(code("IDENTITY-001"));
  });
});
