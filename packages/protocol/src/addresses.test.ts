import { concatBytes, fromHex } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { describe, expect, it } from "vitest";
import { type AddressPair, decryptMessage, decryptPreKeyMessage, emptyRecord } from "./index.ts";
import { forge } from "./testing/forge.ts";
import { conversation, twoSides } from "./testing/parties.ts";
import { readPreKeySignalMessage, writePreKeySignalMessage } from "./wire.ts";

const code = (id: string) => expect.objectContaining({ code: id }) as Error;

// Field 6 as libsignal-client 0.103.0 wrote it, from an account to a phone number's identity, devices 1 and 3.
const observed = fromHex("009d0652a3dcc34d11975f74d61598733f0101796abedbca4e4f1888031fde5b921f9f03");
const sender = { serviceId: fromHex("009d0652a3dcc34d11975f74d61598733f"), deviceId: 1 };
const recipient = { serviceId: fromHex("01796abedbca4e4f1888031fde5b921f9f"), deviceId: 3 };

function received(field: Uint8Array | undefined) {
  const { alice, bob } = conversation("addresses");
  bob.open(alice.send("opens the chain"));
  const extra = field ? new ProtoWriter().bytes(6, field).finish() : new Uint8Array();
  return { record: bob.record, bytes: forge(alice, { extra }) };
}

describe("the addresses in a message", () => {
  it("match what libsignal writes", () => {
    const { record, bytes } = received(observed);
    const opened = decryptMessage(record, bytes, { local: recipient, remote: sender });
    expect(opened.plaintext).toHaveLength(16);
  });

  it("must match where they are there", () => {
    const { record, bytes } = received(observed);
    for (const pair of [
      { local: sender, remote: recipient },
      { local: { ...recipient, deviceId: 2 }, remote: sender },
      { local: recipient, remote: { ...sender, serviceId: new Uint8Array(17) } },
    ]) {
      expect(() => decryptMessage(record, bytes, pair)).toThrowError(code("WIRE-008"));
    }
  });

  it("must match in a first message too, before anything is derived from it", () => {
    const { alice, bob } = twoSides("first");
    alice.start(bob.party.bundle);
    const { message, ...outer } = readPreKeySignalMessage(alice.send("hello").bytes);
    const field = new ProtoWriter().bytes(6, observed).finish();
    const bytes = writePreKeySignalMessage({
      ...outer,
      message: concatBytes(message.authenticated, field, message.mac),
    });
    const open = (addresses: AddressPair) => () => {
      const { local, signedPreKey, oneTimePreKey, kemPreKey } = bob.party;
      const preKeys = { signedPreKey, oneTimePreKey, kemPreKey };
      decryptPreKeyMessage({ record: emptyRecord, local, preKeys, seenBaseKeys: [], bytes, addresses });
    };
    expect(open({ local: sender, remote: recipient })).toThrowError(code("WIRE-008"));
    expect(open({ local: recipient, remote: sender })).toThrowError(code("RATCHET-001"));
  });

  it("may be absent, or unchecked", () => {
    const without = received(undefined);
    expect(() =>
      decryptMessage(without.record, without.bytes, { local: recipient, remote: sender }),
    ).not.toThrow();
    const { record, bytes } = received(observed);
    expect(() => decryptMessage(record, bytes)).not.toThrow();
  });

  it("have 36 bytes, and devices from 1 to 127", () => {
    for (const field of [observed.subarray(1), concatBytes(observed, Uint8Array.of(0)), new Uint8Array()]) {
      const { record, bytes } = received(field);
      expect(() => decryptMessage(record, bytes)).toThrowError(code("WIRE-004"));
    }
    const { record, bytes } = received(observed);
    for (const local of [
      { ...recipient, deviceId: 0 },
      { ...recipient, deviceId: 128 },
      { ...recipient, serviceId: new Uint8Array(16) },
    ]) {
      expect(() => decryptMessage(record, bytes, { local, remote: sender })).toThrowError(code("KEY-002"));
    }
  });
});
