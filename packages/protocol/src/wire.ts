import { concatBytes } from "@cloister/bytes";
import { ProtoWriter, readProto } from "@cloister/codec";
import { rawKem, rawPublicKey } from "./keys.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import { broken, demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Session version in the high half, the newest one this side speaks in the low half. */
const VERSION_BYTE = 0x44;
const MAC_BYTES = 8;
const BLOCK_BYTES = 16;

/** A message of an established session, before anything about it was verified. */
export interface SignalMessage {
  readonly ratchetKey: Bytes;
  readonly counter: number;
  readonly previousCounter: number;
  readonly ciphertext: Bytes;
  readonly spqrField: Bytes | undefined;
  /** What the MAC covers after the identity keys: version byte and protobuf. */
  readonly authenticated: Uint8Array;
  readonly mac: Uint8Array;
}

/** A first message, before anything about it was verified. */
export interface PreKeySignalMessage {
  readonly registrationId: number;
  readonly preKeyId: number | undefined;
  readonly signedPreKeyId: number;
  readonly kyberPreKeyId: number;
  readonly kyberCiphertext: Bytes;
  readonly baseKey: Bytes;
  readonly identityKey: Bytes;
  readonly message: SignalMessage;
}

/** The part of a message that its MAC covers. */
export function writeSignalMessage(
  fields: Pick<SignalMessage, "ratchetKey" | "counter" | "previousCounter" | "ciphertext"> & {
    readonly spqrField: Uint8Array | undefined;
  },
): Bytes {
  const writer = new ProtoWriter()
    .bytes(1, fields.ratchetKey)
    .uint32(2, fields.counter)
    .uint32(3, fields.previousCounter)
    .bytes(4, fields.ciphertext);
  if (fields.spqrField) writer.bytes(5, fields.spqrField);
  return concatBytes(Uint8Array.of(VERSION_BYTE), writer.finish());
}

/** Puts a whole session message in the envelope that opens a session. */
export function writePreKeySignalMessage(
  fields: Omit<PreKeySignalMessage, "message"> & { readonly message: Uint8Array },
): Bytes {
  const writer = new ProtoWriter();
  if (fields.preKeyId !== undefined) writer.uint32(1, fields.preKeyId);
  const body = writer
    .bytes(2, fields.baseKey)
    .bytes(3, fields.identityKey)
    .bytes(4, fields.message)
    .uint32(5, fields.registrationId)
    .uint32(6, fields.signedPreKeyId)
    .uint32(7, fields.kyberPreKeyId)
    .bytes(8, fields.kyberCiphertext)
    .finish();
  return concatBytes(Uint8Array.of(VERSION_BYTE), body);
}

/** Reads a session message (type 2). `bytes` is attacker-controlled. @throws BaseError `PROTOCOL_VERSION`, `WIRE-…` */
export function readSignalMessage(bytes: Uint8Array): SignalMessage {
  const body = checkFrame(bytes);
  demand(body.length > MAC_BYTES, "WIRE-001");
  const end = bytes.length - MAC_BYTES;
  const fields = readFields(bytes.subarray(1, end), {
    ratchetKey: [1, "bytes"],
    counter: [2, "uint32"],
    previousCounter: [3, "uint32"],
    ciphertext: [4, "bytes"],
    spqrField: [5, "bytes"],
  });
  const { ratchetKey, counter, previousCounter = 0, ciphertext, spqrField } = fields;
  demand(ratchetKey !== undefined && counter !== undefined && ciphertext !== undefined, "WIRE-003");
  rawPublicKey(ratchetKey);
  demand(ciphertext.length > 0 && ciphertext.length % BLOCK_BYTES === 0, "WIRE-004");
  return {
    ratchetKey,
    counter,
    previousCounter,
    ciphertext,
    spqrField,
    authenticated: bytes.subarray(0, end),
    mac: bytes.subarray(end),
  };
}

/** Reads a first message (type 3). `bytes` is attacker-controlled. @throws BaseError `PROTOCOL_VERSION`, `WIRE-…` */
export function readPreKeySignalMessage(bytes: Uint8Array): PreKeySignalMessage {
  const fields = readFields(checkFrame(bytes), {
    preKeyId: [1, "uint32"],
    baseKey: [2, "bytes"],
    identityKey: [3, "bytes"],
    message: [4, "bytes"],
    registrationId: [5, "uint32"],
    signedPreKeyId: [6, "uint32"],
    kyberPreKeyId: [7, "uint32"],
    kyberCiphertext: [8, "bytes"],
  });
  const { preKeyId, baseKey, identityKey, message, registrationId, signedPreKeyId } = fields;
  const { kyberPreKeyId, kyberCiphertext } = fields;
  demand(baseKey !== undefined && identityKey !== undefined && message !== undefined, "WIRE-003");
  demand(registrationId !== undefined && signedPreKeyId !== undefined, "WIRE-003");
  // Without its KEM fields this would be X3DH under the newer version byte.
  demand(kyberPreKeyId !== undefined && kyberCiphertext !== undefined, "PROTOCOL_VERSION");
  rawPublicKey(baseKey);
  rawPublicKey(identityKey);
  rawKem(kyberCiphertext);
  return {
    registrationId,
    preKeyId,
    signedPreKeyId,
    kyberPreKeyId,
    kyberCiphertext,
    baseKey,
    identityKey,
    message: readSignalMessage(message),
  };
}

/** The protobuf behind the version byte, framing checked. */
function checkFrame(bytes: Uint8Array): Uint8Array {
  demand(bytes.length > 1 && bytes.length <= MAX_MESSAGE_BYTES, "WIRE-001");
  demand(bytes[0] === VERSION_BYTE, "PROTOCOL_VERSION");
  return bytes.subarray(1);
}

/** Reads protobuf fields strictly. @throws BaseError `WIRE-002` */
export const readFields: typeof readProto = (bytes, schema) => {
  try {
    return readProto(bytes, schema);
  } catch (cause) {
    throw broken("WIRE-002", cause);
  }
};
