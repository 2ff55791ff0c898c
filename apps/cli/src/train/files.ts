import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { BaseError } from "@cloister/bytes";

/** A text file, also one that is packed by gzip. */
export function readText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** Where a column is; nothing for none. @throws BaseError `TABLE_COLUMN` */
export function columnAt(head: readonly string[], name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const at = head.indexOf(name);
  if (at >= 0) return at;
  throw new BaseError("Usage", "TABLE_COLUMN", "the table has no column of this name; see its first line");
}
