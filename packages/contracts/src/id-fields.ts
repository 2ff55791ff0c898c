import { BaseError } from "@cloister/bytes";
import type { CborValue, FieldReader } from "@cloister/codec";
import { idBytesCount, idFromBytes } from "./ids.ts";

/** A 16-byte id in a map, in text form. @throws BaseError family `Decode` */
export function readId(map: FieldReader, key: string): string {
  return idFromBytes(map.bytes(key, { length: idBytesCount }));
}

/** A list of 16-byte ids in a map, in text form. @throws BaseError `CONTENT_ID`, or family `Decode` */
export function readIds(map: FieldReader, key: string, maxCount: number): readonly string[] {
  return map.list(key, readIdItem, { maxCount });
}

function readIdItem(item: CborValue): string {
  if (!(item instanceof Uint8Array) || item.length !== idBytesCount) {
    throw new BaseError("Decode", "CONTENT_ID", "an id in a list is not 16 bytes");
  }
  return idFromBytes(item);
}
