import { BaseError, concatBytes, readUint32, uint32 } from "@cloister/bytes";

/** Sizes an envelope may have on the wire. The relay and the network learn the bucket, never the length. */
export const envelopeBucketsBytes = [256, 1024, 4096, 16_384, 65_536] as const;

/**
 * Content is padded to one of these before it is encrypted, so that the length field in an envelope
 * says no more than its bucket does. Each leaves room for the ratchet header and the MAC; all but the
 * smallest for a seal, and the largest for the handshake of a first message.
 */
export const contentBucketsBytes = [128, 512, 3584, 15_872, 61_440] as const;

/** Signal message types: 2 within a session, 3 with the handshake in front. */
export type CiphertextType = 2 | 3;

/** One Signal message as `protocol` makes it. */
export interface Ciphertext {
  readonly type: CiphertextType;
  readonly bytes: Uint8Array;
}

const version = 1;
/** Signal's number for a message whose sender is sealed. */
const sealedType = 6;
/** No Signal messages: what is said about evidence, before there is a session. */
const evidenceTypes = { request: 64, answer: 65 } as const;
const headerBytesCount = 6;

function bucketFor(length: number, buckets: readonly number[]): number {
  const bucket = buckets.find((size) => size >= length);
  if (bucket === undefined) {
    throw new BaseError("Usage", "CONTENT_TOO_LARGE", "the message is too long; send it in parts");
  }
  return bucket;
}

/** ISO/IEC 7816-4 padding (0x80, then zeros) to the next content bucket. @throws BaseError `CONTENT_TOO_LARGE` */
export function padContent(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bucketFor(content.length + 1, contentBucketsBytes));
  out.set(content);
  out[content.length] = 0x80;
  return out;
}

/** Inverse of {@link padContent}. @throws BaseError `CONTENT_PADDING` */
export function unpadContent(padded: Uint8Array): Uint8Array<ArrayBuffer> {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end -= 1;
  if (end < 0 || padded[end] !== 0x80) {
    throw new BaseError("Decode", "CONTENT_PADDING", "content is not padded as version 1 pads it");
  }
  return padded.slice(0, end);
}

/** `version || type || uint32 length || ciphertext || zeros`, filled to an envelope bucket. @throws BaseError `CONTENT_TOO_LARGE` */
export function sealEnvelope({ type, bytes }: Ciphertext): Uint8Array<ArrayBuffer> {
  return fill(type, bytes);
}

/** The same for a sealed sender's message. @throws BaseError `CONTENT_TOO_LARGE` */
export function fillSealedEnvelope(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return fill(sealedType, bytes);
}

/** The same for a word about evidence, which everybody may read. @throws BaseError `CONTENT_TOO_LARGE` */
export function fillEvidenceEnvelope(
  type: keyof typeof evidenceTypes,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return fill(evidenceTypes[type], bytes);
}

function fill(type: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = concatBytes(Uint8Array.of(version, type), uint32(bytes.length), bytes);
  const out = new Uint8Array(bucketFor(head.length, envelopeBucketsBytes));
  out.set(head);
  return out;
}

/** Inverse of {@link sealEnvelope}; every byte is attacker-controlled. @throws BaseError `ENVELOPE_INVALID` */
export function openEnvelope(envelope: Uint8Array): Ciphertext {
  const type = envelope[1];
  if (type !== 2 && type !== 3) throw invalid();
  return { type, bytes: empty(envelope) };
}

/** Inverse of {@link fillSealedEnvelope}; every byte is attacker-controlled. @throws BaseError `ENVELOPE_INVALID` */
export function openSealedEnvelope(envelope: Uint8Array): Uint8Array<ArrayBuffer> {
  if (envelope[1] !== sealedType) throw invalid();
  return empty(envelope);
}

/** The word about evidence in an envelope; undefined when it holds anything else. @throws BaseError `ENVELOPE_INVALID` */
export function openEvidenceEnvelope(
  envelope: Uint8Array,
): { readonly type: keyof typeof evidenceTypes; readonly bytes: Uint8Array<ArrayBuffer> } | undefined {
  if (envelope[1] === evidenceTypes.request) return { type: "request", bytes: empty(envelope) };
  return envelope[1] === evidenceTypes.answer ? { type: "answer", bytes: empty(envelope) } : undefined;
}

function empty(envelope: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!isEnvelopeSize(envelope.length) || envelope[0] !== version) throw invalid();
  const end = headerBytesCount + readUint32(envelope, 2);
  if (end > envelope.length || envelope.subarray(end).some((byte) => byte !== 0)) throw invalid();
  return envelope.slice(headerBytesCount, end);
}

function invalid(): BaseError {
  return new BaseError("Decode", "ENVELOPE_INVALID", "not an envelope of version 1");
}

/** Whether a payload has one of the sizes that the relay accepts. */
export function isEnvelopeSize(length: number): boolean {
  return envelopeBucketsBytes.some((size) => size === length);
}
