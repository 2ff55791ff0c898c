import { decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import { type Content, contentToCbor, readContent } from "./content.ts";
import { readVersion1 } from "./version.ts";

const evidenceDigestBytesCount = 32;
/** Length of the key that opens an account's mailbox to sealed mail. */
export const accessKeyBytesCount = 16;

/**
 * What two ends of a session agree on that Signal's format has no room for, version 1. It rides inside the
 * encryption of the first messages; what Signal authenticates beside the ciphertext stays Signal's.
 */
export interface SessionProfile {
  /** SHA-256 of the evidence that the agent presented for its key, 32 bytes; none when it presented none. */
  readonly evidenceDigest?: Uint8Array;
}

/** What is inside one message. */
export interface Payload {
  readonly content: Content;
  /** Present in the messages that open a session with an agent, until its first answer. */
  readonly session?: SessionProfile;
  /** The sender's access key, 16 bytes: with it the reader can write without the relay knowing who. */
  readonly accessKey?: Uint8Array;
}

/** Deterministic CBOR, version 1, unpadded: the content with one or two more fields. */
export function encodePayload({ content, session, accessKey }: Payload): Uint8Array<ArrayBuffer> {
  return encodeCbor({
    ...contentToCbor(content),
    ...(session && { session: { v: 1, ...session } }),
    ...(accessKey && { accessKey }),
  });
}

/** Every byte comes from another endpoint, which may be hostile. @throws BaseError family `Decode` */
export function decodePayload(bytes: Uint8Array): Payload {
  const map = readMap(decodeCbor(bytes));
  const content = readContent(map);
  const session = map.optional("session", (key) => map.map(key, readProfile));
  const accessKey = map.optional("accessKey", (key) => map.bytes(key, { length: accessKeyBytesCount }));
  map.end();
  return { content, ...(session && { session }), ...(accessKey && { accessKey }) };
}

function readProfile(map: FieldReader): SessionProfile {
  readVersion1(map);
  const evidenceDigest = map.optional("evidenceDigest", (key) =>
    map.bytes(key, { length: evidenceDigestBytesCount }),
  );
  return evidenceDigest ? { evidenceDigest } : {};
}
