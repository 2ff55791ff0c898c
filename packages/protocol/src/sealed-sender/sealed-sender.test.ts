/// <reference lib="es2023" />
import { BaseError, concatBytes, fromHex, toHex, toUtf8 } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { xeddsaSign } from "@cloister/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flipped } from "../testing/group-violations.ts";
import { EXPIRES_AT_MS, Organisation, organisation, type SealedDevice } from "../testing/sealed.ts";
import {
  type SealedContent,
  sealForMany,
  senderIssuer,
  splitSealedMessage,
  verifySenderCertificate,
} from "./index.ts";

const code = (id: string) => expect.objectContaining({ code: id }) as Error;

/** The received form of the only recipient. */
function receivedBy(
  org: Organisation,
  sender: SealedDevice,
  recipient: SealedDevice,
  content?: SealedContent,
) {
  const [only] = splitSealedMessage(org.sealedForMany(sender, [recipient], content)).recipients;
  if (!only) throw new Error("no recipient");
  return only.message;
}

function seal(version: string, org: Organisation, ...parts: Parameters<Organisation["sealed"]>) {
  return version === "version 1" ? org.sealed(...parts) : receivedBy(org, ...parts);
}

describe.each(["version 1", "version 2"])("%s", (version) => {
  it("says who wrote and what, and shows the server neither", () => {
    const { org, alice, bob } = organisation(version);
    const groupId = toUtf8("a group");
    for (const type of [2, 3, 7, 8] as const) {
      const content = org.content(alice, { type, contentHint: 1, groupId });
      const sealed = seal(version, org, alice, bob, content);
      const { sender, ...opened } = org.open(sealed, bob);
      expect(opened).toEqual({ type, message: content.message, contentHint: 1, groupId });
      expect(sender).toMatchObject({
        account: alice.account,
        deviceId: 1,
        identityKey: alice.identityKeyPair.publicKey,
        expiresAtMs: EXPIRES_AT_MS,
        serverKeyId: 7,
      });
      for (const hidden of [alice.account, alice.identityKeyPair.publicKey.subarray(1), content.message]) {
        expect(toHex(sealed)).not.toContain(toHex(hidden));
      }
    }
    const { groupId: none } = org.open(seal(version, org, alice, bob), bob);
    expect(none).toBeUndefined();
  });

  it("refuses any change and any other recipient", () => {
    const { org, alice, bob } = organisation(version);
    const sealed = seal(version, org, alice, bob);
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), (at) => {
        expect(() => org.open(flipped(sealed, at), bob)).toThrowError(BaseError);
      }),
      { numRuns: 60 },
    );
    expect(() => org.open(sealed, org.device(3))).toThrowError(code("SEALED-002"));
    expect(() => org.open(sealed.subarray(0, 60), bob)).toThrowError(BaseError);
    expect(org.open(sealed, bob).type).toBe(2);
  });

  it("refuses a certificate that the one who sealed does not hold", () => {
    const { org, alice, bob } = organisation(version);
    const carol = org.device(3);
    expect(() => org.open(seal(version, org, carol, bob, org.content(alice)), bob)).toThrowError(
      code("SEALED-006"),
    );
  });

  it("opens what another device of the same account sealed, and not its own", () => {
    const { org, alice } = organisation(version);
    const laptop = { ...alice, deviceId: 2 };
    expect(org.open(seal(version, org, laptop, alice), alice).sender.deviceId).toBe(2);
    expect(() => org.open(seal(version, org, alice, laptop), alice)).toThrowError(code("SEALED-007"));
  });

  it("refuses what is too short or too long before it looks inside", () => {
    const { org, bob } = organisation(version);
    const first = version === "version 1" ? 0x11 : 0x22;
    for (const length of [0, 1, 2 ** 20 + 1]) {
      expect(() => org.open(new Uint8Array(length).fill(first), bob)).toThrowError(code("WIRE-001"));
    }
  });
});

describe("the form that is uploaded", () => {
  it("gives each account its own head and all the same ciphertext", () => {
    const { org, alice } = organisation("many");
    const recipients = Array.from({ length: 200 }, (_, at) => org.device(at));
    const few = recipients.filter((_, at) => at % 50 === 0);
    const split = splitSealedMessage(org.sealedForMany(alice, recipients));
    expect(split.recipients.map(({ account }) => account[0])).toEqual(recipients.map((_, at) => at));
    expect(split.excluded).toEqual([]);
    expect(new Set(split.recipients.map(({ message }) => toHex(message.slice(49)))).size).toBe(1);
    for (const device of few) {
      const own = split.recipients.find(({ account }) => account[0] === device.account[0]);
      expect(own?.devices).toEqual([{ deviceId: 1, registrationId: device.registrationId }]);
      expect(org.open(own?.message ?? new Uint8Array(), device).sender.account).toEqual(alice.account);
    }
    const [one, other] = split.recipients;
    expect(() => org.open(other?.message ?? new Uint8Array(), few[0] ?? alice)).toThrowError(
      code("SEALED-002"),
    );
    expect(toHex(one?.message ?? new Uint8Array())).not.toBe(toHex(other?.message ?? new Uint8Array()));
  });

  it("lists devices in order with their registration ids", () => {
    const { org, alice, bob } = organisation("devices");
    const devices = [
      { deviceId: 1, registrationId: 0x3fff },
      { deviceId: 127, registrationId: 0 },
    ];
    const { identityKeyPair, account } = bob;
    const recipients = [{ account, identityKey: identityKeyPair.publicKey, devices }];
    const sent = sealForMany({ ...alice, content: org.content(alice), recipients, random: org.random });
    expect(toHex(sent.subarray(0, 25))).toBe(`230100${toHex(account)}01bfff7f0000`);
    expect(splitSealedMessage(sent).recipients[0]?.devices).toEqual(devices);
  });

  it("reads accounts that were left out, as Signal's library writes them", () => {
    const { org, alice, bob } = organisation("excluded");
    const sent = org.sealedForMany(alice, [bob]);
    const left = new Uint8Array(16).fill(0xee);
    const withOne = concatBytes(fromHex("230200"), left, Uint8Array.of(0), sent.subarray(2));
    const split = splitSealedMessage(withOne);
    expect(split.excluded).toEqual([left]);
    expect(org.open(split.recipients[0]?.message ?? new Uint8Array(), bob).type).toBe(2);
  });

  it("SEALED-009: refuses recipients that nobody can mean", () => {
    const { org, alice, bob } = organisation("unmeant");
    const to = (...devices: { deviceId: number; registrationId: number }[]) => {
      const recipients = [{ account: bob.account, identityKey: bob.identityKeyPair.publicKey, devices }];
      return () => sealForMany({ ...alice, content: org.content(alice), recipients, random: org.random });
    };
    for (const wrong of [
      () => org.sealedForMany(alice, []),
      to(),
      to({ deviceId: 1, registrationId: 1 }, { deviceId: 1, registrationId: 2 }),
      to({ deviceId: 1, registrationId: 0x4000 }),
      to({ deviceId: 1, registrationId: -1 }),
      () => org.sealedForMany(alice, [{ ...bob, account: new Uint8Array(15) }]),
    ]) {
      expect(wrong).toThrowError(code("SEALED-009"));
    }
    expect(to({ deviceId: 128, registrationId: 1 })).toThrowError(code("WIRE-004"));
  });

  it.each([
    ["WIRE-001", "nothing", ""],
    ["SEALED-001", "a received form", "22ff"],
    ["WIRE-004", "no recipients", "2300"],
    ["WIRE-004", "an overlong count", "238100"],
    ["WIRE-004", "more than 1,000 recipients", "23e907"],
    ["WIRE-001", "a recipient cut short", "230100aabb"],
    ["WIRE-004", "a kind of id that no account has", `230101${"aa".repeat(16)}010001`],
    ["WIRE-004", "device 128", `230100${"aa".repeat(16)}800001`],
    ["WIRE-004", "device 0 after another", `230100${"aa".repeat(16)}01800100`],
    ["WIRE-004", "the same device twice", `230100${"aa".repeat(16)}018001010001`],
    ["WIRE-004", "a registration id of 15 bits", `230100${"aa".repeat(16)}014001`],
    ["WIRE-004", "an account twice", `2302${`00${"aa".repeat(16)}00`.repeat(2)}`],
  ])("%s: refuses %s", (expected, _what, hex) => {
    expect(() => splitSealedMessage(fromHex(hex))).toThrowError(code(expected));
  });

  it("survives any bytes with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          splitSealedMessage(concatBytes(Uint8Array.of(0x23), bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(BaseError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("certificates", () => {
  const { org, alice } = organisation("certificates");
  const policy = { trustRoots: [new Organisation("old").root.publicKey, org.root.publicKey], nowMs: 0 };

  it("verify under any of the trust roots", () => {
    expect(verifySenderCertificate(org.certificate(alice), policy)).toMatchObject({ account: alice.account });
    expect(() => verifySenderCertificate(org.certificate(alice), { ...policy, trustRoots: [] })).toThrowError(
      code("SEALED-003"),
    );
  });

  it("are made for accounts and devices that exist only", () => {
    expect(() => org.certificate(alice, { account: new Uint8Array(17) })).toThrowError(code("WIRE-004"));
    for (const deviceId of [0, 128, 1.5]) {
      expect(() => org.certificate(alice, { deviceId })).toThrowError(code("WIRE-004"));
    }
    const identityKey = concatBytes(Uint8Array.of(5), new Uint8Array(32));
    expect(() => org.certificate(alice, { identityKey })).toThrowError(code("KEY-004"));
  });

  /** A certificate that the server signed, with one field written otherwise. */
  function signed(change: Record<number, (writer: ProtoWriter) => ProtoWriter>): Uint8Array<ArrayBuffer> {
    const fields: Record<number, (writer: ProtoWriter) => ProtoWriter> = {
      2: (writer) => writer.uint32(2, 1),
      3: (writer) => writer.fixed64(3, EXPIRES_AT_MS),
      4: (writer) => writer.bytes(4, alice.identityKeyPair.publicKey),
      5: (writer) => writer.bytes(5, org.serverCertificate()),
      6: (writer) => writer.bytes(6, toUtf8("01010101-0101-0101-0101-010101010101")),
      ...change,
    };
    const body = Object.values(fields)
      .reduce((writer, write) => write(writer), new ProtoWriter())
      .finish();
    const signature = xeddsaSign({ privateKey: org.server.privateKey, message: body, random: org.random });
    return new ProtoWriter().bytes(1, body).bytes(2, signature).finish();
  }

  it("skip what they do not know, such as Signal's telephone number", () => {
    const withNumber = signed({ 1: (writer) => writer.bytes(1, toUtf8("+14155550100")) });
    expect(verifySenderCertificate(withNumber, policy)).toMatchObject({ account: alice.account });
  });

  it.each([
    ["WIRE-003", "without a device", { 2: (writer: ProtoWriter) => writer }],
    ["WIRE-003", "without an expiry", { 3: (writer: ProtoWriter) => writer }],
    ["WIRE-003", "without an account", { 6: (writer: ProtoWriter) => writer }],
    ["WIRE-004", "of device 0", { 2: (writer: ProtoWriter) => writer.uint32(2, 0) }],
    [
      "WIRE-004",
      "that expires after the last time",
      { 3: (writer: ProtoWriter) => writer.fixed64(3, 2n ** 53n) },
    ],
    ["WIRE-005", "of a raw key", { 4: (writer: ProtoWriter) => writer.bytes(4, new Uint8Array(32)) }],
    ["WIRE-002", "that is no protobuf", { 5: (writer: ProtoWriter) => writer.bytes(5, Uint8Array.of(0xff)) }],
    [
      "WIRE-004",
      "of an account in capitals",
      { 6: (writer: ProtoWriter) => writer.bytes(6, toUtf8("0A010101-0101-0101-0101-010101010101")) },
    ],
    [
      "WIRE-004",
      "of no text",
      { 6: (writer: ProtoWriter) => writer.bytes(6, new Uint8Array(36).fill(0xff)) },
    ],
    ["WIRE-004", "of a short account", { 6: (writer: ProtoWriter) => writer.bytes(6, toUtf8("nobody")) }],
  ])("%s: refuses one %s", (expected, _what, change) => {
    expect(() => verifySenderCertificate(signed(change), policy)).toThrowError(code(expected));
  });
});

describe("what is sealed", () => {
  it("WIRE-004: is a message of a known type with a group id that fits", () => {
    const { org, alice, bob } = organisation("content");
    const sealed = (change: Partial<SealedContent>) => () =>
      org.sealed(alice, bob, org.content(alice, change));
    expect(sealed({ message: new Uint8Array(0) })).toThrowError(code("WIRE-004"));
    expect(sealed({ groupId: new Uint8Array(257) })).toThrowError(code("WIRE-004"));
    const unknown = { type: 4 } as unknown as Partial<SealedContent>;
    expect(() => org.open(sealed(unknown)(), bob)).toThrowError(code("WIRE-004"));
  });
});

describe("an issuer", () => {
  it("has the keys of its seed, and certifies what only they vouch for", () => {
    const { org, alice } = organisation("issuer");
    const seed = new Uint8Array(32).fill(5);
    const issuer = senderIssuer(seed, org.random);
    const { account, deviceId, identityKeyPair } = alice;
    const identityKey = identityKeyPair.publicKey;
    const bytes = issuer.certify({ account, deviceId, identityKey, expiresAtMs: EXPIRES_AT_MS });
    const { trustRoot } = senderIssuer(seed, org.random);
    expect(trustRoot).toEqual(issuer.trustRoot);
    const named = { account, deviceId, identityKey, expiresAtMs: EXPIRES_AT_MS };
    expect(verifySenderCertificate(bytes, { trustRoots: [trustRoot], nowMs: 0 })).toMatchObject(named);
    const { trustRoot: other } = senderIssuer(seed.fill(6), org.random);
    const verify = () => verifySenderCertificate(bytes, { trustRoots: [other], nowMs: 0 });
    expect(verify).toThrowError(code("SEALED-003"));
  });
});
