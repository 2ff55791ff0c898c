/** What several parts of a stored session have in common. */
import type { ByteReader, ByteWriter } from "@cloister/codec";
import { MAX_SKIPPED_COUNT } from "./limits.ts";
import { demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export const SECRET_BYTES = 32;
export const UINT32_BYTES = 4;
const COUNT_BYTES = 2;

/** One byte, 0 or 1. @throws BaseError `SESSION-002` */
export function readFlag(reader: ByteReader): boolean {
  const flag = reader.byte();
  demand(flag <= 1, "SESSION-002");
  return flag === 1;
}

/** A key held for a message that has not arrived, with the message's number. */
export type HeldKey = readonly [at: number, key: Bytes];

export function writeHeldKeys(writer: ByteWriter, keys: readonly HeldKey[]): void {
  writer.uint(keys.length, COUNT_BYTES);
  for (const [at, key] of keys) {
    writer.uint(at, UINT32_BYTES);
    writer.bytes(key);
  }
}

/** Held keys, ascending and all before `below`, the head of their chain. @throws BaseError `SESSION-002` */
export function readHeldKeys(reader: ByteReader, below: number): HeldKey[] {
  const count = reader.uint(COUNT_BYTES);
  demand(count <= MAX_SKIPPED_COUNT, "SESSION-002");
  let previous = -1;
  return Array.from({ length: count }, () => {
    const at = reader.uint(UINT32_BYTES);
    demand(at > previous && at < below, "SESSION-002");
    previous = at;
    return [at, reader.take(SECRET_BYTES)];
  });
}
