import { ProtoWriter, readProto } from "@cloister/codec";
import { ADDRESSES_BYTES } from "./addresses.ts";
import { rawKem, rawPublicKey } from "./keys.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import { broken, demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Version 3 begins with X3DH, version 4 with PQXDH. */
export type SessionVersion = 3 | 4;

/** Session version in the high half, the newest one that its sender speaks in the low half. */
const versionBytes = { 3: 0x33, 4: 0x44 } as const satisfies Record<SessionVersion, number>;
const versions: ReadonlyMap<number | undefined, SessionVersion> = new Map([
  [0x33, 3],
  [0x34, 3],
  [0x44, 4],
]);
/** A message ends with its MAC. */
export const MAC_BYTES = 8;
const BLOCK_BYTES = 16;

/** A message of an established session, before anything about it was verified. */
export interface SignalMessage {
  readonly version: SessionVersion;
  readonly ratchetKey: Bytes;
  readonly counter: number;
  readonly previousCounter: number;
  readonly ciphertext: Uint8Array;
  readonly spqrField: Bytes | undefined;
  /** Who sends it to whom, 36 bytes; see addresses.ts. */
  readonly addresses: Bytes | undefined;
  /** What the MAC covers after the identity keys: version byte and protobuf. */
  readonly authenticated: Uint8Array;
  readonly mac: Uint8Array;
}

/** What version 4 adds to a first message. */
export interface KemFields {
  readonly kyberPreKeyId: number;
  readonly kyberCiphertext: Bytes;
}

/** A first message, before anything about it was verified. */
export interface PreKeySignalMessage {
  readonly version: SessionVersion;
  readonly registrationId: number;
  readonly preKeyId: number | undefined;
  readonly signedPreKeyId: number;
  /** In version 4 and only there. */
  readonly kem: KemFields | undefined;
  readonly baseKey: Bytes;
  readonly identityKey: Bytes;
  readonly message: SignalMessage;
}

/** The part of a message that its MAC covers, with so many zeros behind it. */
export function writeSignalMessage(
  fields: Pick<SignalMessage, "version" | "ratchetKey" | "counter" | "previousCounter" | "ciphertext"> & {
    readonly spqrField: Uint8Array | undefined;
  },
  trailerBytes = 0,
): Bytes {
  const writer = new ProtoWriter(Uint8Array.of(versionBytes[fields.version]))
    .bytes(1, fields.ratchetKey)
    .uint32(2, fields.counter)
    .uint32(3, fields.previousCounter)
    .bytes(4, fields.ciphertext);
  if (fields.spqrField) writer.bytes(5, fields.spqrField);
  return writer.finish(trailerBytes);
}

/** Puts a whole session message in the envelope that opens a session. */
export function writePreKeySignalMessage(
  fields: Omit<PreKeySignalMessage, "message"> & { readonly message: Uint8Array },
): Bytes {
  const writer = new ProtoWriter(Uint8Array.of(versionBytes[fields.version]));
  if (fields.preKeyId !== undefined) writer.uint32(1, fields.preKeyId);
  writer
    .bytes(2, fields.baseKey)
    .bytes(3, fields.identityKey)
    .bytes(4, fields.message)
    .uint32(5, fields.registrationId)
    .uint32(6, fields.signedPreKeyId);
  const { kem } = fields;
  if (kem) writer.uint32(7, kem.kyberPreKeyId).bytes(8, kem.kyberCiphertext);
  return writer.finish();
}

/** Reads a session message (type 2). `bytes` is attacker-controlled. @throws BaseError `PROTOCOL_VERSION`, `WIRE-…` */
export function readSignalMessage(bytes: Uint8Array): SignalMessage {
  const { version, body } = readFrame(bytes);
  demand(body.length > MAC_BYTES, "WIRE-001");
  const end = bytes.length - MAC_BYTES;
  const fields = readFields(bytes.subarray(1, end), {
    ratchetKey: [1, "bytes"],
    counter: [2, "uint32"],
    previousCounter: [3, "uint32"],
    ciphertext: [4, "view"],
    spqrField: [5, "bytes"],
    addresses: [6, "bytes"],
  });
  const { ratchetKey, counter, previousCounter = 0, ciphertext, spqrField, addresses } = fields;
  demand(ratchetKey !== undefined && counter !== undefined && ciphertext !== undefined, "WIRE-003");
  demand(version === 4 || spqrField === undefined, "PROTOCOL_VERSION");
  rawPublicKey(ratchetKey);
  demand(ciphertext.length > 0 && ciphertext.length % BLOCK_BYTES === 0, "WIRE-004");
  demand(addresses === undefined || addresses.length === ADDRESSES_BYTES, "WIRE-004");
  return {
    version,
    ratchetKey,
    counter,
    previousCounter,
    ciphertext,
    spqrField,
    addresses,
    authenticated: bytes.subarray(0, end),
    mac: bytes.subarray(end),
  };
}

/** Reads a first message (type 3). `bytes` is attacker-controlled. @throws BaseError `PROTOCOL_VERSION`, `WIRE-…` */
export function readPreKeySignalMessage(bytes: Uint8Array): PreKeySignalMessage {
  const { version, body } = readFrame(bytes);
  const fields = readFields(body, {
    preKeyId: [1, "uint32"],
    baseKey: [2, "bytes"],
    identityKey: [3, "bytes"],
    message: [4, "view"],
    registrationId: [5, "uint32"],
    signedPreKeyId: [6, "uint32"],
    kyberPreKeyId: [7, "uint32"],
    kyberCiphertext: [8, "bytes"],
  });
  const { preKeyId, baseKey, identityKey, message, registrationId, signedPreKeyId } = fields;
  demand(baseKey !== undefined && identityKey !== undefined && message !== undefined, "WIRE-003");
  demand(registrationId !== undefined && signedPreKeyId !== undefined, "WIRE-003");
  rawPublicKey(baseKey);
  rawPublicKey(identityKey);
  const kem = kemOf(version, fields);
  const inner = readSignalMessage(message);
  // The inner version byte is under the MAC, the outer one is not.
  demand(inner.authenticated[0] === bytes[0], "PROTOCOL_VERSION");
  return { version, registrationId, preKeyId, signedPreKeyId, kem, baseKey, identityKey, message: inner };
}

/** X3DH under the newer version byte, or KEM fields under the older one, is neither. */
function kemOf(
  version: SessionVersion,
  { kyberPreKeyId, kyberCiphertext }: { readonly [Name in keyof KemFields]: KemFields[Name] | undefined },
): KemFields | undefined {
  if (version === 3) {
    demand(kyberPreKeyId === undefined && kyberCiphertext === undefined, "PROTOCOL_VERSION");
    return undefined;
  }
  demand(kyberPreKeyId !== undefined && kyberCiphertext !== undefined, "PROTOCOL_VERSION");
  rawKem(kyberCiphertext);
  return { kyberPreKeyId, kyberCiphertext };
}

/** The version, and the protobuf behind its byte. */
function readFrame(bytes: Uint8Array): { version: SessionVersion; body: Uint8Array } {
  demand(bytes.length > 1 && bytes.length <= MAX_MESSAGE_BYTES, "WIRE-001");
  const version = versions.get(bytes[0]);
  demand(version !== undefined, "PROTOCOL_VERSION");
  return { version, body: bytes.subarray(1) };
}

/** Reads protobuf fields strictly. @throws BaseError `WIRE-002` */
export const readFields: typeof readProto = (bytes, schema) => {
  try {
    return readProto(bytes, schema);
  } catch (cause) {
    throw broken("WIRE-002", cause);
  }
};
