import { BaseError, concatBytes } from "@cloister/bytes";
import { type CborValue, decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import { isEnvelopeSize } from "./envelope.ts";
import { isWireErrorCode, type WireErrorCode } from "./errors.ts";
import {
  type AccountId,
  type DeviceAddress,
  type DeviceId,
  idBytesCount,
  idFromBytes,
  idToBytes,
  maxDeviceId,
} from "./ids.ts";

/** The largest WebSocket message either side accepts; more closes the connection. */
export const maxFrameBytes = 1_048_576;
/** Envelopes one SEND may carry: every device of every member, in one transaction. */
export const maxEnvelopesPerSend = 128;
/** Deliveries the relay has under way to a device before it waits for an ACK. */
export const deliveryWindowCount = 256;

const version = 1;

/** An envelope on its way to one device. The id makes a repeated SEND harmless. */
export interface OutgoingEnvelope extends DeviceAddress {
  /** 16 random bytes, the same at every retry. */
  readonly id: Uint8Array;
  /** Sealed and padded ({@link sealEnvelope}). */
  readonly payload: Uint8Array;
}

/** Who sent an envelope; or, where that is sealed in it, only when the relay took it. */
export type EnvelopeOrigin = { readonly from: DeviceAddress } | { readonly sealedAtMs: number };

/** What a device says on its mailbox connection. */
export type ClientFrame =
  /** First frame, within five seconds. */
  | { readonly type: "hello"; readonly token: string }
  /**
   * All envelopes are stored or none. For each account in it, the devices must be exactly those the
   * account has (the sender's own device apart); otherwise the relay answers DEVICES_CHANGED.
   */
  | { readonly type: "send"; readonly sendId: number; readonly envelopes: readonly OutgoingEnvelope[] }
  /** Everything up to `seq` is safely stored here (cumulative). A stale one changes nothing. */
  | { readonly type: "ack"; readonly epoch: number; readonly seq: number };

/** What the relay says. */
export type RelayFrame =
  /** The token was good. `epoch` changes when the relay was restored from a backup. */
  | { readonly type: "ready"; readonly epoch: number }
  /** The SEND is durable (after fsync). */
  | { readonly type: "accept"; readonly sendId: number }
  /** The SEND was refused as a whole. `account` says whose devices changed or whose mailbox is full. */
  | {
      readonly type: "reject";
      readonly sendId: number;
      readonly code: WireErrorCode;
      readonly account?: AccountId;
      readonly retryAfterMs?: number;
    }
  /** One envelope, in order of `seq` within `epoch`; again after a reconnect until acknowledged. */
  | ({
      readonly type: "deliver";
      readonly seq: number;
      readonly id: Uint8Array;
      readonly payload: Uint8Array;
    } & EnvelopeOrigin)
  /** The mailbox is empty now: history is complete. */
  | { readonly type: "queueEmpty" }
  /** The account's one-time prekeys run low: upload more. */
  | { readonly type: "preKeysLow" }
  /** The connection ends after this, and why. */
  | { readonly type: "goodbye"; readonly code: WireErrorCode };

const clientTypes = { hello: 1, send: 2, ack: 3 } as const;
const relayTypes = {
  ready: 65,
  accept: 66,
  reject: 67,
  deliver: 68,
  queueEmpty: 69,
  preKeysLow: 70,
  goodbye: 71,
} as const;

function frame(type: number, fields: { readonly [key: string]: CborValue }): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.of(version, type), encodeCbor(fields));
}

function unframe(bytes: Uint8Array): { type: number; map: FieldReader } {
  if (bytes.length < 3 || bytes.length > maxFrameBytes || bytes[0] !== version) throw invalid();
  return { type: bytes[1] ?? 0, map: readMap(decodeCbor(bytes.subarray(2))) };
}

function invalid(cause?: unknown): BaseError<"FRAME_INVALID"> {
  return new BaseError("Decode", "FRAME_INVALID", "not a frame of version 1", { cause });
}

/** Runs a decoder so that whatever is wrong inside a frame has one code on the wire. */
function strictly<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw invalid(cause);
  }
}

function readAddress(map: FieldReader): DeviceAddress {
  return {
    account: idFromBytes(map.bytes("account", { length: idBytesCount })),
    device: readDevice(map),
  };
}

function readOrigin(map: FieldReader): EnvelopeOrigin {
  const sealedAtMs = map.optional("sealedAtMs", (key) => map.uint(key));
  return sealedAtMs === undefined ? { from: readAddress(map) } : { sealedAtMs };
}

function readDevice(map: FieldReader): DeviceId {
  const device = map.uint("device", { max: maxDeviceId });
  if (device === 0) throw invalid();
  return device;
}

function readPayload(map: FieldReader): Uint8Array<ArrayBuffer> {
  const payload = map.bytes("payload", { maxBytes: maxFrameBytes });
  if (!isEnvelopeSize(payload.length)) throw invalid();
  return payload;
}

/** The frame as one binary WebSocket message. */
export function encodeClientFrame(value: ClientFrame): Uint8Array<ArrayBuffer> {
  switch (value.type) {
    case "hello":
      return frame(clientTypes.hello, { token: value.token });
    case "send":
      return frame(clientTypes.send, {
        sendId: value.sendId,
        envelopes: value.envelopes.map((envelope) => ({
          account: idToBytes(envelope.account),
          device: envelope.device,
          id: envelope.id,
          payload: envelope.payload,
        })),
      });
    case "ack":
      return frame(clientTypes.ack, { epoch: value.epoch, seq: value.seq });
  }
}

/** Every byte is attacker-controlled. @throws BaseError `FRAME_INVALID` */
export function decodeClientFrame(bytes: Uint8Array): ClientFrame {
  return strictly(() => {
    const { type, map } = unframe(bytes);
    const value = readClientFrame(type, map);
    map.end();
    return value;
  });
}

function readClientFrame(type: number, map: FieldReader): ClientFrame {
  switch (type) {
    case clientTypes.hello:
      return { type: "hello", token: map.text("token", { maxBytes: 512 }) };
    case clientTypes.send:
      return {
        type: "send",
        sendId: map.uint("sendId"),
        envelopes: map.list("envelopes", readEnvelope, { maxCount: maxEnvelopesPerSend }),
      };
    case clientTypes.ack:
      return { type: "ack", epoch: map.uint("epoch"), seq: map.uint("seq") };
    default:
      throw invalid();
  }
}

function readEnvelope(item: CborValue): OutgoingEnvelope {
  const map = readMap(item);
  const envelope = {
    ...readAddress(map),
    id: map.bytes("id", { length: idBytesCount }),
    payload: readPayload(map),
  };
  map.end();
  return envelope;
}

/** The frame as one binary WebSocket message. */
export function encodeRelayFrame(value: RelayFrame): Uint8Array<ArrayBuffer> {
  switch (value.type) {
    case "ready":
      return frame(relayTypes.ready, { epoch: value.epoch });
    case "accept":
      return frame(relayTypes.accept, { sendId: value.sendId });
    case "reject":
      return frame(relayTypes.reject, {
        sendId: value.sendId,
        code: value.code,
        ...(value.account === undefined ? {} : { account: idToBytes(value.account) }),
        ...(value.retryAfterMs === undefined ? {} : { retryAfterMs: value.retryAfterMs }),
      });
    case "deliver":
      return frame(relayTypes.deliver, {
        seq: value.seq,
        id: value.id,
        ...originFields(value),
        payload: value.payload,
      });
    case "queueEmpty":
    case "preKeysLow":
      return frame(relayTypes[value.type], {});
    case "goodbye":
      return frame(relayTypes.goodbye, { code: value.code });
  }
}

function originFields(origin: EnvelopeOrigin): { readonly [key: string]: CborValue } {
  if ("sealedAtMs" in origin) return { sealedAtMs: origin.sealedAtMs };
  return { account: idToBytes(origin.from.account), device: origin.from.device };
}

/** @throws BaseError `FRAME_INVALID` */
export function decodeRelayFrame(bytes: Uint8Array): RelayFrame {
  return strictly(() => {
    const { type, map } = unframe(bytes);
    const value = readRelayFrame(type, map);
    map.end();
    return value;
  });
}

function readRelayFrame(type: number, map: FieldReader): RelayFrame {
  switch (type) {
    case relayTypes.ready:
      return { type: "ready", epoch: map.uint("epoch") };
    case relayTypes.accept:
      return { type: "accept", sendId: map.uint("sendId") };
    case relayTypes.reject:
      return readReject(map);
    case relayTypes.deliver:
      return {
        type: "deliver",
        seq: map.uint("seq"),
        id: map.bytes("id", { length: idBytesCount }),
        ...readOrigin(map),
        payload: readPayload(map),
      };
    case relayTypes.queueEmpty:
      return { type: "queueEmpty" };
    case relayTypes.preKeysLow:
      return { type: "preKeysLow" };
    case relayTypes.goodbye:
      return { type: "goodbye", code: readCode(map) };
    default:
      throw invalid();
  }
}

function readReject(map: FieldReader): RelayFrame {
  const account = map.optional("account", (key) => idFromBytes(map.bytes(key, { length: idBytesCount })));
  const retryAfterMs = map.optional("retryAfterMs", (key) => map.uint(key));
  return {
    type: "reject",
    sendId: map.uint("sendId"),
    code: readCode(map),
    ...(account === undefined ? {} : { account }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function readCode(map: FieldReader): WireErrorCode {
  const code = map.text("code", { maxBytes: 64 });
  return isWireErrorCode(code) ? code : "INTERNAL";
}
