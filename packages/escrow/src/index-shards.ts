/**
 * Sealed index shards: a client indexes one epoch of one conversation and seals the index to the compliance key.
 * An officer opens shards and searches them locally, so that no server sees a query, a word or an answer.
 */
import { toUtf8 } from "@cloister/bytes";
import { ByteReader, ByteWriter, encodeCbor } from "@cloister/codec";
import type { Random } from "@cloister/crypto";
import { hpkeOpen, hpkeSeal } from "./hpke.ts";
import { broken } from "./rules.ts";
import type { EpochScope } from "./sealing.ts";
import { tokensOf } from "./tokens.ts";

const version = 1;
/** The longest word: 32 characters of UTF-8. */
const maxWordBytes = 128;

declare const opened: unique symbol;

/** An index in the form that is searched: the words of one epoch, and in which of its messages they stand. */
export type IndexShard = Uint8Array<ArrayBuffer> & { readonly [opened]: true };

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
  return encodeShard([...found].sort(([left], [right]) => (left < right ? -1 : 1)));
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
  const { shard, scope, complianceKey: publicKey, random } = input;
  const plaintext = new Uint8Array(padme(shard.length));
  plaintext.set(shard);
  return hpkeSeal({ publicKey, plaintext, random, ...useOf(scope) });
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
  const shard = hpkeOpen({ privateKey, sealed, ...useOf(scope) }) as IndexShard;
  if (shard[0] !== version) throw broken("SHARD_FORMAT");
  return shard;
}

interface QueryWord {
  readonly bytes: Uint8Array;
  readonly isPrefix: boolean;
  readonly found: Set<number>;
}

/**
 * The numbers of the messages that hold every word of a query; a word that ends in `*` stands for all that begin
 * so. One pass over the shard, which may be hostile: whoever knows the compliance key can seal one.
 * @throws BaseError `SHARD_QUERY` when there is no word in the query; `SHARD_FORMAT`
 */
export function searchShard(shard: IndexShard, query: string): number[] {
  const words = readQuery(query);
  const reader = new ByteReader(shard, "SHARD_FORMAT");
  reader.skip(1);
  const current = new Uint8Array(maxWordBytes);
  let length = 0;
  for (let left = readVarint(reader); left > 0; left -= 1) {
    const shared = readVarint(reader);
    const rest = readVarint(reader);
    if (shared > length || shared + rest > maxWordBytes) throw broken("SHARD_FORMAT");
    length = shared + rest;
    for (let at = shared; at < length; at += 1) current[at] = reader.byte();
    const listBytes = readVarint(reader);
    if (words.some((word) => isHit(word, current, length))) {
      const hits = words.filter((word) => isHit(word, current, length));
      readNumbers(reader.view(listBytes), hits);
    } else reader.skip(listBytes);
  }
  const [first, ...others] = words.map(({ found }) => found);
  return [...(first ?? [])].filter((at) => others.every((other) => other.has(at))).sort((a, b) => a - b);
}

function readQuery(query: string): QueryWord[] {
  const words = query.split(/\s+/).flatMap((part) => {
    const tokens = tokensOf(part);
    return tokens.map((word, at) => {
      const isPrefix = part.endsWith("*") && at === tokens.length - 1;
      return { bytes: toUtf8(word), isPrefix, found: new Set<number>() };
    });
  });
  if (words.length === 0) throw broken("SHARD_QUERY");
  return words;
}

function isHit({ bytes, isPrefix }: QueryWord, current: Uint8Array, length: number): boolean {
  if (isPrefix ? length < bytes.length : length !== bytes.length) return false;
  // From the end: neighbours in the index share their beginnings.
  for (let at = bytes.length - 1; at >= 0; at -= 1) if (bytes[at] !== current[at]) return false;
  return true;
}

function readNumbers(list: Uint8Array, hits: readonly QueryWord[]): void {
  const reader = new ByteReader(list, "SHARD_FORMAT");
  for (let number = -1; reader.remaining > 0; ) {
    number += readVarint(reader) + 1;
    for (const { found } of hits) found.add(number);
  }
}

/** Each word as what it shares with the one before, its rest, and the gaps between its messages. */
function encodeShard(entries: readonly (readonly [word: string, numbers: readonly number[]])[]): IndexShard {
  const writer = new ByteWriter();
  writer.byte(version);
  writeVarint(writer, entries.length);
  let before: Uint8Array = new Uint8Array();
  for (const [word, numbers] of entries) {
    const bytes = toUtf8(word);
    let shared = 0;
    while (shared < before.length && before[shared] === bytes[shared]) shared += 1;
    writeVarint(writer, shared);
    writeVarint(writer, bytes.length - shared);
    writer.bytes(bytes.subarray(shared));
    const list = new ByteWriter();
    numbers.forEach((number, at) => writeVarint(list, number - (numbers[at - 1] ?? -1) - 1));
    const listed = list.finish();
    writeVarint(writer, listed.length);
    writer.bytes(listed);
    before = bytes;
  }
  return writer.finish() as IndexShard;
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
