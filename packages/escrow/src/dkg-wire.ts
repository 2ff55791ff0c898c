import { concatBytes, equalBytes, toUtf8, uint32, uint64 } from "@cloister/bytes";
import { ByteReader } from "@cloister/codec";
import { sha512 } from "@cloister/crypto";
import { isRistrettoElement } from "@cloister/crypto/ristretto";
import { broken } from "./rules.ts";
import { schnorrBytesCount } from "./schnorr.ts";

/** The ciphersuite's name, bound into context and transcript. */
export const ciphersuiteId = "COCKTAIL(Ristretto255, SHA-512)";

const elementBytesCount = 32;
/** A share of 32 bytes and the tag of its encryption. */
const minCiphertextBytes = 48;
/** The specification's interoperability floor. */
const maxCiphertextBytes = 65_536;
const maxTranscriptField = 65_536;

/** What a participant broadcasts in round 1. */
export interface Round1Message {
  readonly commitment: readonly Uint8Array[];
  readonly proof: Uint8Array;
  readonly ephemeralKey: Uint8Array;
  /** For each participant in order. */
  readonly ciphertexts: readonly Uint8Array[];
}

/** The public side of a session: what the certificate signs. */
export interface DkgTranscript {
  readonly context: Uint8Array;
  readonly threshold: number;
  readonly staticKeys: readonly Uint8Array[];
  readonly commitments: readonly (readonly Uint8Array[])[];
  readonly proofs: readonly Uint8Array[];
  readonly ephemeralKeys: readonly Uint8Array[];
  readonly extension: Uint8Array;
}

/** Session, suite and ordered participants in one digest: the construction that the specification recommends. */
export function dkgContext(
  sessionId: Uint8Array,
  staticKeys: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const suite = toUtf8(ciphersuiteId);
  return sha512(
    concatBytes(
      toUtf8("COCKTAIL-DKG-CONTEXT"),
      uint64(sessionId.length),
      sessionId,
      uint64(suite.length),
      suite,
      uint32(staticKeys.length).toReversed(),
      ...staticKeys,
    ),
  );
}

/** Ciphertexts in order, each behind its length: the end of a round 1 message, and a recovery bundle. */
export function encodeCiphertexts(ciphertexts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...ciphertexts.flatMap((ciphertext) => [uint64(ciphertext.length), ciphertext]));
}

/** `msg1`. */
export function encodeRound1(message: Round1Message): Uint8Array<ArrayBuffer> {
  const { commitment, proof, ephemeralKey, ciphertexts } = message;
  return concatBytes(...commitment, proof, ephemeralKey, encodeCiphertexts(ciphertexts));
}

/** The inverse. `bytes` is attacker-controlled. @throws BaseError `DKG_MESSAGE` */
export function parseRound1(bytes: Uint8Array, threshold: number, count: number): Round1Message {
  const reader = new ByteReader(bytes, "DKG_MESSAGE");
  const commitment = takeElements(reader, threshold);
  const proof = reader.take(schnorrBytesCount);
  const ephemeralKey = takeElement(reader);
  return { commitment, proof, ephemeralKey, ciphertexts: takeCiphertexts(reader, count) };
}

/** A recovery bundle, taken apart. `bytes` is untrusted. @throws BaseError `DKG_MESSAGE` */
export function parseCiphertexts(bytes: Uint8Array, count: number): Uint8Array[] {
  return takeCiphertexts(new ByteReader(bytes, "DKG_MESSAGE"), count);
}

/** `T`, byte for byte what every participant signs. */
export function encodeTranscript(transcript: DkgTranscript): Uint8Array<ArrayBuffer> {
  const { context, threshold, staticKeys, commitments, proofs, ephemeralKeys, extension } = transcript;
  return concatBytes(
    ...[toUtf8(ciphersuiteId), context].flatMap(withLength),
    ...[staticKeys.length, threshold].map((count) => uint32(count).toReversed()),
    ...staticKeys,
    ...commitments.flat(),
    ...proofs,
    ...ephemeralKeys,
    ...withLength(extension),
  );
}

/** The inverse. `bytes` is untrusted. @throws BaseError `DKG_TRANSCRIPT` */
export function parseTranscript(bytes: Uint8Array): DkgTranscript {
  const reader = new ByteReader(bytes, "DKG_TRANSCRIPT");
  if (!equalBytes(takeField(reader), toUtf8(ciphersuiteId))) throw broken("DKG_TRANSCRIPT");
  const context = takeField(reader);
  const [count, threshold] = [takeLittleEndian(reader, 4), takeLittleEndian(reader, 4)];
  if (threshold < 1 || threshold > count || reader.remaining < count * elementBytesCount) {
    throw broken("DKG_TRANSCRIPT");
  }
  const each = <T>(take: () => T): T[] => Array.from({ length: count }, take);
  const transcript = {
    context,
    threshold,
    staticKeys: each(() => takeElement(reader)),
    commitments: each(() => takeElements(reader, threshold)),
    proofs: each(() => reader.take(schnorrBytesCount)),
    ephemeralKeys: each(() => takeElement(reader)),
    extension: takeField(reader),
  };
  if (reader.remaining > 0) throw broken("DKG_TRANSCRIPT");
  return transcript;
}

function takeElement(reader: ByteReader): Uint8Array<ArrayBuffer> {
  const element = reader.take(elementBytesCount);
  if (!isRistrettoElement(element)) throw reader.truncated();
  return element;
}

function takeElements(reader: ByteReader, count: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, () => takeElement(reader));
}

function takeCiphertexts(reader: ByteReader, count: number): Uint8Array<ArrayBuffer>[] {
  const ciphertexts = Array.from({ length: count }, () => {
    const length = reader.uint(4) * 2 ** 32 + reader.uint(4);
    if (length < minCiphertextBytes || length > maxCiphertextBytes) throw broken("DKG_MESSAGE");
    return reader.take(length);
  });
  if (reader.remaining > 0) throw broken("DKG_MESSAGE");
  return ciphertexts;
}

function withLength(field: Uint8Array): Uint8Array[] {
  return [uint64(field.length).toReversed(), field];
}

function takeField(reader: ByteReader): Uint8Array<ArrayBuffer> {
  const length = takeLittleEndian(reader, 8);
  if (length > maxTranscriptField) throw broken("DKG_TRANSCRIPT");
  return reader.take(length);
}

function takeLittleEndian(reader: ByteReader, bytesCount: number): number {
  return reader.take(bytesCount).reduceRight((value, byte) => value * 256 + byte, 0);
}
