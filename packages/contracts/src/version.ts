import { BaseError } from "@cloister/bytes";
import type { FieldReader } from "@cloister/codec";

/**
 * Every map that Cloister sends begins its life with `v`; there is no other negotiation.
 * @throws BaseError `VERSION_UNSUPPORTED`
 */
export function readVersion1(map: FieldReader): void {
  if (map.uint("v") !== 1) {
    throw new BaseError("Decode", "VERSION_UNSUPPORTED", "made by a newer Cloister; update this one");
  }
}
