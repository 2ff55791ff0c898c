/**
 * Sealed index shards: a client indexes one epoch of one conversation and seals the index to the compliance key.
 * An officer opens shards and searches them locally, so that no server sees a query, a word or an answer.
 */
import { fromUtf8, isBaseError, toUtf8 } from "@cloister/bytes";
import { ByteReader, ByteWriter, encodeCbor } from "@cloister/codec";
import type { Random } from "@cloister/crypto";
import { hpkeOpen, hpkeSeal } from "./hpke.ts";
import { broken } from "./rules.ts";
import type { EpochScope } from "./sealing.ts";
import { tokensOf } from "./tokens.ts";

const version = 1;
const maxSharedBytes = 255;

/** The words of one epoch, and in which of its messages they stand. */
export interface IndexShard {
  /** Sorted. */
  readonly words: readonly string[];
  /** For each word its messages' numbers, ascending, from 0 in the epoch. */
  readonly messages: readonly Uint32Array[];
}

/** Indexes an epoch's messages, in their order. Nothing of their order of words is kept. */
export function buildShard(texts: readonly string[]): IndexShard {
  const found = new Map<string, number[]>();
  texts.forEach((text, number) => {
    for (const word of new Set(tokensOf(text))) {
      const numbers = found.get(word);
      if (numbers) numbers.push(number);
      else found.set(word, [number]);
    }
  });
  const words = [...found.keys()].sort();
  return { words, messages: words.map((word) => Uint32Array.from(found.get(word) ?? [])) };
}

/**
 * Seals a shard. The length that shows is rounded up by at most 12 % (PADMÉ), so that it says little.
 * @param input.complianceKey X25519, 32 bytes
 * @throws BaseError `HPKE_KEY`
 */
export function sealShard(input: {
  readonly shard: IndexShard;
  readonly scope: EpochScope;
  readonly complianceKey: Uint8Array;
  readonly random: Random;
}): Uint8Array<ArrayBuffer> {
  const plaintext = encodeShard(input.shard);
  const { complianceKey: publicKey, random } = input;
  return hpkeSeal({ publicKey, plaintext, random, ...useOf(input.scope) });
}

/**
 * Opens a shard.
 * @param input.sealed attacker-controlled
 * @throws BaseError `HPKE_OPEN` unless it was sealed to this key for this conversation and epoch; `SHARD_FORMAT`
 */
export function openShard(input: {
  readonly sealed: Uint8Array;
  readonly scope: EpochScope;
  readonly compliancePrivateKey: Uint8Array;
}): IndexShard {
  const { sealed, scope, compliancePrivateKey: privateKey } = input;
  return decodeShard(hpkeOpen({ privateKey, sealed, ...useOf(scope) }));
}

/**
 * The numbers of the messages that hold every word of a query; a word that ends in `*` stands for all that begin
 * so.
 * @throws BaseError `SHARD_QUERY` when there is no word in it
 */
export function searchShard(shard: IndexShard, query: string): number[] {
  const parts = query.split(/\s+/).flatMap((part) => {
    const tokens = tokensOf(part);
    return tokens.map((word, at) => ({ word, isPrefix: part.endsWith("*") && at === tokens.length - 1 }));
  });
  if (parts.length === 0) throw broken("SHARD_QUERY");
  const [first = new Set<number>(), ...others] = parts.map(({ word, isPrefix }) =>
    find(shard, word, isPrefix),
  );
  return [...first].filter((number) => others.every((other) => other.has(number))).sort((a, b) => a - b);
}

function find({ words, messages }: IndexShard, word: string, isPrefix: boolean): Set<number> {
  const found = new Set<number>();
  for (let at = firstFrom(words, word); at < words.length; at += 1) {
    const candidate = words[at] ?? "";
    if (isPrefix ? !candidate.startsWith(word) : candidate !== word) break;
    for (const number of messages[at] ?? []) found.add(number);
  }
  return found;
}

/** Index of the first word that is not before `word`. */
function firstFrom(words: readonly string[], word: string): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle] ?? "") < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Each word as what it shares with the one before, its rest, and the gaps between its messages. */
function encodeShard({ words, messages }: IndexShard): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.byte(version);
  writeVarint(writer, words.length);
  let before: Uint8Array = new Uint8Array();
  words.forEach((word, at) => {
    const bytes = toUtf8(word);
    let shared = 0;
    while (shared < maxSharedBytes && shared < before.length && before[shared] === bytes[shared]) shared += 1;
    const numbers = messages[at] ?? new Uint32Array();
    for (const value of [shared, bytes.length - shared]) writeVarint(writer, value);
    writer.bytes(bytes.subarray(shared));
    writeVarint(writer, numbers.length);
    numbers.forEach((number, index) => writeVarint(writer, number - (numbers[index - 1] ?? -1) - 1));
    before = bytes;
  });
  const bytes = writer.finish();
  const padded = new Uint8Array(padme(bytes.length));
  padded.set(bytes);
  return padded;
}

/** @throws BaseError `SHARD_FORMAT` */
function decodeShard(bytes: Uint8Array): IndexShard {
  const reader = new ByteReader(bytes, "SHARD_FORMAT");
  if (reader.byte() !== version) throw broken("SHARD_FORMAT");
  const [words, messages]: [string[], Uint32Array[]] = [[], []];
  let before = new Uint8Array();
  for (let left = readVarint(reader); left > 0; left -= 1) {
    const shared = readVarint(reader);
    if (shared > before.length) throw broken("SHARD_FORMAT");
    const rest = reader.view(readVarint(reader));
    const word = new Uint8Array(shared + rest.length);
    word.set(before.subarray(0, shared));
    word.set(rest, shared);
    words.push(readText(word));
    messages.push(readNumbers(reader));
    before = word;
  }
  while (reader.remaining > 0) if (reader.byte() !== 0) throw broken("SHARD_FORMAT");
  return { words, messages };
}

function readNumbers(reader: ByteReader): Uint32Array {
  const count = readVarint(reader);
  // Each number takes a byte at least, so that a claimed count allocates no more than the shard's own size.
  if (count > reader.remaining) throw broken("SHARD_FORMAT");
  const numbers = new Uint32Array(count);
  let last = -1;
  for (let at = 0; at < count; at += 1) {
    last += readVarint(reader) + 1;
    if (last > 0xffff_ffff) throw broken("SHARD_FORMAT");
    numbers[at] = last;
  }
  return numbers;
}

function readText(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    if (isBaseError(cause)) throw broken("SHARD_FORMAT", cause);
    throw cause;
  }
}

function writeVarint(writer: ByteWriter, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    writer.byte((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  writer.byte(rest);
}

function readVarint(reader: ByteReader): number {
  let value = 0;
  for (let factor = 1; factor <= 2 ** 28; factor *= 0x80) {
    const byte = reader.byte();
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
  throw broken("SHARD_FORMAT");
}

/** PADMÉ (Nikitin and others, PETS 2019): only the leading bits of a length show. */
function padme(length: number): number {
  const exponent = Math.floor(Math.log2(length));
  const unit = 2 ** Math.max(exponent - Math.floor(Math.log2(Math.max(exponent, 1))) - 1, 0);
  return Math.ceil(length / unit) * unit;
}

function useOf({ conversation, epoch }: EpochScope) {
  return { info: toUtf8("Cloister index shard v1"), associatedData: encodeCbor([conversation, epoch]) };
}
