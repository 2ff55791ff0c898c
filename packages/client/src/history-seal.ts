import {
  BaseError,
  concatBytes,
  equalBytes,
  readUint32,
  toUtf8,
  uint32,
  uint64,
  zeroise,
} from "@cloister/bytes";
import { type CborMap, decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import { aesGcmOpen, aesGcmSeal, hkdfSha256, sha256 } from "@cloister/crypto";

/*
 * A sealed archive: a header, then records cut into chunks of one size.
 *
 *   header  "Cloister" || uint32 length || CBOR map with version, kind, salt and what the kind adds
 *   key     HKDF-SHA256(archive key, salt = SHA-256(header))
 *   chunk   AES-256-GCM(65,536 bytes), nonce = 3 zeros || uint64 number || 1 if it is the last, else 0
 *
 * This is STREAM (Hoang, Reyhanitabar, Rogaway, Vizar: Online Authenticated-Encryption and its
 * Nonce-Reuse Misuse-Resistance, CRYPTO 2015), as age has it. A chunk opens in its place only, the last one
 * only as the last, and none under a header that was changed. Records are `uint32 length || bytes`; zeros
 * follow, so that the number of chunks says little about what is inside.
 */

/** Length of the key an archive is sealed with. */
export const archiveKeyBytesCount = 32;
export const saltBytesCount = 32;
const chunkBytesCount = 65_536;
const tagBytesCount = 16;
/** Length of a chunk as it is stored. */
export const sealedChunkBytesCount = chunkBytesCount + tagBytesCount;
const maxRecordBytes = 1_048_576;
const maxHeaderBytes = 16_384;
const magic = toUtf8("Cloister");
/** Length of what comes before the header's fields. */
export const prefixBytesCount = magic.length + 4;
const keyInfo = "Cloister archive v1";

export type ArchiveKind = "history" | "backup";

/** The archive's first piece. */
export function encodeHeader(kind: ArchiveKind, salt: Uint8Array, more: CborMap = {}): Uint8Array {
  const fields = encodeCbor({ v: 1, kind, salt, ...more });
  return concatBytes(magic, uint32(fields.length), fields);
}

/** How long the header's fields are, from the first bytes. @throws BaseError `ARCHIVE_UNKNOWN` */
export function readPrefix(prefix: Uint8Array): number {
  const isOurs = prefix.length >= prefixBytesCount && equalBytes(prefix.subarray(0, magic.length), magic);
  const length = isOurs ? readUint32(prefix, magic.length) : 0;
  if (length === 0 || length > maxHeaderBytes) throw unknownArchive();
  return length;
}

/**
 * Reads what `kind` adds to a header, which is attacker-controlled until a chunk opens under it.
 * @throws BaseError `ARCHIVE_UNKNOWN`, `VERSION_UNSUPPORTED`
 */
export function readHeader<T>(header: Uint8Array, kind: ArchiveKind, read: (fields: FieldReader) => T): T {
  if (header.length !== prefixBytesCount + readPrefix(header)) throw unknownArchive();
  try {
    const fields = readMap(decodeCbor(header.subarray(prefixBytesCount)));
    if (fields.uint("v") !== 1) throw newerArchive();
    fields.oneOf("kind", [kind]);
    fields.bytes("salt", { length: saltBytesCount });
    const more = read(fields);
    fields.end();
    return more;
  } catch (cause) {
    if (cause instanceof BaseError && cause.code === "VERSION_UNSUPPORTED") throw cause;
    throw unknownArchive(cause);
  }
}

/** Seals records under a header: the header first, then chunk after chunk. Nothing is held but the last one. */
export async function* sealArchive(
  input: { readonly key: Uint8Array; readonly header: Uint8Array },
  records: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const key = chunkKey(input);
  yield input.header;
  let number = 0;
  try {
    for await (const { item: plaintext, isLast } of withLast(chunksOf(records))) {
      yield aesGcmSeal({ key, nonce: nonceOf(number, isLast), plaintext, associatedData: empty });
      zeroise(plaintext);
      number += 1;
    }
  } finally {
    zeroise(key);
  }
}

/**
 * Opens chunks and gives their records, each once the chunks that hold it are authentic.
 * @throws BaseError `ARCHIVE_DAMAGED`, `ARCHIVE_TRUNCATED`, and whatever `chunks` throws
 */
export async function* openArchive(
  input: { readonly key: Uint8Array; readonly header: Uint8Array },
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const key = chunkKey(input);
  let number = 0;
  let rest: Uint8Array = empty;
  try {
    for await (const { item: chunk, isLast } of withLast(chunks)) {
      rest = concatBytes(rest, openChunk(key, chunk, { number, isLast }));
      number += 1;
      for (let record = nextRecord(rest); record; record = nextRecord(rest)) {
        yield record;
        rest = rest.subarray(4 + record.length);
      }
    }
  } finally {
    zeroise(key);
  }
  if (number === 0) throw truncated();
  if (rest.some((byte) => byte !== 0)) throw damaged();
}

const empty = new Uint8Array(0);

function chunkKey({ key, header }: { readonly key: Uint8Array; readonly header: Uint8Array }): Uint8Array {
  return hkdfSha256({ ikm: key, salt: sha256(header), info: keyInfo, lengthBytes: 32 });
}

function nonceOf(number: number, isLast: boolean): Uint8Array {
  return concatBytes(new Uint8Array(3), uint64(number), Uint8Array.of(isLast ? 1 : 0));
}

function openChunk(
  key: Uint8Array,
  ciphertext: Uint8Array,
  { number, isLast }: { readonly number: number; readonly isLast: boolean },
): Uint8Array {
  const open = (asLast: boolean) => {
    try {
      return aesGcmOpen({ key, nonce: nonceOf(number, asLast), ciphertext, associatedData: empty });
    } catch {
      return undefined;
    }
  };
  const plaintext = open(isLast);
  if (plaintext?.length === chunkBytesCount) return plaintext;
  // Cut off within a piece, or between two: then it is authentic, and more has to follow.
  if (isLast && (ciphertext.length < sealedChunkBytesCount || open(false))) throw truncated();
  throw damaged();
}

/** The first record that is there as a whole; undefined before that, and in what is left to fill the chunks. */
function nextRecord(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 4) return undefined;
  const length = readUint32(bytes, 0);
  if (length > maxRecordBytes) throw damaged();
  return length === 0 || bytes.length < 4 + length ? undefined : bytes.slice(4, 4 + length);
}

/** Chunks of one size. Their number is rounded up, so that it tells about an eighth of the size at most. */
async function* chunksOf(records: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunk = new Uint8Array(chunkBytesCount);
  let filled = 0;
  let count = 0;
  for await (const record of records) {
    if (record.length === 0 || record.length > maxRecordBytes) {
      throw new BaseError("Internal", "ARCHIVE_RECORD", "a record has no length that an archive can hold");
    }
    let bytes: Uint8Array = concatBytes(uint32(record.length), record);
    while (bytes.length > 0) {
      const part = bytes.subarray(0, chunkBytesCount - filled);
      chunk.set(part, filled);
      filled += part.length;
      bytes = bytes.subarray(part.length);
      if (filled < chunkBytesCount) continue;
      yield chunk;
      count += 1;
      chunk = new Uint8Array(chunkBytesCount);
      filled = 0;
    }
  }
  const wholeCount = roundedUp(count + (filled > 0 || count === 0 ? 1 : 0));
  for (; count < wholeCount; count += 1) {
    yield chunk;
    chunk = new Uint8Array(chunkBytesCount);
  }
}

/** PADMÉ (Nikitin et al., Reducing Metadata Leakage from Encrypted Files, PETS 2019): at most 12 % more. */
function roundedUp(count: number): number {
  const exponent = Math.floor(Math.log2(count));
  const step = exponent < 1 ? 1 : 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1);
  return Math.ceil(count / step) * step;
}

/** Looks one ahead, because the last chunk is sealed as such. */
async function* withLast<T>(
  items: AsyncIterable<T>,
): AsyncGenerator<{ readonly item: T; readonly isLast: boolean }> {
  let waiting: { readonly item: T } | undefined;
  for await (const item of items) {
    if (waiting) yield { ...waiting, isLast: false };
    waiting = { item };
  }
  if (waiting) yield { ...waiting, isLast: true };
}

function unknownArchive(cause?: unknown): BaseError {
  return new BaseError("Decode", "ARCHIVE_UNKNOWN", "this is no backup of Cloister; choose another file", {
    cause,
  });
}

function newerArchive(): BaseError {
  return new BaseError("Decode", "VERSION_UNSUPPORTED", "made by a newer Cloister; update this one");
}

function truncated(): BaseError {
  return new BaseError(
    "Verification",
    "ARCHIVE_TRUNCATED",
    "the backup ends too early: it was not copied completely; use another copy",
  );
}

function damaged(): BaseError {
  return new BaseError(
    "Verification",
    "ARCHIVE_DAMAGED",
    "the backup is damaged or was changed; use another copy",
  );
}
