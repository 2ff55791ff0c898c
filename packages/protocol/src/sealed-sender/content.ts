import { ProtoWriter } from "@cloister/codec";
import { MAX_MESSAGE_BYTES } from "../limits.ts";
import { demand } from "../rules.ts";
import { readFields } from "../wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const MAX_GROUP_ID_BYTES = 256;
/** Message types by their number inside a sealed message. */
const TYPES: ReadonlyMap<number, SealedMessageType> = new Map([
  [1, 3],
  [2, 2],
  [7, 7],
  [8, 8],
]);

/** 2: a session's message, 3: its first messages, 7: a group message, 8: plaintext (a decryption error). */
export type SealedMessageType = 2 | 3 | 7 | 8;

/** What a sealed message holds (Signal's UnidentifiedSenderMessageContent). */
export interface SealedContent {
  readonly type: SealedMessageType;
  readonly senderCertificate: Bytes;
  /** The message of that type, encrypted by its own session or sender key. */
  readonly message: Bytes;
  /** How to show a failure: 0 at once, 1 the sender will send again, 2 not at all. Signal's numbers. */
  readonly contentHint: number;
  /** At most 256 bytes. */
  readonly groupId?: Bytes;
}

/** Writes what is to be sealed. @throws BaseError `WIRE-004` for a group id or message of a wrong length */
export function writeSealedContent(content: SealedContent): Bytes {
  const { type, senderCertificate, message, contentHint, groupId } = content;
  demand(message.length > 0 && (groupId?.length ?? 0) <= MAX_GROUP_ID_BYTES, "WIRE-004");
  const writer = new ProtoWriter()
    .uint32(1, type === 3 ? 1 : type)
    .bytes(2, senderCertificate)
    .bytes(3, message);
  if (contentHint !== 0) writer.uint32(4, contentHint);
  if (groupId?.length) writer.bytes(5, groupId);
  return writer.finish();
}

/** Reads it. `bytes` is attacker-controlled. @throws BaseError `WIRE-…` */
export function readSealedContent(bytes: Uint8Array): SealedContent {
  const fields = readFields(bytes, {
    type: [1, "uint32"],
    senderCertificate: [2, "bytes"],
    message: [3, "bytes"],
    contentHint: [4, "uint32"],
    groupId: [5, "bytes"],
  });
  const { senderCertificate, message, contentHint = 0, groupId } = fields;
  demand(fields.type !== undefined && senderCertificate !== undefined && message !== undefined, "WIRE-003");
  const type = TYPES.get(fields.type);
  demand(type !== undefined && message.length > 0 && message.length <= MAX_MESSAGE_BYTES, "WIRE-004");
  demand((groupId?.length ?? 0) <= MAX_GROUP_ID_BYTES, "WIRE-004");
  return { type, senderCertificate, message, contentHint, ...(groupId?.length ? { groupId } : {}) };
}
