/** The two forms that travel: a distribution, inside a one-to-one session, and a group message (type 7). */
import { concatBytes } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { rawPublicKey } from "../keys.ts";
import { MAX_MESSAGE_BYTES } from "../limits.ts";
import { demand } from "../rules.ts";
import { readFields } from "../wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Message version in the high half, the newest one this side speaks in the low half. */
const VERSION_BYTE = 0x33;
const BLOCK_BYTES = 16;
const SIGNATURE_BYTES = 64;
/** Length of a distribution id, a UUID. */
export const DISTRIBUTION_ID_BYTES = 16;
/** Length of a chain key. */
export const CHAIN_KEY_BYTES = 32;
/** Chain ids have 31 bits. */
export const MAX_CHAIN_ID = 0x7fff_ffff;

/** What lets a member open a sender's messages from one counter on. */
export interface SenderKeyDistribution {
  /** Names what the key is for, usually a group; 16 bytes. */
  readonly distributionId: Bytes;
  /** Tells a sender's keys for that apart. */
  readonly chainId: number;
  /** The counter that `chainKey` belongs to. */
  readonly iteration: number;
  readonly chainKey: Bytes;
  readonly signingKey: Bytes;
}

/** What a group message says before anything about it was verified. */
export interface UnverifiedGroupMessage {
  readonly distributionId: Bytes;
  readonly chainId: number;
  readonly iteration: number;
}

/** A group message in parts, before anything about it was verified. */
export interface SenderKeyMessage extends UnverifiedGroupMessage {
  readonly ciphertext: Bytes;
  /** What the signature covers: version byte and protobuf. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** Writes a distribution. It is a secret: send it through a session with each member. */
export function writeDistribution(distribution: SenderKeyDistribution): Bytes {
  const body = new ProtoWriter()
    .bytes(1, distribution.distributionId)
    .uint32(2, distribution.chainId)
    .uint32(3, distribution.iteration)
    .bytes(4, distribution.chainKey)
    .bytes(5, distribution.signingKey)
    .finish();
  return concatBytes(Uint8Array.of(VERSION_BYTE), body);
}

/**
 * Reads a distribution. `bytes` is under the control of the member who sent it.
 * @throws BaseError `GROUP-001`, `WIRE-…`
 */
export function readDistribution(bytes: Uint8Array): SenderKeyDistribution {
  const fields = readFields(checkFrame(bytes), {
    distributionId: [1, "bytes"],
    chainId: [2, "uint32"],
    iteration: [3, "uint32"],
    chainKey: [4, "bytes"],
    signingKey: [5, "bytes"],
  });
  const { chainKey, signingKey } = fields;
  demand(chainKey !== undefined && signingKey !== undefined, "WIRE-003");
  demand(chainKey.length === CHAIN_KEY_BYTES, "WIRE-004");
  rawPublicKey(signingKey);
  return { ...checkNames(fields), chainKey, signingKey };
}

/** The part of a group message that its signature covers. */
export function writeSenderKeyMessage(
  fields: Pick<SenderKeyMessage, "distributionId" | "chainId" | "iteration" | "ciphertext">,
): Bytes {
  const body = new ProtoWriter()
    .bytes(1, fields.distributionId)
    .uint32(2, fields.chainId)
    .uint32(3, fields.iteration)
    .bytes(4, fields.ciphertext)
    .finish();
  return concatBytes(Uint8Array.of(VERSION_BYTE), body);
}

/** Reads a group message. `bytes` is attacker-controlled. @throws BaseError `GROUP-001`, `WIRE-…` */
export function readSenderKeyMessage(bytes: Uint8Array): SenderKeyMessage {
  const body = checkFrame(bytes);
  demand(body.length > SIGNATURE_BYTES, "WIRE-001");
  const end = bytes.length - SIGNATURE_BYTES;
  const fields = readFields(bytes.subarray(1, end), {
    distributionId: [1, "bytes"],
    chainId: [2, "uint32"],
    iteration: [3, "uint32"],
    ciphertext: [4, "bytes"],
  });
  const { ciphertext } = fields;
  demand(ciphertext !== undefined, "WIRE-003");
  demand(ciphertext.length > 0 && ciphertext.length % BLOCK_BYTES === 0, "WIRE-004");
  return {
    ...checkNames(fields),
    ciphertext,
    signed: bytes.subarray(0, end),
    signature: bytes.subarray(end),
  };
}

function checkFrame(bytes: Uint8Array): Uint8Array {
  demand(bytes.length > 1 && bytes.length <= MAX_MESSAGE_BYTES, "WIRE-001");
  demand(bytes[0] === VERSION_BYTE, "GROUP-001");
  return bytes.subarray(1);
}

function checkNames(fields: {
  readonly distributionId: Bytes | undefined;
  readonly chainId: number | undefined;
  readonly iteration: number | undefined;
}): UnverifiedGroupMessage {
  const { distributionId, chainId, iteration } = fields;
  demand(distributionId !== undefined && chainId !== undefined && iteration !== undefined, "WIRE-003");
  demand(distributionId.length === DISTRIBUTION_ID_BYTES && chainId <= MAX_CHAIN_ID, "WIRE-004");
  return { distributionId, chainId, iteration };
}
