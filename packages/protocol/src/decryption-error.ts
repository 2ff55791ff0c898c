/**
 * Signal's word for "I could not open this": a DecryptionErrorMessage in a message of type 8 (plaintext
 * content). Its sender starts a new session and says the message again. Nothing in it is authenticated, so
 * the most it may cause is a new session; how often is for the caller to limit, and so is who may say it.
 */
import { concatBytes, equalBytes } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { rawPublicKey } from "./keys.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import type { OutgoingMessage } from "./operations.ts";
import { demand } from "./rules.ts";
import type { SessionRecord } from "./session.ts";
import { readFields, readPreKeySignalMessage, readSignalMessage } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Type 8 begins with this and ends with that; between them is a protobuf with the error as its field 8. */
const PLAINTEXT_BYTE = 0xc0;
const END_BYTE = 0x80;
const ERROR_FIELD = 8;
const MAX_DEVICE_ID = 127;

/** Which message could not be opened. */
export interface DecryptionError {
  /** The ratchet key in that message, 33 bytes; none when it came under a sender key. */
  readonly ratchetKey: Bytes | undefined;
  /** When it was sent, in the name that both sides have for it: 0 to 2^53-1. */
  readonly timestampMs: number;
  /** The device that sent it, 1 to 127; the account's other devices let the error pass. */
  readonly deviceId: number;
}

/**
 * The error for a message that could not be opened.
 * @throws BaseError `PROTOCOL_VERSION`, `WIRE-…` when it is no message at all: then nobody can say which it was
 */
export function decryptionErrorFor(
  { type, bytes }: { readonly type: OutgoingMessage["type"]; readonly bytes: Uint8Array },
  sent: Pick<DecryptionError, "timestampMs" | "deviceId">,
): DecryptionError {
  const message = type === 3 ? readPreKeySignalMessage(bytes).message : readSignalMessage(bytes);
  return { ratchetKey: message.ratchetKey, ...sent };
}

/** The error as a message of type 8. @throws BaseError `WIRE-004` */
export function writeDecryptionError({ ratchetKey, timestampMs, deviceId }: DecryptionError): Bytes {
  demand(Number.isSafeInteger(timestampMs) && timestampMs >= 0 && isDeviceId(deviceId), "WIRE-004");
  const error = new ProtoWriter();
  if (ratchetKey) error.bytes(1, ratchetKey);
  const body = error.uint64(2, timestampMs).uint32(3, deviceId).finish();
  const content = new ProtoWriter().bytes(ERROR_FIELD, body).finish();
  return concatBytes(Uint8Array.of(PLAINTEXT_BYTE), content, Uint8Array.of(END_BYTE));
}

/** Reads a message of type 8. `bytes` is attacker-controlled, and stays unverified. @throws BaseError `WIRE-…` */
export function readDecryptionError(bytes: Uint8Array): DecryptionError {
  demand(bytes.length > 2 && bytes.length <= MAX_MESSAGE_BYTES, "WIRE-001");
  demand(bytes[0] === PLAINTEXT_BYTE && bytes.at(-1) === END_BYTE, "WIRE-007");
  const { error } = readFields(bytes.subarray(1, -1), { error: [ERROR_FIELD, "bytes"] });
  demand(error !== undefined, "WIRE-007");
  const fields = readFields(error, {
    ratchetKey: [1, "bytes"],
    timestamp: [2, "uint64"],
    deviceId: [3, "uint32"],
  });
  const { ratchetKey, timestamp, deviceId = 0 } = fields;
  demand(timestamp !== undefined, "WIRE-003");
  demand(timestamp <= BigInt(Number.MAX_SAFE_INTEGER) && isDeviceId(deviceId), "WIRE-004");
  if (ratchetKey) rawPublicKey(ratchetKey);
  return { ratchetKey, timestampMs: Number(timestamp), deviceId };
}

/**
 * Whether the message was sent with the active session and its present ratchet key: then that session does
 * not work on the other side, and {@link archiveSession} is what is left. An older one was replaced already.
 */
export function isActiveSessionBroken({ active }: SessionRecord, { ratchetKey }: DecryptionError): boolean {
  const sending = active?.ratchet.sending;
  if (!ratchetKey || sending?.kind !== "open") return false;
  return equalBytes(sending.ratchetKeyPair.publicKey, ratchetKey);
}

function isDeviceId(deviceId: number): boolean {
  return Number.isInteger(deviceId) && deviceId >= 1 && deviceId <= MAX_DEVICE_ID;
}
