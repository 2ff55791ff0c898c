import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A text file, also one that is packed by gzip. */
export function readText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}
