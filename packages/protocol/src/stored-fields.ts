/** What several parts of a stored session have in common. */
import type { ByteReader } from "@cloister/codec";
import { demand } from "./rules.ts";

export const SECRET_BYTES = 32;
export const UINT32_BYTES = 4;

/** One byte, 0 or 1. @throws BaseError `SESSION-002` */
export function readFlag(reader: ByteReader): boolean {
  const flag = reader.byte();
  demand(flag <= 1, "SESSION-002");
  return flag === 1;
}
