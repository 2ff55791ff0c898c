/** The addressed form of version 2: what a sender uploads, and what a server cuts it into. */
import { concatBytes, toHex, uint16 } from "@cloister/bytes";
import { ByteReader } from "@cloister/codec";
import { MAX_MESSAGE_BYTES } from "../limits.ts";
import { demand } from "../rules.ts";
import { ACCOUNT_BYTES, checkDeviceId } from "./certificates.ts";
import { RECIPIENT_HEAD_BYTES, VERSION_2_RECEIVED } from "./version2.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const VERSION_2_SENT = 0x23;
/** The kind of Signal's service ids that Cloister's accounts are. */
const ACCOUNT_KIND = 0;
const NO_DEVICE = 0;
const MAX_REGISTRATION_ID = 0x3fff;
/** Set in a registration id when another device of the same account follows. */
const MORE_DEVICES = 0x8000;
const MAX_ENTRIES_COUNT = 1000;

/** A device of a recipient. The registration id, 14 bits, lets a server refuse what was meant for an earlier installation. */
export interface RecipientDevice {
  readonly deviceId: number;
  readonly registrationId: number;
}

/** An account (16 bytes) and its devices. */
export interface RecipientDevices {
  readonly account: Bytes;
  readonly devices: readonly RecipientDevice[];
}

/** A sealed message cut up. */
export interface SplitSealedMessage {
  /** What each account's devices get, all of them the same. */
  readonly recipients: readonly (RecipientDevices & { readonly message: Bytes })[];
  /** Accounts that the sender left out on purpose. */
  readonly excluded: readonly Bytes[];
}

/** Writes the sent form: recipients with their heads, then what they share. @throws BaseError `SEALED-009` */
export function writeSentForm(
  recipients: readonly (RecipientDevices & { readonly head: Bytes })[],
  shared: Bytes,
): Bytes {
  demand(recipients.length > 0 && recipients.length <= MAX_ENTRIES_COUNT, "SEALED-009");
  demand(new Set(recipients.map(({ account }) => toHex(account))).size === recipients.length, "SEALED-009");
  const entries = recipients.flatMap((recipient) => [writeRecipient(recipient), recipient.head]);
  return concatBytes(Uint8Array.of(VERSION_2_SENT), writeCount(recipients.length), ...entries, shared);
}

/**
 * Cuts the sent form into what each account receives; for a server, which learns recipients and sizes.
 * `bytes` is attacker-controlled.
 * @throws BaseError `SEALED-001`, `WIRE-001`, `WIRE-004`
 */
export function splitSealedMessage(bytes: Uint8Array): SplitSealedMessage {
  demand(bytes.length > 1 && bytes.length <= MAX_MESSAGE_BYTES, "WIRE-001");
  demand(bytes[0] === VERSION_2_SENT, "SEALED-001");
  const reader = new ByteReader(bytes.subarray(1), "WIRE-001");
  const entries = Array.from({ length: readCount(reader) }, () => readEntry(reader));
  demand(new Set(entries.map(({ account }) => toHex(account))).size === entries.length, "WIRE-004");
  const shared = reader.take(reader.remaining);
  const received = (head: Bytes) => concatBytes(Uint8Array.of(VERSION_2_RECEIVED), head, shared);
  return {
    recipients: entries.flatMap(({ account, devices, head }) =>
      head ? [{ account, devices, message: received(head) }] : [],
    ),
    excluded: entries.flatMap(({ account, head }) => (head ? [] : [account])),
  };
}

function writeRecipient({ account, devices }: RecipientDevices): Bytes {
  demand(account.length === ACCOUNT_BYTES && devices.length > 0, "SEALED-009");
  demand(new Set(devices.map(({ deviceId }) => deviceId)).size === devices.length, "SEALED-009");
  const written = devices.map(({ deviceId, registrationId }, at) => {
    checkDeviceId(deviceId);
    demand(Number.isInteger(registrationId) && registrationId >= 0, "SEALED-009");
    demand(registrationId <= MAX_REGISTRATION_ID, "SEALED-009");
    const more = at + 1 < devices.length ? MORE_DEVICES : 0;
    return concatBytes(Uint8Array.of(deviceId), uint16(registrationId | more));
  });
  return concatBytes(Uint8Array.of(ACCOUNT_KIND), account, ...written);
}

function readEntry(reader: ByteReader): RecipientDevices & { readonly head: Bytes | undefined } {
  demand(reader.byte() === ACCOUNT_KIND, "WIRE-004");
  const account = reader.take(ACCOUNT_BYTES);
  const devices = readDevices(reader);
  return { account, devices, head: devices.length > 0 ? reader.take(RECIPIENT_HEAD_BYTES) : undefined };
}

/** The devices of an entry, none for an account that is left out. */
function readDevices(reader: ByteReader): readonly RecipientDevice[] {
  const devices: RecipientDevice[] = [];
  for (let more = true; more; ) {
    const deviceId = reader.byte();
    if (deviceId === NO_DEVICE && devices.length === 0) return [];
    checkDeviceId(deviceId);
    demand(!devices.some((device) => device.deviceId === deviceId), "WIRE-004");
    const packed = reader.byte() * 256 + reader.byte();
    const registrationId = packed & ~MORE_DEVICES;
    demand(registrationId <= MAX_REGISTRATION_ID, "WIRE-004");
    devices.push({ deviceId, registrationId });
    more = (packed & MORE_DEVICES) !== 0;
  }
  return devices;
}

/** A varint, of which 1,000 entries need two bytes at most. */
function writeCount(count: number): Uint8Array {
  return count < 0x80 ? Uint8Array.of(count) : Uint8Array.of((count & 0x7f) | 0x80, count >> 7);
}

function readCount(reader: ByteReader): number {
  const low = reader.byte();
  const high = low < 0x80 ? 0 : reader.byte();
  demand(high < 0x80 && (low < 0x80 || high > 0), "WIRE-004");
  const count = (low & 0x7f) + high * 0x80;
  demand(count > 0 && count <= MAX_ENTRIES_COUNT, "WIRE-004");
  return count;
}
